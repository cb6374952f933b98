"""What a leaf would need to be true, or false, and how far the tweet was from it: 0 is a hair's breadth, 1 is far off.

Numbers are as far as the gap is large beside the limit; texts as far as the most similar one is different. What has no
measure is half way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, Literal
from tocsin.logic.evaluation.text import TEXT_OPERATORS, fold
from tocsin.logic.evaluation.values import is_list
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.english import claim
from tocsin.logic.proofs.naming import name_of, short
from tocsin.logic.proofs.observe import Seen

UNMEASURED: Final = 0.5
_FAR: Final = 1.0
_WORDS_MAX: Final = 200
_PATTERNS_MAX: Final = 300
_SHOWN_MAX: Final = 5
_SIMILAR: Final = 0.55
_AROUND_WORDS: Final = ".,;:!?()[]{}\"'\u2026\u201c\u201d\u2018\u2019"
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "===": "!==", "!=": "==", "!==": "==="}


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing, in words, and the distance from it; `nearest` is the most similar thing that was there."""

    words: str
    distance: float
    nearest: str = ""


def need(expr: Expr, wanted: bool, seen: Sequence[Seen], facts: Facts) -> Need:
    """Return what a leaf would need, given what it saw."""
    values = {one.name: one.value for one in seen}
    match expr:
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            texts = [str(pattern.value) for pattern in patterns if isinstance(pattern, Literal)]
            name = name_of(subject)
            return _text_need(op, texts, name, values.get(name), facts) if wanted else _unwanted(op, texts, name)
        case Call("<" | "<=" as op, (low, middle, high)) if wanted:
            return _between(op, low, middle, high, values)
        case Call(op, (left, right)) if op in _OPPOSITE:
            return _comparison(op if wanted else _OPPOSITE[op], left, right, values)
        case Call("in", (needle, Array(items))):
            options = [item.value for item in items if isinstance(item, Literal)]
            return _member(name_of(needle), values.get(name_of(needle)), options, wanted)
        case _:
            listed = ", ".join(f"{one.name} is {short(one.value)}" for one in seen)
            wish = f"needed: {claim(expr, holds=wanted)}"
            return Need(f"{listed}; {wish}" if listed else wish, UNMEASURED)


def _comparison(op: str, left: Expr, right: Expr, values: dict[str, Any]) -> Need:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        op, left, right = _MIRRORED.get(op, op), right, left
    name, seen = name_of(left), _value(left, values)
    other, limit = name_of(right), _value(right, values)
    target = short(limit) if isinstance(right, Literal) else f"{other}, which is {short(limit)}"
    if op in _MIRRORED:
        return Need(f"{name} is {short(seen)}, needs {_bound(op, target)}", _gap(seen, limit))
    if op in {"==", "==="}:
        distance = _gap(seen, limit) if _is_number(seen) and _is_number(limit) else 1 - _similarity(seen, limit)
        return Need(f"{name} is {short(seen)}, needs to be {target}", distance)
    return Need(f"{name} is {short(seen)}, needs to be anything else than {target}", UNMEASURED)


def _between(op: str, low: Expr, middle: Expr, high: Expr, values: dict[str, Any]) -> Need:
    least, seen, most = (_value(part, values) for part in (low, middle, high))
    is_below = _is_number(seen) and _is_number(least) and seen < least
    words = f"{name_of(middle)} is {short(seen)}, needs to be from {short(least)} to {short(most)}"
    return Need(f"{words}, these left out" if op == "<" else words, _gap(seen, least if is_below else most))


def _value(expr: Expr, values: dict[str, Any]) -> Any:
    return expr.value if isinstance(expr, Literal) else values.get(name_of(expr))


def _bound(op: str, target: str) -> str:
    match op:
        case ">=":
            return f"{target} or more"
        case "<=":
            return f"{target} or less"
        case ">":
            return f"more than {target}"
        case _:
            return f"less than {target}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _gap(seen: Any, limit: Any) -> float:
    if not _is_number(seen) or not _is_number(limit):
        return _FAR
    try:
        return float(min(_FAR, abs(limit - seen) / max(abs(limit), abs(seen), 1)))
    except (OverflowError, ValueError):
        return _FAR


def _similarity(a: Any, b: Any) -> float:
    if not isinstance(a, str) or not isinstance(b, str):
        return 0.0
    return SequenceMatcher(None, fold(a[:VALUE_MAX]), fold(b[:VALUE_MAX])).ratio()


