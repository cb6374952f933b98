"""Reads `except:`: what a rule does not speak of, each entry with an owner's reason and, mostly, an end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from tocsin.logic.ast import Expr, Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.identifiers import bad_id, is_id
from tocsin.rules.reading.schema import ExceptionShape, describe, fit, wrong_type
from tocsin.rules.ruleset import RuleException
from tocsin.rules.syntax.document import Document

_REQUIRED = ("id", "why", "when")
_FORM = "{id: drill, why: who wants it and what for, until: 2026-12-31, when: {…}}"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_exceptions(
    conditions: ConditionReader, places: Iterable[tuple[Document, Json, Path]]
) -> tuple[tuple[RuleException, ...], list[Diagnostic]]:
    """Return the exceptions of one rule from every place that gives some, in order, and what is wrong with them."""
    places = [place for place in places if place[1] != []]
    if not places:
        return (), []
    reader = _ExceptionReader(conditions)
    found: list[RuleException] = []
    diagnostics: list[Diagnostic] = []
    for document, value, at in places:
        exceptions, problems = reader.read(document, value, at)
        found += exceptions
        diagnostics += document.place(problems)
    return tuple(found), diagnostics


@dataclass(slots=True)
class _ExceptionReader:
    """Knows which ids are taken: an id is given once, whoever gives it."""

    conditions: ConditionReader
    _first: dict[str, Span] = field(default_factory=dict)

    def read(self, document: Document, value: Json, at: Path) -> tuple[list[RuleException], list[Problem]]:
        """Return the exceptions of a list that could be read, and what is wrong with it."""
        if not isinstance(value, list):
            return [], [replace(wrong_type("a list of exceptions", value, at), hint=f"write [{_FORM}]")]
        found: list[RuleException] = []
        problems: list[Problem] = []
        for index, entry in enumerate(value):
            exception, wrong = self._entry(document, entry, (*at, index))
            problems += wrong
            found += [exception] if exception is not None else []
        return found, problems

    def _entry(self, document: Document, value: Json, at: Path) -> tuple[RuleException | None, list[Problem]]:
        shape, problems = fit(ExceptionShape, value, at)
        if not isinstance(value, dict):
            return None, [replace(problem, hint=f"write {_FORM}") for problem in problems]
        missing = [key for key in _REQUIRED if key not in value]
        if missing:
            # As one, and a condition that stands alone is not told key by key.
            problems = [p for p in problems if p.code != "missing-key" and len(missing) < len(_REQUIRED)]
            problems.append(_missing(missing, at))
        condition = None
        if "when" in value:
            condition, wrong = self._condition(document, value["when"], (*at, "when"))
            problems += wrong
        until, wrong = _day(value.get("until"), (*at, "until"))
        problems += wrong + self._identity(document, value, at)
        if problems or shape is None or condition is None:
            return None, problems
        span = document.span((*at, "id"))
        return RuleException(id=shape.id, why=shape.why, until=until, condition=condition, span=span), []

    def _condition(self, document: Document, value: Json, at: Path) -> tuple[Expr | None, list[Problem]]:
        if value is None:
            return None, [wrong_type("a condition", None, at)]
        return self.conditions.condition(document, value, at)

    def _identity(self, document: Document, value: dict[str, Json], at: Path) -> list[Problem]:
        problems: list[Problem] = []
        why, name = value.get("why"), value.get("id")
        if isinstance(why, str) and not why.strip():
            hint = "say who asked for it, or what it leaves out and why"
            problems.append(
                Problem(code="empty-text", message="an exception gives its reason", at=(*at, "why"), hint=hint)
            )
        if not isinstance(name, str):
            return problems
        if not is_id(name):
            problems.append(bad_id(name, (*at, "id"), on_key=False))
        if name in self._first:
            problems.append(_duplicate(name, (*at, "id"), self._first[name]))
        self._first.setdefault(name, document.span((*at, "id")))
        return problems


def _day(value: Json, at: Path) -> tuple[date | None, list[Problem]]:
    if value is None:
        return None, []
    message = f"{value!r} is no date" if isinstance(value, str) else f"expected a date, found {describe(value)}"
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value), []
    except ValueError:
        message = f"{value} is not in the calendar"
    hint = "write year, month and day: 2026-12-31; it holds through that day, in UTC"
    return None, [Problem(code="bad-date", message=message, at=at, hint=hint)]


def _missing(keys: list[str], at: Path) -> Problem:
    *most, last = (f"{key!r}" for key in keys)
    message = f"{', '.join(most)} and {last} are missing" if most else f"{last} is missing"
    return Problem(code="missing-key", message=message, at=at, hint=f"write {_FORM}")


def _duplicate(name: str, at: Path, first: Span) -> Problem:
    message = f"the rule has an exception {name!r} already, in {first.file}:{first.line}"
    hint = "give one of them another id: their hits are counted by it"
    return Problem(code="duplicate-exception", message=message, at=at, hint=hint)
