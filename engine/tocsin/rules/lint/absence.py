"""Negated comparisons that are true of tweets that don't have the field at all."""

from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.logic.ast import Array, Call, Expr, Literal, Var
from tocsin.logic.fields import DERIVED
from tocsin.logic.reasoning.formula import AllOf, AnyOf, Formula, Holds, Term, formula_of
from tocsin.logic.reasoning.regions import Region, outcome
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning

ALWAYS_THERE: Final = frozenset(
    {
        "id", "text", "user", "user.id", "user.username", "user.name", "created_at", "metrics", "metrics.retweets",
        "metrics.likes", "metrics.replies",
    }
)  # fmt: skip
"""Fields that each tweet has. Source: the stream specification's data object."""

_NULL: Final = Region(None, None, point=True)


def absence_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the negations that take an absent field for a yes, where nothing beside them asks if it is there."""
    for rule in subject.rules:
        yield from _findings(subject, subject.formula(rule), ())
        for exception in rule.exceptions:
            yield from _findings(subject, formula_of(exception.condition, at=exception.condition.at), ())


def _findings(subject: Subject, formula: Formula, context: Sequence[Formula]) -> Iterator[Diagnostic]:
    match formula:
        case Holds(term, False, at) if term.op and _may_be_absent(term) and outcome(term, _NULL) == "false":
            span = subject.span(at)
            if span is not None and not any(_asks_for_presence(premise, term) for premise in context):
                name = _name(term.subject)
                message = f"{name!r} may be absent from a tweet, and then this negation is true"
                hint = f"ask for it beside this: {{and: [{{ne: [.{name}, null]}}, …]}}, or give it a default"
                yield warning("absent-field", span, message, hint)
        case AllOf(parts):
            for part in parts:
                yield from _findings(subject, part, [*context, *(other for other in parts if other is not part)])
        case AnyOf(parts):
            for part in parts:
                yield from _findings(subject, part, context)
        case _:
            return


def _may_be_absent(term: Term) -> bool:
    name = _name(term.subject)
    return name is not None and name not in ALWAYS_THERE and (name == "url" or name not in DERIVED)


def _name(expr: Expr | None) -> str | None:
    """Return the field that an expression reads; None if it has a default, computes or is something else."""
    match expr:
        case Var(Literal(str() as name), None) if name:
            return name
        case _:
            return None


def _asks_for_presence(premise: Formula, term: Term) -> bool:
    """Whether a clause beside the negation is true only of tweets that have the field."""
    match premise:
        case Holds(other, wanted) if other.subject_key == term.subject_key:
            return outcome(other, _NULL) != ("true" if wanted else "false")
        case Holds(Term(expr=Call("missing", args)), False):
            names = [item for arg in args for item in (arg.items if isinstance(arg, Array) else (arg,))]
            return any(isinstance(item, Literal) and item.value == _name(term.subject) for item in names)
        case AllOf(parts):
            return any(_asks_for_presence(part, term) for part in parts)
        case AnyOf(parts):
            return all(_asks_for_presence(part, term) for part in parts)
        case _:
            return False
