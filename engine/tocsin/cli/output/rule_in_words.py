"""A rule in plain words, as text and as JSON: what it looks for, whom it tells, where each line of it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from rich.cells import cell_len

from tocsin.alerting.routes import Router
from tocsin.cli.output.proofs import place_of, placed, where, where_as_json
from tocsin.cli.output.screen import Screen
from tocsin.logic.ast import Expr
from tocsin.logic.printing import to_json
from tocsin.logic.proofs.english import Clause, outline
from tocsin.rules.flood import Then
from tocsin.rules.places import SourceMap
from tocsin.rules.printing import expression_words, throttle_as_json, throttle_words
from tocsin.rules.ruleset import Origin, Rule
from tocsin.runtime.project import Project

_NOTE_COLUMN_MAX = 76


@dataclass(frozen=True, slots=True)
class _Row:
    depth: int
    text: str
    note: str = ""


def rule_as_text(rule: Rule, project: Project, screen: Screen) -> str:
    """Return a rule as an indented outline, each line with its file and line."""
    rows = [*_head(rule), *_condition(rule, project.places), *_exceptions(rule, project.places)]
    rows += _consequences(rule, project)
    texts = ["  " * row.depth + screen.safe(row.text) for row in rows]
    width = min(max(map(cell_len, texts)), _NOTE_COLUMN_MAX)
    lines = [f"{screen.strong(rule.id)}  {screen.faint(place_of(rule.span))}"]
    for row, text in zip(rows, texts, strict=True):
        lines.append(f"{text}{' ' * (width - cell_len(text))}  {screen.faint(row.note)}" if row.note else text)
    return "\n".join(lines)


def rule_as_json(rule: Rule, project: Project) -> dict[str, Any]:
    """Return a rule as an object; see the reference, "What explain prints as JSON"."""
    routed = _router(project).destinations(rule, "")
    return {
        "rule": str(rule.id),
        **placed(rule.span),
        "title": rule.title.source,
        "description": rule.description,
        "severity": rule.severity.value,
        "labels": dict(rule.labels),
        "enabled": rule.enabled,
        "stage": rule.stage,
        "notify": [str(name) for name in routed.destinations],
        "once_per": None if rule.once_per is None else to_json(rule.once_per),
        "throttle": None if rule.throttle is None else throttle_as_json(rule.throttle),
        "budget": None if rule.budget is None else str(rule.budget),
        "condition": [_clause_as_json(clause, project.places) for clause in outline(rule.condition)],
        "exceptions": [
            {
                "id": entry.id,
                "why": entry.why,
                "until": None if entry.until is None else entry.until.isoformat(),
                **placed(entry.span),
                "condition": [_clause_as_json(clause, project.places) for clause in outline(entry.condition)],
            }
            for entry in rule.exceptions
        ],
        "origins": {
            key: {"from": origin.teller, **placed(origin.span)} for key, origin in sorted(rule.origins.items())
        },
    }


def _clause_as_json(clause: Clause, places: SourceMap) -> dict[str, Any]:
    return {"depth": clause.depth, "clause": clause.text, **where_as_json(clause.at, places)}


def _head(rule: Rule) -> Iterator[_Row]:
    if rule.description:
        yield _Row(1, rule.description, _origin(rule, "description"))
    if not rule.enabled:
        yield _Row(1, "disabled: it never fires", _origin(rule, "enabled"))
    if rule.stage == "shadow":
        yield _Row(1, "in stage shadow: it is evaluated and counted, and sends nothing", _origin(rule, "stage"))


def _condition(rule: Rule, places: SourceMap) -> Iterator[_Row]:
    yield _Row(0, "when", "")
    yield from _clauses(rule.condition, places, depth=1)


def _clauses(expr: Expr, places: SourceMap, *, depth: int) -> Iterator[_Row]:
    for clause in outline(expr):
        yield _Row(depth + clause.depth, clause.text, where(clause.at, places))


def _exceptions(rule: Rule, places: SourceMap) -> Iterator[_Row]:
    if rule.exceptions:
        yield _Row(0, "except")
    for entry in rule.exceptions:
        until = "for good" if entry.until is None else f"until {entry.until.isoformat()}"
        yield _Row(1, f"{entry.id}, {until}: {entry.why}", place_of(entry.span))
        yield from _clauses(entry.condition, places, depth=2)


def _consequences(rule: Rule, project: Project) -> Iterator[_Row]:
    yield _Row(0, "then")
    yield _Row(1, f"severity {rule.severity.value}", _origin(rule, "severity"))
    yield _Row(1, f"title {rule.title.source!r}", _origin(rule, "title"))
    for name, value in rule.labels.items():
        yield _Row(1, f"label {name}: {value}", _origin(rule, f"labels.{name}"))
    yield _Row(1, _told(rule, project), _origin(rule, "notify") if rule.notify else "")
    if rule.once_per is not None:
        yield _Row(1, f"once for each value of {expression_words(rule.once_per)}", _origin(rule, "once_per"))
    if rule.throttle is not None:
        words = f"{throttle_words(rule.throttle)}; {_AFTERWARDS[rule.throttle.then]}"
        yield _Row(1, words, _origin(rule, "throttle"))
    if rule.budget is not None:
        words = f"at most {rule.budget.limit:,} a {rule.budget.unit}; the rest in a digest at its end"
        yield _Row(1, words, _origin(rule, "budget"))


_AFTERWARDS: Final[Mapping[Then, str]] = MappingProxyType(
    {
        "count": "the next says how many were held back",
        "update": "what was held back is told then, with the newest tweet",
        "digest": "what was held back is told then, in a digest",
    }
)


def _told(rule: Rule, project: Project) -> str:
    routed = _router(project).destinations(rule, "")
    names = routed.destinations
    if rule.notify:
        return f"notify {_listed(names)}"
    if names:
        later = "".join(f"; {name} after {_minutes(after)} unless acknowledged" for name, after in routed.later)
        return f"notify {_listed(names)}, as the routes decide{later}"
    return "notify nobody: no `notify`, and no route is true" if project.settings.routes else "notify nobody"


def _minutes(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _router(project: Project) -> Router:
    return Router(project.settings.routes, project.vocabulary)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _origin(rule: Rule, key: str) -> str:
    origin = rule.origins.get(key)
    return "" if origin is None else _told_by(origin)


def _told_by(origin: Origin) -> str:
    match origin.teller:
        case "rule":
            return place_of(origin.span)
        case "file" | "configuration":
            return f"{place_of(origin.span)} (defaults)"
        case "overlay":
            return f"{place_of(origin.span)} (overlay)"
        case "built-in":
            return "built in"
