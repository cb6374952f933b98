"""Silences: what people have asked not to hear of for a while, and which of them an alert falls under."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary

SilenceId = NewType("SilenceId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts of which `condition` (as it was typed) is true are withheld from `since` until `until`.

    `ended_at` is when somebody ended it (`ended_by`) or it was found to be over; None until then. `hidden` counts the
    alerts that it withheld, `loud` those among them of severity high or critical.
    """

    id: SilenceId
    condition: str
    why: str
    by: str
    since: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    hidden: int = 0
    loud: int = 0

    def holds_at(self, now: datetime) -> bool:
        """Whether it withholds alerts at that time."""
        return self.ended_at is None and self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Silenced:
    """The silence that an alert falls under, None if none; `problems` are (where, error) of those that failed."""

    by: Silence | None
    problems: tuple[tuple[str, str], ...] = ()


class Silences:
    """Silences ready to be asked, oldest first; each ends by itself when its time is up."""

    def __init__(self, silences: Iterable[tuple[Silence, Expr]], vocabulary: Vocabulary) -> None:
        self._entries: list[tuple[Silence, Condition]] = [
            (silence, compile_condition(expr, vocabulary)) for silence, expr in silences
        ]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._entries)

    def of(self, facts: Facts, now: datetime) -> Silenced:
        """Return the first silence that the alert falls under; one that fails withholds nothing."""
        problems: list[tuple[str, str]] = []
        for silence, condition in self._entries:
            if not silence.holds_at(now):
                continue
            verdict = condition.evaluate(facts)
            if isinstance(verdict, Failed):
                problems.append((f"silences.{silence.id}", verdict.error))
            elif isinstance(verdict, Matched):
                return Silenced(silence, tuple(problems))
        return Silenced(None, tuple(problems))

    def every(self, facts: Facts, at: datetime) -> tuple[Silence, ...]:
        """Return all silences that an alert falls under at a time."""
        held = [entry for entry in self._entries if entry[0].holds_at(at)]
        return tuple(silence for silence, condition in held if isinstance(condition.evaluate(facts), Matched))
