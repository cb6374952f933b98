"""Conditions about alerts: what routes, inhibitions and silences say, in JSON-logic as everywhere."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from tocsin.logic.ast import Array, Call, Expr, FieldRef, Literal, Path, Var
from tocsin.logic.parse import Scope, parse
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, suggest
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.reading.schema import wrong_type
from tocsin.rules.syntax.document import Document
from tocsin.rules.syntax.yaml import parse_document
from tocsin.rules.templates import ALERT_NAMES

_LABEL = re.compile(r"labels\.[\w-]+")


@dataclass(frozen=True, slots=True)
class ReadCondition:
    """A condition that was typed, None if anything is wrong with it; and the document that it is then."""

    expr: Expr | None
    diagnostics: tuple[Diagnostic, ...]
    document: Document


def read_condition(text: str, name: str, vocabulary: Vocabulary) -> ReadCondition:
    """Return the condition about alerts in a text of YAML or JSON; diagnostics call the text `name`."""
    document = parse_document(text, name)
    if document.problems:
        return ReadCondition(None, document.problems, document)
    expr, problems = alert_condition(document, document.value, (name,), vocabulary)
    return ReadCondition(expr, tuple(document.place(problems)), document)


def alert_condition(
    document: Document, value: Json, at: Path, vocabulary: Vocabulary
) -> tuple[Expr | None, list[Problem]]:
    """Return the condition at a path of a document, and what is wrong with it; None where anything is.

    It may name `.rule .severity .key .labels.…` of the alert and the fields of the tweet.
    """
    if value is None:
        return None, [wrong_type("a condition", None, at)]
    expression = document.expression(value, at)
    fields = {**vocabulary.fields, **ALERT_NAMES}
    fields.update(dict.fromkeys(_labels_in(expression), "text"))
    parsed = parse(expression, Scope(replace(vocabulary, fields=fields)), at)
    problems = list(parsed.problems)
    if isinstance(parsed.expr, Array) or (isinstance(parsed.expr, Literal) and not isinstance(parsed.expr.value, bool)):
        # Without the value: in tocsin.yaml it may have been filled in.
        hint = "say what is to be true of the alert: `eq: [.rule, exchange-hack]`"
        message = "this is the same for every alert"
        return None, [Problem(code="constant-condition", message=message, at=at, hint=hint)]
    return parsed.expr, problems


def unknown_rules(expr: Expr, known: Collection[str]) -> list[Problem]:
    """Return a problem for each text that a condition compares `.rule` with and that is no rule's id."""
    return [unknown_rule(name, at, known) for name, at in _rules_in(expr) if name not in known]


def unknown_rule(name: str, at: Path, known: Collection[str]) -> Problem:
    """Return the problem of a text that is no rule's id."""
    near = suggest(name, known)
    hint = f"did you mean {near!r}?" if near else "`tocsin check` reads the rules that there are"
    return Problem(code="unknown-rule", message=f"no rule {name!r}", at=at, hint=hint)


def _rules_in(expr: Expr) -> Iterator[tuple[str, Path]]:
    match expr:
        case Call("==" | "===" | "!=" | "!==" | "in", (left, right)) if _is_rule(left) or _is_rule(right):
            other = right if _is_rule(left) else left
            # A text that `in` looks into is no id: a part of one is.
            for item in other.items if isinstance(other, Array) else (other,) if expr.op != "in" else ():
                if isinstance(item, Literal) and isinstance(item.value, str):
                    yield item.value, item.at
        case Call(_, args) | Array(args):
            for each in args:
                yield from _rules_in(each)
        case Literal() | Var():
            return


def _is_rule(expr: Expr) -> bool:
    return isinstance(expr, Var) and expr.path == Literal("rule")


def _labels_in(expression: object) -> list[str]:
    """Return the fields of an expression that are labels: rules give any, so conditions may name any."""
    match expression:
        case FieldRef():
            return [str(expression)] if _LABEL.fullmatch(expression) else []
        case {"var": str() as path}:
            return [path] if _LABEL.fullmatch(path) else []
        case {"var": [str() as path, *_]}:
            return [path] if _LABEL.fullmatch(path) else []
        case dict():
            return [label for item in expression.values() for label in _labels_in(item)]
        case list():
            return [label for item in expression for label in _labels_in(item)]
        case _:
            return []
