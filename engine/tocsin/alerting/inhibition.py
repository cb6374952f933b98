"""Inhibition: while a graver alert is fresh, those that only follow from it are withheld."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import AlertId, RuleId
from tocsin.rules.diagnostics.diagnostic import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """Alerts of which `mutes` is true are withheld while one of `source` is younger than `lasts`.

    `source` (`if:` in the file) is a rule, or a condition about the alert.
    """

    source: RuleId | Expr
    mutes: Expr
    lasts: timedelta
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Raised:
    """The newest alert of an inhibition's source."""

    at: datetime
    rule_id: RuleId
    alert_id: AlertId


@dataclass(frozen=True, slots=True)
class Inhibited:
    """The inhibition that an alert falls under and the alert that it is for; None and None if there is none.

    `problems` are (where, error) of conditions that failed.
    """

    by: Inhibition | None = None
    source: Raised | None = None
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """An inhibition compiled; `number` counts from 1, in the order of the file. `condition` is None for a rule."""

    number: int
    inhibition: Inhibition
    condition: Condition | None
    mutes: Condition

    def is_source(self, rule_id: RuleId, facts: Facts) -> bool | Failed:
        """Whether an alert is one of those that the inhibition is for."""
        if self.condition is None:
            return rule_id == self.inhibition.source
        verdict = self.condition.evaluate(facts)
        return verdict if isinstance(verdict, Failed) else isinstance(verdict, Matched)


class Inhibitions:
    """The inhibitions of a configuration, compiled, in the order of the file."""

    def __init__(self, inhibitions: Iterable[Inhibition], vocabulary: Vocabulary) -> None:
        self.entries: list[Ready] = []
        for number, inhibition in enumerate(inhibitions, start=1):
            source = inhibition.source
            condition = None if isinstance(source, str) else compile_condition(source, vocabulary)
            mutes = compile_condition(inhibition.mutes, vocabulary)
            self.entries.append(Ready(number, inhibition, condition, mutes))

    def __iter__(self) -> Iterator[Inhibition]:
        """Return the inhibitions in the order of the file."""
        return (entry.inhibition for entry in self.entries)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.entries)

    def sourced_by(self, rule_id: RuleId, facts: Facts) -> list[Inhibition]:
        """Return the inhibitions of which an alert is the source; one that fails is none."""
        return [entry.inhibition for entry in self.entries if entry.is_source(rule_id, facts) is True]


class Inhibitor:
    """Remembers of each inhibition the newest alert of its source, and nothing else."""

    def __init__(self, inhibitions: Inhibitions) -> None:
        self._inhibitions = inhibitions
        self._raised: dict[Inhibition, Raised] = {}

    def __bool__(self) -> bool:
        """Whether there is any inhibition."""
        return bool(self._inhibitions)

    def replace(self, inhibitions: Inhibitions) -> None:
        """Put others in force; those that stay as they are keep what they remember."""
        self._inhibitions = inhibitions
        self._raised = {each: self._raised[each] for each in inhibitions if each in self._raised}

    def note(self, raised: Raised, facts: Facts) -> None:
        """Note that an alert was raised; the order in which alerts are noted doesn't matter."""
        for inhibition in self._inhibitions.sourced_by(raised.rule_id, facts):
            last = self._raised.get(inhibition)
            if last is None or last.at <= raised.at:
                self._raised[inhibition] = raised

    def is_source(self, rule_id: RuleId, facts: Facts) -> bool:
        """Whether an alert would be one that inhibitions are for."""
        return bool(self._inhibitions.sourced_by(rule_id, facts))

    def would_mute(self, rule_id: RuleId, facts: Facts) -> bool:
        """Whether an alert would be withheld if all that inhibitions are for were fresh."""
        return any(
            isinstance(entry.mutes.evaluate(facts), Matched) and entry.is_source(rule_id, facts) is False
            for entry in self._inhibitions.entries
        )

    def of(self, rule_id: RuleId, facts: Facts, now: datetime) -> Inhibited:
        """Return the first inhibition that withholds an alert; one that fails, or whose own source it is, doesn't."""
        problems: list[tuple[str, str]] = []
        for entry in self._inhibitions.entries:
            raised = self._raised.get(entry.inhibition)
            if raised is None or not _is_fresh(raised.at, now, entry.inhibition.lasts):
                continue
            is_source = entry.is_source(rule_id, facts)
            verdict = entry.mutes.evaluate(facts)
            if isinstance(is_source, Failed):
                problems.append((f"inhibit.{entry.number}.if", is_source.error))
            elif isinstance(verdict, Failed):
                problems.append((f"inhibit.{entry.number}.mutes", verdict.error))
            elif isinstance(verdict, Matched) and not is_source:
                return Inhibited(entry.inhibition, raised, tuple(problems))
        return Inhibited(None, None, tuple(problems))


def _is_fresh(at: datetime, now: datetime, lasts: timedelta) -> bool:
    """Whether an instant is less than `lasts` away; a clock that was set back must not make it fresh for long."""
    return -lasts < now - at < lasts
