"""Text operators with their patterns, turned into tests of a text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from tocsin.logic.evaluation.patterns import searcher
from tocsin.logic.evaluation.text import TextForms, find_word, fold, runs_of_words
from tocsin.logic.facts import Facts

Test: TypeAlias = Callable[[TextForms], bool]

TAG_SIGNS: Final = MappingProxyType({"hashtag": "#", "mention": "@", "cashtag": "$"})
"""What the tags begin with that an operator looks for."""


def text_test(op: str, patterns: Sequence[str]) -> Test:
    """Return the test that a text operator makes of one text; the same one for the same patterns."""
    return _text_test(op, tuple(patterns))


@lru_cache(maxsize=16_384)
def _text_test(op: str, patterns: tuple[str, ...]) -> Test:
    folded = tuple(fold(pattern) for pattern in patterns)
    match op:
        case "word" | "all_words":
            return _word_test([" ".join(pattern.split()) for pattern in folded], every=op == "all_words")
        case "contains":
            return lambda text: _any_occurs(folded, text.folded)
        case "starts_with":
            return lambda text: text.folded.startswith(folded)
        case "ends_with":
            return lambda text: text.folded.endswith(folded)
        case "matches":
            return _once(searcher(patterns))
        case "from":
            names = frozenset(name.removeprefix("@") for name in folded)
            return lambda text: text.folded.removeprefix("@") in names
        case "hashtag" | "mention" | "cashtag":
            sign = TAG_SIGNS[op]
            tags = frozenset(sign + name.removeprefix(sign) for name in folded)
            return lambda text: not tags.isdisjoint(text.tokens)
        case "link":
            addresses = [_Address.of(pattern) for pattern in patterns]
            return lambda text: bool(text.links) and any(_leads(link, addresses) for link in text.links)
        case _:
            raise ValueError(f"no text operator {op!r}")


def _once(search: Callable[[str], bool]) -> Test:
    """Return the test that searches a text only the first time that it is asked about it."""

    def test(text: TextForms) -> bool:
        found = text.tested.get(search)
        if found is None:
            found = text.tested[search] = search(text.composed)
        return found

    return test


def _word_test(patterns: Sequence[str], *, every: bool) -> Test:
    if len(patterns) == 1:
        pattern = patterns[0]
        return lambda text: text.has_word(pattern)
    # A word that isn't among those of the text needs no search; most aren't, and long lists cost a look-up each text.
    if every:
        pairs = [(_longest_run(pattern), pattern) for pattern in patterns]
        return lambda text: all(
            (run is None or run in text.words) and find_word(pattern, text.spaced) for run, pattern in pairs
        )
    by_run: dict[str, list[str]] = {}
    elsewhere: list[str] = []
    for pattern in dict.fromkeys(patterns):
        run = _longest_run(pattern)
        (elsewhere if run is None else by_run.setdefault(run, [])).append(pattern)
    known = frozenset(by_run)

    def test(text: TextForms) -> bool:
        if not known.isdisjoint(text.words):
            spaced = text.spaced
            for run in known & text.words:
                for pattern in by_run[run]:
                    if find_word(pattern, spaced):
                        return True
        return bool(elsewhere) and _any_found(elsewhere, text.spaced)

    return test


def _longest_run(pattern: str) -> str | None:
    return max(runs_of_words(pattern), key=len, default=None)


def _any_found(patterns: Sequence[str], text: str) -> bool:
    for pattern in patterns:  # noqa: SIM110 - the generator of any() costs more than the search
        if pattern in text and find_word(pattern, text):
            return True
    return False


def _any_occurs(patterns: Sequence[str], text: str) -> bool:
    for pattern in patterns:  # noqa: SIM110 - the generator of any() costs more than the search
        if pattern in text:
            return True
    return False


def subject_test(op: str, patterns: Sequence[str]) -> Callable[[Any, Facts], bool]:
    """Return the test of a subject as it was evaluated: null matches nothing, a list if one of its texts does.

    The elements of a list are what the operator looks for in a text: tags with or without their sign, links.
    """
    test = text_test(op, patterns)
    item_test = _item_test(op, patterns, test)

    def apply(subject: Any, facts: Facts) -> bool:
        if isinstance(subject, str):
            return test(facts.forms(subject))
        if subject is None:
            return False
        if isinstance(subject, list | tuple):
            return any(isinstance(item, str) and item_test(item, facts) for item in subject)
        raise TypeError(f"'{op}' looks at text, not at {type(subject).__name__}")

    return apply


def _item_test(op: str, patterns: Sequence[str], test: Test) -> Callable[[str, Facts], bool]:
    if op in TAG_SIGNS:
        sign = TAG_SIGNS[op]
        names = frozenset(fold(pattern).removeprefix(sign) for pattern in patterns)
        return lambda item, facts: fold(item).removeprefix(sign) in names
    if op == "link":
        addresses = [_Address.of(pattern) for pattern in patterns]
        return lambda item, facts: _leads(item, addresses)
    return lambda item, facts: test(facts.forms(item))


def host_of(link: str) -> str:
    """Return the host of a link or pattern as `link` compares it; empty if there is none."""
    return _Address.of(link).host


def leads_to(link: str, pattern: str) -> bool:
    """Return whether a link is one that a pattern of the operator `link` names."""
    return _leads(link, [_Address.of(pattern)])


@dataclass(frozen=True, slots=True)
class _Address:
    """A host, and what follows it up to the end of the link; scheme, user, port and case of the host left out."""

    host: str
    rest: str

    @classmethod
    def of(cls, link: str) -> "_Address":
        _, scheme, bare = link.partition("://")
        bare = bare if scheme else link
        end = next((index for index, char in enumerate(bare) if char in "/?#"), len(bare))
        host = fold(bare[:end].rpartition("@")[2].partition(":")[0]).rstrip(".")
        return cls(host, bare[end:])


def _leads(link: str, addresses: Sequence[_Address]) -> bool:
    """Whether a link leads to one of the hosts, their subdomains, or an address that begins so."""
    seen = _Address.of(link)
    return any(
        (seen.host == wanted.host or seen.host.endswith("." + wanted.host))
        and (not wanted.rest.strip("/") or seen.rest.startswith(wanted.rest))
        for wanted in addresses
    )
