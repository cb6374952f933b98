"""Looks for a tweet that tells a mutant from its rule, so that a missing test can be written out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS, fold
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import subtrees
from tocsin.model import Json
from tocsin.proving.mutants import Mutant
from tocsin.proving.trial import Trial
from tocsin.proving.tweets import timeline
from tocsin.rules.cases import Given
from tocsin.rules.ruleset import Rule

_TRIED_MAX: Final = 400
"""Tweets tried for one mutant; each costs some microseconds."""
_BASES_MAX: Final = 12
_SIGNS: Final = {"hashtags": "#", "mentions": "@", "cashtags": "$", "links": "https://"}
"""Derived fields, and what makes a word in the text one of theirs."""

Fields: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Witness:
    """A tweet, as a test sets it, of which the rule and its mutant say different things; what the rule says."""

    fields: Fields
    matches: bool


def find_witness(rule: Rule, mutant: Mutant, vocabulary: Vocabulary) -> Witness | None:
    """Return a tweet that tells them apart, made from those of the rule's tests; None if none was found."""
    before, after = (Trial(one, vocabulary) for one in (rule, mutant.rule))
    for fields in islice(_candidates(rule, mutant), _TRIED_MAX):
        tweets = timeline([Given(fields=fields)])
        came = before.came_of(tweets)
        if not came.errors and bool(came.alerts) is not bool(after.came_of(tweets).alerts):
            return Witness(fields, bool(came.alerts))
    return None


def _candidates(rule: Rule, mutant: Mutant) -> Iterator[Fields]:
    bases = _bases(rule)
    for base in bases:
        yield from _tweaked(base, mutant)
    yield from _crossed(bases)


def _bases(rule: Rule) -> list[dict[str, Json]]:
    """Return the tweets of the rule's tests, those that match first: one clause away from them lies what is missing."""
    cases = sorted(rule.cases, key=lambda case: case.expect.least == 0)
    found = [dict(given.fields) for case in cases for given in case.given]
    unique = [fields for index, fields in enumerate(found) if fields not in found[:index]]
    return unique[:_BASES_MAX] or [{}]


def _tweaked(base: Fields, mutant: Mutant) -> Iterator[Fields]:
    """Yield the tweet with what the changed clause looks at there, gone, or just at the border."""
    change = mutant.change
    if change is not None and change.word is not None and isinstance(change.node, Call):
        yield from _with_word(base, change.node, change.word)
        return
    for part in subtrees(mutant.node):
        if isinstance(part, Var) and isinstance(part.path, Literal) and change is not None:
            yield from ({**base, str(part.path.value): value} for value in change.values)
        if isinstance(part, Call) and part.op in TEXT_OPERATORS:
            yield from _without_words(base, part)
            yield from _with_word(base, part, _text_of(part.args[1]))
        if isinstance(part, Var) and part.path == Literal("is_retweet"):
            yield {**base, "text": f"RT @someone: {_text_in(base, 'text')}"}
        if isinstance(part, Var) and part.path == Literal("links"):
            yield {**base, "text": f"{_text_in(base, 'text')} https://example.com/"}


def _with_word(base: Fields, node: Call, word: str) -> Iterator[Fields]:
    name, field = _looked_at(node)
    sign = _SIGNS.get(name, "")
    new = f"{sign}{word.removeprefix(sign)}"
    text = _text_in(base, field)
    if node.op not in {"from", "in"}:
        for changed in _in_place(text, node.args[1:], new):
            yield {**base, field: changed}
        for rest in (text, _cleared(text, node.args[1:])):
            yield {**base, field: f"{new} {rest}".strip()}
            yield {**base, field: f"{rest} {new}".strip()}
    yield {**base, field: new}


def _without_words(base: Fields, node: Call) -> Iterator[Fields]:
    _, field = _looked_at(node)
    text = _text_in(base, field)
    yield {**base, field: _cleared(text, node.args[1:]) or "hello"}
    yield {key: value for key, value in base.items() if key != field}


def _looked_at(node: Call) -> tuple[str, str]:
    """Return the field that a text operator looks at, and the one that a test sets for it."""
    subject = node.args[0]
    name = str(subject.path.value) if isinstance(subject, Var) and isinstance(subject.path, Literal) else "text"
    return name, "text" if name in _SIGNS else name


def _text_in(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _text_of(pattern: Expr) -> str:
    return str(pattern.value) if isinstance(pattern, Literal) else ""


def _in_place(text: str, patterns: Sequence[Expr], new: str) -> Iterator[str]:
    """Yield the text with one of the other patterns, where it has any, replaced, then with all that are left gone."""
    for other in map(_text_of, patterns):
        if other and fold(other) in fold(text):
            changed = re.sub(re.escape(other), lambda _: new, text, flags=re.IGNORECASE)
            yield changed
            yield re.sub(r"\s+", " ", _cleared(changed, [p for p in patterns if _text_of(p) not in new]))


def _cleared(text: str, patterns: Sequence[Expr]) -> str:
    """Return the text without any of the patterns."""
    for pattern in sorted(map(_text_of, patterns), key=len, reverse=True):
        text = re.sub(re.escape(pattern), "", text, flags=re.IGNORECASE) if pattern else text
    return " ".join(text.split())


def _crossed(bases: Sequence[Fields]) -> Iterator[Fields]:
    """Yield tweets with some fields of one test and some of another, and without some of their own."""
    for base in bases:
        for name in base:
            yield {key: value for key, value in base.items() if key != name}
    for base in bases:
        for other in bases:
            for name, value in other.items():
                if base.get(name) != value:
                    yield {**base, name: value}
            yield from _joined(base, other)


def _joined(base: Fields, other: Fields) -> Iterator[Fields]:
    first, second = base.get("text"), other.get("text")
    if isinstance(first, str) and isinstance(second, str) and first != second:
        yield {**base, **other, "text": f"{first} {second}"}
        yield {**other, **base, "text": f"{first} {second}"}
