"""`routes:` and `inhibit:` of tocsin.yaml: who hears of which alerts, at once and later, and what mutes what."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from tocsin.alerting.escalation import Escalation
from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.routes import Route
from tocsin.config.conditions import alert_condition
from tocsin.config.fitting import SectionReader
from tocsin.config.schema import LATER_ROUTE_KEYS, EscalateShape, InhibitShape, RouteShape
from tocsin.logic.ast import Expr, Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import DestinationName, Json, RuleId
from tocsin.rules.reading.destinations import read_notify
from tocsin.rules.reading.schema import wrong_type
from tocsin.rules.syntax.document import Document

_SOON = "write 15m or 1h"


class Routing(SectionReader):
    """Reads the two sections of one document; `destinations` are the names that it defines."""

    def __init__(self, document: Document, vocabulary: Vocabulary, destinations: Collection[str]) -> None:
        super().__init__()
        self._document = document
        self._vocabulary = vocabulary
        self._destinations = destinations

    def routes(self, section: Any) -> tuple[Route, ...]:
        """Return the routes; only to be used if `problems` is empty afterwards."""
        entries = section if isinstance(section, list) else []
        routes = [self._route(value, (self._document.file, "routes", index)) for index, value in enumerate(entries)]
        return tuple(route for route in routes if route is not None)

    def inhibitions(self, section: Any) -> tuple[Inhibition, ...]:
        """Return the inhibitions; only to be used if `problems` is empty afterwards."""
        entries = section if isinstance(section, list) else []
        places = [(value, (self._document.file, "inhibit", index)) for index, value in enumerate(entries)]
        found = [self._inhibition(value, at) for value, at in places]
        return tuple(inhibition for inhibition in found if inhibition is not None)

    def _route(self, value: Any, at: Path) -> Route | None:
        shape = self._fit(RouteShape, value, at, LATER_ROUTE_KEYS)
        if shape is None or not isinstance(value, dict):
            return None
        when = self._condition(value["when"], (*at, "when")) if "when" in value else None
        if "notify" not in value:
            self._note("missing-key", "'notify' is missing", at, "name the destinations: `notify: [email]`")
            return None
        notify = self._names(value["notify"], (*at, "notify"))
        escalate = self._escalation(value["escalate"], (*at, "escalate"), notify) if "escalate" in value else None
        return Route(when=when, notify=notify, proceed=shape.proceed, escalate=escalate, span=self._document.span(at))

    def _escalation(self, value: Any, at: Path, told: Collection[DestinationName]) -> Escalation | None:
        shape = self._fit(EscalateShape, value, at)
        if shape is None or not isinstance(value, dict):
            return None
        after = self._duration(shape.after, (*at, "after"), _SOON) or timedelta()
        to = self._names(value["to"], (*at, "to"))
        for index, name in enumerate(to):
            if name in told:
                place = (*at, "to", index) if isinstance(value["to"], list) else (*at, "to")
                self.problems.append(_told_already(place))
        return Escalation(after=after, to=to)

    def _inhibition(self, value: Any, at: Path) -> Inhibition | None:
        shape = self._fit(InhibitShape, value, at)
        if shape is None or not isinstance(value, dict):
            return None
        source = self._source(value["if"], (*at, "if"))
        mutes = self._condition(value["mutes"], (*at, "mutes"))
        lasts = self._duration(shape.lasts, (*at, "for"), _SOON) or timedelta()
        if source is None or mutes is None:
            return None
        return Inhibition(source=source, mutes=mutes, lasts=lasts, span=self._document.span(at))

    def _source(self, value: Json, at: Path) -> RuleId | Expr | None:
        match value:
            case str() if value:
                return RuleId(value)
            case dict():
                return self._condition(value, at)
            case _:
                self.problems.append(wrong_type("a rule's id or a condition", value, at))
                return None

    def _names(self, value: Json, at: Path) -> tuple[DestinationName, ...]:
        names, problems = read_notify(value, at, self._destinations)
        self.problems += problems
        return names

    def _condition(self, value: Json, at: Path) -> Expr | None:
        expr, problems = alert_condition(self._document, value, at, self._vocabulary)
        self.problems += problems
        return expr


def _told_already(at: Path) -> Problem:
    message = "this destination hears of the alert at once: it can't be told later"
    hint = "name another, or take it out of 'notify'"
    return Problem(code="idle-escalation", message=message, at=at, hint=hint)
