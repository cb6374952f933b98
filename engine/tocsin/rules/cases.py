"""Tests that rules bring along, once read: tweets on a virtual clock, and what must come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from tocsin.model import Json, Severity
from tocsin.rules.diagnostics.diagnostic import Span

WORD: Final = "{word}"
"""Stands for each word in turn in a test with `each`; already replaced in a `Case`."""
NUMBER: Final = "{n}"
"""Stands for the number of the repeat, from 1."""
SAMPLE_MAX: Final = 200
"""As many words of one list as are tested one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Tweets of one kind: `repeat` of them, `every` apart.

    `fields` are set over a neutral tweet, by dotted name. The first comes at the instant `at`, that long after the
    start of the test, or (None) one second after the tweets before it.
    """

    fields: Mapping[str, Json]
    at: timedelta | datetime | None = None
    repeat: int = 1
    every: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of a test: how many alerts, and what each of them says; None is not compared.

    `most` None is without limit. Each text of `because` must be part of one of the alert's reasons.
    """

    least: int
    most: int | None
    severity: Severity | None = None
    title: str | None = None
    key: str | None = None
    because: tuple[str, ...] = ()


MATCH = Expectation(least=1, most=None)
"""`expect: match`"""
NO_MATCH = Expectation(least=0, most=0)
"""`expect: no_match`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test of a rule. A test with `each` is as many cases as it has words; `name` then says which word."""

    name: str
    given: tuple[Given, ...]
    expect: Expectation
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """The author's word that a mutant can't be told from the rule, and why."""

    mutant: str
    why: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTests:
    """All that stands under a rule's `tests`, in the order of the file."""

    cases: tuple[Case, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()


def fields_of(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return what a mapping sets, by dotted name: `user: {name: A}` sets the same as `user.name: A`."""
    found: dict[str, Json] = {}
    for name, item in value.items():
        if isinstance(item, dict) and item:
            found |= {f"{name}.{below}": inner for below, inner in fields_of(item).items()}
        else:
            found[name] = item
    return found


def replaced(value: Json, placeholder: str, by: str) -> Json:
    """Return the value with the placeholder replaced in all its texts."""
    match value:
        case str():
            return value.replace(placeholder, by)
        case list():
            return [replaced(item, placeholder, by) for item in value]
        case dict():
            return {key: replaced(item, placeholder, by) for key, item in value.items()}
        case _:
            return value


def holds(value: Json, placeholder: str) -> bool:
    """Whether any text in the value has the placeholder."""
    return replaced(value, placeholder, "") != value


def sample(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, of a longer list than `SAMPLE_MAX` so many of them, always the same, in their order.

    What is taken from a list is also taken, or left out, where the list is only a part of the words: so a test with
    `each` meets the words that mutants lack.
    """
    if len(words) <= SAMPLE_MAX:
        return tuple(words)
    taken = set(sorted(words, key=lambda word: blake2b(word.encode("utf-8", "surrogatepass")).digest())[:SAMPLE_MAX])
    return tuple(word for word in words if word in taken)
