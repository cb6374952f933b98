"""Which text patterns say more than others: what contains `abc` contains `ab`, a word that is found is contained."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from tocsin.logic.evaluation.text import SIGNS, TEXT_OPERATORS, find_word, fold
from tocsin.logic.evaluation.textcompile import subject_test
from tocsin.logic.facts import Facts
from tocsin.logic.reasoning.formula import Term

MOST_PAIRS: Final = 10_000
"""Of more pairs of patterns than this, nothing is said."""

_SIGNS: Final = MappingProxyType({"hashtag": "#", "mention": "@", "cashtag": "$", "from": "@"})
_SHORT: Final = 32


def is_text(term: Term) -> bool:
    """Whether a term looks for patterns."""
    return term.op in TEXT_OPERATORS


def contradict(true: Sequence[Term], false: Sequence[Term], *, one_text: bool) -> bool:
    """Whether text terms about one subject can't be true and false as given.

    `one_text` says that the subject is a text or null, and so begins, ends and is written in one way only.
    """
    if any(_all_ruled_out(term, false) for term in true):
        return True
    return one_text and any(
        _exclude_each_other(one, other) for index, one in enumerate(true) for other in true[index + 1 :]
    )


@lru_cache(maxsize=8192)
def forms(op: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return patterns as they are compared."""
    if op in {"word", "all_words"}:
        return tuple(" ".join(fold(pattern).split()) for pattern in patterns)
    if op in _SIGNS:
        return tuple(fold(pattern).removeprefix(_SIGNS[op]) for pattern in patterns)
    return patterns if op in {"matches", "link"} else tuple(map(fold, patterns))


def _all_ruled_out(term: Term, false: Iterable[Term]) -> bool:
    """Whether each way in which a term can be true makes one of the others true, which must be false."""
    ways = forms(term.op, term.patterns)
    if term.op == "all_words":
        return any(_all_words_imply(ways, other) for other in false)
    return all(any(_way_implies(term.op, way, other) for other in false) for way in ways)


def _all_words_imply(words: Sequence[str], other: Term) -> bool:
    if len(words) * len(other.patterns) > MOST_PAIRS:
        return False
    if other.op == "all_words":
        wanted = forms("all_words", other.patterns)
        return all(any(_implies("word", word, "word", pattern) for word in words) for pattern in wanted)
    return any(_way_implies("word", word, other) for word in words)


def _way_implies(op: str, way: str, other: Term) -> bool:
    """Whether a text in which a pattern is found makes another term true."""
    if op == "link":
        # A link leads where the address that it begins with leads.
        return other.op == "link" and bool(_link_test(other.patterns)([way], Facts({})))
    if other.op == "all_words":
        return all(_implies(op, way, "word", pattern) for pattern in forms(other.op, other.patterns))
    wanted = _form_set(other.op, other.patterns)
    # Whatever follows from a pattern is a part of it, and there are mostly fewer parts than patterns in a long list.
    if len(way) <= _SHORT and len(wanted) > len(way):
        wanted &= _parts(way)
    return any(_implies(op, way, other.op, pattern) for pattern in wanted)


def _implies(op: str, pattern: str, other_op: str, other: str) -> bool:
    """Whether a text in which one operator finds one pattern is one in which another finds another."""
    match op, other_op:
        case "word", "word":
            # Where one ends with the other, what may follow them must be judged alike.
            return _is_tag(pattern) == _is_tag(other) and find_word(other, pattern)
        case "word", "contains":
            # Phrases are found whatever white space is between their words; parts of a text are found to the letter.
            return other in pattern and not any(char.isspace() for char in other)
        case (("contains" | "starts_with" | "ends_with"), "contains"):
            return other in pattern
        case "starts_with", "starts_with":
            return pattern.startswith(other)
        case "ends_with", "ends_with":
            return pattern.endswith(other)
        case _:
            return op == other_op and pattern == other


@lru_cache(maxsize=8192)
def _parts(pattern: str) -> frozenset[str]:
    return frozenset(
        pattern[start:end] for start in range(len(pattern)) for end in range(start + 1, len(pattern) + 1)
    ) | {""}


def _is_tag(pattern: str) -> bool:
    return len(pattern) > 1 and pattern[0] in SIGNS


def _exclude_each_other(one: Term, other: Term) -> bool:
    if one.op != other.op or len(one.patterns) * len(other.patterns) > MOST_PAIRS:
        return False
    match one.op:
        case "from":
            return _form_set("from", one.patterns).isdisjoint(_form_set("from", other.patterns))
        case "starts_with":
            pairs = _pairs(one, other)
            return all(not a.startswith(b) and not b.startswith(a) for a, b in pairs)
        case "ends_with":
            pairs = _pairs(one, other)
            return all(not a.endswith(b) and not b.endswith(a) for a, b in pairs)
        case _:
            return False


def _pairs(one: Term, other: Term) -> Iterable[tuple[str, str]]:
    return ((a, b) for a in forms(one.op, one.patterns) for b in forms(other.op, other.patterns))


@lru_cache(maxsize=8192)
def _form_set(op: str, patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(forms(op, patterns))


@lru_cache(maxsize=1024)
def _link_test(patterns: tuple[str, ...]) -> Callable[[Any, Facts], bool]:
    return subject_test("link", patterns)
