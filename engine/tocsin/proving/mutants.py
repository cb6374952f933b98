"""Mutants: a rule with one small change, named so that the author can speak of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.proving.changes import Change, Sign, changes
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule, RuleException


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed rule. `id` is stable as long as the changed clause stays where it is.

    `node` is what was changed, or what of the rule was dropped (`change` None). `situation` says what a tweet must be
    like to tell the two apart; `effect` whether the mutant is true more often than the rule. `in_condition` is false if
    more than the rule's condition differs.
    """

    id: str
    rule: Rule
    span: Span
    node: Expr
    situation: str
    effect: Sign = 0
    change: Change | None = None
    in_condition: bool = False


def mutants(rule: Rule, places: SourceMap) -> Iterator[Mutant]:
    """Yield every mutant of a rule, in the order of its condition, then of its exceptions and `once_per`.

    A macro is changed wherever the rule uses it: a change is one of the file.
    """
    seen: set[tuple[str, str]] = set()
    for change in changes(rule.condition):
        yield from _new(change, rule, places, seen)
    for index, exception in enumerate(rule.exceptions):
        rest = (*rule.exceptions[:index], *rule.exceptions[index + 1 :])
        yield Mutant(
            id=f"except.{exception.id} dropped",
            rule=replace(rule, exceptions=rest),
            span=exception.span,
            node=exception.condition,
            situation=f"only the exception {exception.id!r} holds it back",
            effect=1,
        )
        for change in changes(exception.condition):
            yield from _new(change, rule, places, seen, exception)
    if rule.once_per is not None:
        yield Mutant(
            id="once_per dropped",
            rule=replace(rule, once_per=None),
            span=places.span(rule.once_per.at) or rule.span,
            node=rule.once_per,
            situation="two tweets come to the same `once_per`, expected to raise one alert",
        )


def _new(
    change: Change, rule: Rule, places: SourceMap, seen: set[tuple[str, str]], exception: RuleException | None = None
) -> Iterator[Mutant]:
    name = mutant_id(change, exception)
    operator = change.node.op if isinstance(change.node, Call) else ""
    if (name, operator) in seen:
        return
    seen.add((name, operator))
    changed = replace(
        rule,
        condition=_replaced(rule.condition, change.node, change.replacement),
        exceptions=tuple(
            replace(one, condition=_replaced(one.condition, change.node, change.replacement)) for one in rule.exceptions
        ),
    )
    yield Mutant(
        id=name,
        rule=changed,
        span=places.span(change.node.at) or rule.span,
        node=change.node,
        situation=change.situation,
        # An exception that speaks more often lets the rule speak less often.
        effect=change.effect if exception is None else _opposite(change.effect),
        change=change,
        in_condition=changed.exceptions == rule.exceptions,
    )


def mutant_id(change: Change, exception: RuleException | None = None) -> str:
    """Return the name of a change: where it is, as keys from the rule or file down, and what it is."""
    at: Path = change.node.at
    keys = at[3:] if at[1:2] == ("rules",) else at[1:]
    if exception is not None and keys[:1] == ("except",):
        # By its id: exceptions of overlays have a numbering of their own.
        keys = ("except", exception.id, *keys[2:])
    if change.part is not None and isinstance(change.node, Call):
        # Of a list by its index, of `match` by its key, of the rule itself by `match` or `when`.
        part = change.node.args[change.part].at
        inside = len(part) > len(at) and part[: len(at)] == at
        keys = (*keys, part[len(at)] if inside else change.part if keys else "when")
    where = ".".join(str(key) for key in keys) or "rule"
    return f"{where} {change.label}"


def _opposite(sign: Sign) -> Sign:
    return 1 if sign < 0 else -1 if sign > 0 else 0


def _replaced(expr: Expr, node: Expr, replacement: Expr) -> Expr:
    """Return the tree with every node that stands where `node` does, and is equal to it, replaced."""
    if expr.at == node.at and type(expr) is type(node) and expr == node:
        return replacement
    match expr:
        case Literal():
            return expr
        case Array(items, at):
            return Array(tuple(_replaced(item, node, replacement) for item in items), at)
        case Var(path, default, at):
            return Var(
                _replaced(path, node, replacement),
                None if default is None else _replaced(default, node, replacement),
                at,
            )
        case Call(op, args, at):
            return Call(op, tuple(_replaced(arg, node, replacement) for arg in args), at)
