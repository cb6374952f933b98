"""Mutants: a rule with one small change, named so that the author can speak of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.proving.changes import Change, changes
from tocsin.rules.diagnostics import Span
from tocsin.rules.ruleset import Rule, RuleException


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed rule. `id` is stable as long as the changed clause stays where it is.

    `node` is what was changed, or the condition of the exception that was dropped (`change` None).
    `in_exception` says that the exceptions are not those of the rule.
    """

    id: str
    rule: Rule
    span: Span
    node: Expr
    change: Change | None = None
    in_exception: bool = False

    @property
    def situation(self) -> str:
        """What a tweet must be like to tell the mutant from the rule."""
        return "only the exception holds it back" if self.change is None else self.change.situation


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Yield every mutant of a rule, in the order of its condition, then of its exceptions.

    A macro is changed wherever the rule uses it: a change is one of the file.
    """
    seen: set[tuple[str, str]] = set()
    for change in changes(rule.condition):
        yield from _new(change, rule, seen)
    for index, exception in enumerate(rule.exceptions):
        rest = (*rule.exceptions[:index], *rule.exceptions[index + 1 :])
        dropped = replace(rule, exceptions=rest)
        yield Mutant(f"except.{exception.id} dropped", dropped, exception.span, exception.condition, in_exception=True)
        for change in changes(exception.condition):
            yield from _new(change, rule, seen, exception)


def _new(
    change: Change, rule: Rule, seen: set[tuple[str, str]], exception: RuleException | None = None
) -> Iterator[Mutant]:
    name = mutant_id(change, exception)
    if (name, repr(change.node)) in seen:
        return
    seen.add((name, repr(change.node)))
    changed = replace(
        rule,
        condition=_replaced(rule.condition, change.node, change.replacement),
        exceptions=tuple(
            replace(one, condition=_replaced(one.condition, change.node, change.replacement)) for one in rule.exceptions
        ),
    )
    in_exception = changed.exceptions != rule.exceptions
    yield Mutant(name, changed, rule.places.get(change.node.at, rule.span), change.node, change, in_exception)


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
