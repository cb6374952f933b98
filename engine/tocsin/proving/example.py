"""An alert as a rule would raise it, without a stream: on a tweet of its tests, or on one made from its condition."""

from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Alert, Json
from tocsin.proving.trial import Trial
from tocsin.proving.tweets import timeline
from tocsin.rules.cases import Given
from tocsin.rules.ruleset import Rule

_SIGNS: Final[Mapping[str, str]] = {"hashtags": "#", "mentions": "@", "cashtags": "$", "links": "https://"}
_SCALE: Final[Mapping[str, Json]] = {"metrics.likes": 128, "metrics.retweets": 37, "metrics.replies": 12}
"""Figures that a preview can show; a condition may ask for others."""


def example_alert(rule: Rule, vocabulary: Vocabulary) -> Alert | None:
    """Return an alert of the rule; None if none of its tests has one and no tweet was found that it matches.

    The engine itself raises it, as if the rule were enabled and live.
    """
    trial = Trial(rule, vocabulary)
    for case in rule.cases:
        if case.expect.least and (alerts := trial.came_of(timeline(case.given)).alerts):
            return alerts[0]
    wanted = dict(_wanted(rule.condition))
    text = " ".join(str(value) for name, value in _wanted(rule.condition) if name == "text")
    for fields in ({**_SCALE, **wanted}, wanted):
        given = Given(fields={**fields, "text": text or "hello"})
        if alerts := trial.came_of(timeline([given])).alerts:
            return alerts[0]
    return None


def _wanted(node: Expr) -> Iterator[tuple[str, Json]]:
    """Yield fields and values that make the parts of a condition true, but for what stands under a negation."""
    match node:
        case Call(op="!" | "!=" | "!=="):
            return
        case Call(op=op, args=args) if op in TEXT_OPERATORS:
            yield from _of_text(args)
        case Call(op=op, args=(first, second, *_)) if op in _COMPARISONS:
            yield from _of_comparison(op, first, second)
        case Call(args=args):
            for part in args:
                yield from _wanted(part)
        case Var(path=Literal(value=str() as name)):
            yield name, True
        case _:
            return


def _of_text(args: tuple[Expr, ...]) -> Iterator[tuple[str, Json]]:
    match args:
        case (Var(path=Literal(value=str() as name)), Literal(value=str() as pattern), *_):
            sign = _SIGNS.get(name, "")
            yield ("text" if sign else name), sign + pattern.removeprefix(sign)
        case _:
            return


_COMPARISONS: Final = frozenset({">", ">=", "<", "<=", "==", "===", "in"})


def _of_comparison(op: str, first: Expr, second: Expr) -> Iterator[tuple[str, Json]]:
    match first, second:
        case Var(path=Literal(value=str() as name)), Literal(value=value):
            yield name, _beyond(op, value)
        case Literal(value=value), Var(path=Literal(value=str() as name)):
            mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
            yield name, _beyond(mirrored, value)
        case Var(path=Literal(value=str() as name)), Array(items=(Literal(value=value), *_)) if op == "in":
            yield name, value
        case _:
            return


def _beyond(op: str, value: None | bool | float | str) -> Json:
    """Return a value on the right side of a border."""
    if isinstance(value, str | bool) or value is None:
        return value
    return value + 1 if op == ">" else value - 1 if op == "<" else value
