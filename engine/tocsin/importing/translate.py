"""From the tree of an X rule to a condition of ours, as short as an author would write it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from tocsin.importing.operators import OPERATORS, QUOTED, TEXTUAL, BadValue, Condition, Told, Untold
from tocsin.importing.query import Clause, Either, Every, Negation, Query, Refusal, clauses
from tocsin.logic.ast import FieldRef

ANY_OF: Final = frozenset({"word", "from", "hashtag", "mention", "cashtag", "matches", "contains"})
"""Text operators: several patterns mean any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A condition, None where a refusal stands in its way.

    `notes` say where the stream knows less than X, `remarks` what is odd about this rule; `left_out` are the clauses
    that a lenient translation dropped.
    """

    condition: Condition | None
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    left_out: tuple[Refusal, ...] = ()


def translate(query: Query, *, lenient: bool = False) -> Translation:
    """Return what a rule asks of a tweet, or why the stream can't tell.

    A lenient translation leaves out what the stream can't tell so that it is true of every tweet of which the whole
    rule is true, and perhaps of more; it is refused where nothing would be left.
    """
    told: dict[Clause, Condition] = {}
    refusals: list[Refusal] = []
    for clause in clauses(query):
        outcome = _told(clause)
        if isinstance(outcome, Refusal):
            refusals.append(outcome)
        else:
            told[clause] = outcome
    wrong = [refusal for refusal in refusals if not refusal.is_untold]
    if wrong or (refusals and not lenient):
        return Translation(condition=None, refusals=tuple(wrong if lenient else refusals))
    condition = _condition(query, told, unknown=True)
    if condition is True:
        return Translation(condition=None, refusals=(*refusals, _nothing_left(query)))
    return Translation(condition=condition, notes=_notes(query), remarks=_remarks(query), left_out=tuple(refusals))


def _told(clause: Clause) -> Condition | Refusal:
    match OPERATORS[clause.operator]:
        case Untold(reason=reason, why=why, hint=hint):
            return Refusal(reason=reason, message=why, start=clause.start, end=clause.end, hint=hint, is_untold=True)
        case Told(condition=condition):
            try:
                return condition(clause.value)
            except BadValue as error:
                message = f"{clause.operator} doesn't take {clause.value!r}"
                return Refusal(reason="bad-value", message=message, start=clause.start, end=clause.end, hint=str(error))


def _condition(query: Query, told: dict[Clause, Condition], *, unknown: bool) -> Condition:
    """Return the condition of a query, in which what can't be told counts as `unknown`.

    A dash turns `unknown` round, so that the whole is never narrower than the rule.
    """
    match query:
        case Clause():
            return told.get(query, unknown)
        case Negation(part):
            return _negated(_condition(part, told, unknown=not unknown))
        case Every(parts):
            return _joined("and", [_condition(part, told, unknown=unknown) for part in parts])
        case Either(parts):
            return _joined("or", [_condition(part, told, unknown=unknown) for part in parts])
        case _:
            assert_never(query)


def _negated(condition: Condition) -> Condition:
    if isinstance(condition, bool):
        return not condition
    if isinstance(condition, dict) and "not" in condition:
        return condition["not"]
    return {"not": condition}


def _joined(op: Literal["and", "or"], parts: Sequence[Condition]) -> Condition:
    """Return the parts as one condition: nested ones of the same kind opened, patterns of one operator put together."""
    neutral = op == "and"
    flat: list[Condition] = []
    for part in parts:
        match part:
            case bool() if part is neutral:
                continue
            case bool():
                return part
            case dict() if op in part:
                flat += _items(part[op])
            case _:
                flat.append(part)
    merged = _merged(op, flat)
    if not merged:
        return neutral
    return merged[0] if len(merged) == 1 else {op: merged}


def _merged(op: str, parts: Iterable[Condition]) -> list[Condition]:
    """Put patterns together: any of them under `or`; under `and` only those negated, since none of them is allowed."""
    result: list[Condition] = []
    for part in parts:
        if part in result:
            continue
        for index, earlier in enumerate(result):
            both = _any_of(earlier, part) if op == "or" else _none_of(earlier, part)
            if both is not None:
                result[index] = both
                break
        else:
            result.append(part)
    return result


def _any_of(first: Condition, second: Condition) -> Condition | None:
    """Return one call for two of the same operator on the same subject; None if they aren't."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return None
    if first.keys() <= {"eq", "in"} and second.keys() == {"eq"}:
        return _one_of(first, second["eq"])
    (op,) = first
    if op not in ANY_OF or first.keys() != second.keys():
        return None
    (subject, patterns), (other_subject, more) = _split(first[op]), _split(second[op])
    if subject != other_subject:
        return None
    return {op: [*subject, *patterns, *(pattern for pattern in more if pattern not in patterns)]}


def _one_of(first: dict[str, Condition], equal: Condition) -> Condition | None:
    """Return whether a field has one of several values, for comparisons of the same field."""
    ((op, arguments),) = first.items()
    match arguments, equal:
        case [field, found], [other, value] if field == other:
            values = found if op == "in" and isinstance(found, list) else [found]
            return {"in": [field, [*values, value]]}
        case _:
            return None


def _none_of(first: Condition, second: Condition) -> Condition | None:
    if not isinstance(first, dict) or not isinstance(second, dict) or "not" not in first or "not" not in second:
        return None
    both = _any_of(first["not"], second["not"])
    return None if both is None else {"not": both}


def _split(arguments: Condition) -> tuple[list[Condition], list[Condition]]:
    items = _items(arguments)
    start = 1 if items and isinstance(items[0], FieldRef) else 0
    return items[:start], items[start:]


def _items(value: Condition) -> list[Condition]:
    return value if isinstance(value, list) else [value]


def _notes(query: Query) -> tuple[str, ...]:
    found = list(clauses(query))
    notes = [QUOTED] if any(clause.operator in TEXTUAL for clause in found) else []
    for clause in found:
        operator = OPERATORS[clause.operator]
        if isinstance(operator, Told) and operator.note:
            notes.append(operator.note)
    return tuple(dict.fromkeys(notes))


def _remarks(query: Query) -> tuple[str, ...]:
    signs = [clause.value for clause in clauses(query) if clause.operator == "keyword"]
    return tuple(
        f"{sign} is a keyword, as on X: a space means and, OR means or, a dash means not"
        for sign in dict.fromkeys(signs)
        if sign.lower() in {"and", "or", "not"}
    )


def _nothing_left(query: Query) -> Refusal:
    places = list(clauses(query))
    return Refusal(
        reason="nothing-left",
        message="without what the stream can't tell, this would match every tweet",
        start=places[0].start,
        end=places[-1].end,
        hint="add a word or an account that must be there",
    )