VALUE_MAX: Final = 200
"""As much of two texts as is compared for likeness."""


def _member(name: str, seen: Any, options: Sequence[Any], wanted: bool) -> Need:
    if not wanted:
        return Need(f"{name} is {short(seen)}, needs to be none of {_listed(map(short, options))}", UNMEASURED)
    near = max(options, key=lambda option: _similarity(seen, option), default=None)
    distance = 1 - _similarity(seen, near)
    nearest = short(near) if distance < 1 - _SIMILAR else ""
    return Need(f"{name} is {short(seen)}, needs to be one of {_listed(map(short, options))}", distance, nearest)


def _unwanted(op: str, patterns: Sequence[str], name: str) -> Need:
    return Need(f"{name} must not have {_listed(patterns)} ({op})", UNMEASURED)


def _text_need(op: str, patterns: Sequence[str], name: str, subject: Any, facts: Facts) -> Need:
    missing = f"{name} has none of {_listed(patterns)}" if len(patterns) > 1 else f"{name} does not have {patterns[0]}"
    if op == "from":
        missing = f"{name} is {short(subject)}, needs to be {'one of ' if len(patterns) > 1 else ''}{_listed(patterns)}"
    elif op == "all_words":
        missing = f"{name} does not have all of {_listed(patterns)}"
    elif op in _VERBS:
        missing = f"{name} {_VERBS[op]} {'any of ' if len(patterns) > 1 else ''}{_listed(patterns)}"
    if op == "matches":
        return Need(missing, UNMEASURED if isinstance(subject, str) else _FAR)
    likeness, nearest, pattern = _most_similar(_candidates(op, subject, patterns, facts), patterns)
    if likeness < _SIMILAR:
        return Need(missing, _FAR)
    return Need(f"{missing}; nearest to {short(pattern)}: {short(nearest)}", 1 - likeness, nearest)


_VERBS: Final = {
    "starts_with": "does not start with",
    "ends_with": "does not end with",
    "matches": "does not match",
    "contains": "does not contain",
}


def _listed(texts: Iterable[str]) -> str:
    shown = list(texts)
    rest = len(shown) - _SHOWN_MAX
    return ", ".join(shown[:_SHOWN_MAX]) + (f" and {rest} more" if rest > 0 else "")


def _candidates(op: str, subject: Any, patterns: Sequence[str], facts: Facts) -> list[str]:
    """Return what in the subject could have been a pattern: its words, and as many in a row as patterns have."""
    if is_list(subject):
        return [item for item in subject if isinstance(item, str)][:_WORDS_MAX]
    if not isinstance(subject, str):
        return []
    if op in {"from", "link"}:
        return [subject[:VALUE_MAX]]
    folded = facts.forms(subject).spaced
    if op in {"starts_with", "ends_with"}:
        longest = max(map(len, patterns))
        return [folded[:longest] if op == "starts_with" else folded[-longest:]]
    words = [word for word in map(_bare, folded.split()[:_WORDS_MAX]) if word]
    lengths = {min(len(pattern.split()), 4) for pattern in patterns[:_PATTERNS_MAX]}
    return list(
        dict.fromkeys(
            " ".join(words[start : start + length])
            for length in sorted(lengths)
            for start in range(max(len(words) - length + 1, 0))
        )
    )


def _bare(word: str) -> str:
    return word.strip(_AROUND_WORDS)


def _most_similar(candidates: Sequence[str], patterns: Sequence[str]) -> tuple[float, str, str]:
    """Return how like the two most similar are, the candidate, and the pattern.

    Of a long list only some are compared, those first that begin like something in the text.
    """
    best = (0.0, "", "")
    beginnings = {fold(candidate[:2]) for candidate in candidates}
    for pattern in sorted(patterns, key=lambda pattern: fold(pattern[:2]) not in beginnings)[:_PATTERNS_MAX]:
        matcher = SequenceMatcher(None, "", fold(pattern[:VALUE_MAX]))
        for candidate in candidates:
            matcher.set_seq1(fold(candidate[:VALUE_MAX]))
            if matcher.real_quick_ratio() > best[0] and matcher.quick_ratio() > best[0]:
                best = max(best, (matcher.ratio(), candidate, pattern), key=lambda found: found[0])
    return best
