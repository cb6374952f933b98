"""Reads the expressions of rule files: references made definite, parsed, and sensible as what they are."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from tocsin.logic.ast import Array, Expr, Literal, Path
from tocsin.logic.parse import Scope, parse
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import subtrees
from tocsin.model import Json
from tocsin.rules.reading.definitions import Definitions
from tocsin.rules.syntax.document import Document

_FORMULA = re.compile(r"[<>=]|\b(and|or|not|in|contains)\b|\{\{")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionReader:
    """Reads expressions of all files against one scope, whose macros and lists are those of `definitions`."""

    scope: Scope
    definitions: Definitions

    @classmethod
    def without_definitions(cls, vocabulary: Vocabulary) -> Self:
        """Return what reads expressions where there are no macros and lists, as in tocsin.yaml."""
        return cls(scope=Scope(vocabulary), definitions=Definitions())

    def condition(self, document: Document, value: Json, at: Path) -> tuple[Expr | None, list[Problem]]:
        """Return the condition at a path of a document, None where it has problems of its own or of a macro."""
        expr, problems = self._parsed(document, value, at)
        if _is_constant(expr):
            problems.append(_constant(value, at, self.scope.macros))
        return expr, problems

    def occasion(self, document: Document, value: Json, at: Path) -> tuple[Expr | None, list[Problem]]:
        """Return the expression of `once_per`, which must have something of the tweet in it."""
        message = "this is the same for every tweet, so there would be one alert ever"
        return self._varying(document, value, at, Problem(code="constant-occasion", message=message, at=at))

    def grouping(self, document: Document, value: Json, at: Path) -> tuple[Expr | None, list[Problem]]:
        """Return the expression of a throttle's `per`, which must have something of the tweet in it."""
        message = "this is the same for every tweet, as it is without `per`"
        return self._varying(document, value, at, Problem(code="constant-key", message=message, at=at))

    def _varying(
        self, document: Document, value: Json, at: Path, constant: Problem
    ) -> tuple[Expr | None, list[Problem]]:
        expr, problems = self._parsed(document, value, at)
        if expr is not None and all(isinstance(part, Literal | Array) for part in subtrees(expr)):
            field = expr.value.removeprefix(".") if isinstance(expr, Literal) and isinstance(expr.value, str) else ""
            known, key = field in self.scope.vocabulary.fields, at[-1]
            hint = f"did you mean the field, `{key}: .{field}`?" if known else f"name a field: `{key}: .user.id`"
            problems.append(replace(constant, hint=hint))
        return expr, problems

    def _parsed(self, document: Document, value: Json, at: Path) -> tuple[Expr | None, list[Problem]]:
        expression, problems = self.definitions.resolved(document.expression(value, at), at)
        parsed = parse(expression, self.scope, at)
        problems += [_for_shorthand(document, problem) for problem in parsed.problems]
        return parsed.expr, problems


def _for_shorthand(document: Document, problem: Problem) -> Problem:
    """Return the problem with the likelier remedy where text with a dot in front was taken for a field: `.com`."""
    place = document.places.get(problem.at)
    if problem.code != "unknown-field" or place is None or not place.is_plain or "did you mean" in problem.hint:
        return problem
    return replace(problem, hint="quote it if text is meant")


def _is_constant(expr: Expr | None) -> bool:
    """Whether a condition can't depend on the tweet; a bare true or false is taken as meant.

    Null is what an empty macro stands for, which is told where the macro is.
    """
    return isinstance(expr, Array) or (
        isinstance(expr, Literal) and not isinstance(expr.value, bool) and expr.value is not None
    )


def _constant(value: Json, at: Path, macros: Collection[str]) -> Problem:
    hint = "say what to look for: `when: {word: [outage]}`"
    if isinstance(value, list):
        hint = "put the list under 'and' or 'or'"
    elif isinstance(value, str) and value in macros:
        hint = f"to use the macro, write {{macro: {value}}}"
    elif isinstance(value, str) and _FORMULA.search(value):
        hint = "conditions are JSON-logic: `when: {gt: [.metrics.likes, 100]}`"
    return Problem(code="constant-condition", message="this is the same for every tweet", at=at, hint=hint)
