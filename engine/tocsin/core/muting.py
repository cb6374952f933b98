"""What is withheld though a rule is true: silences and inhibition, asked in this order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tocsin.alerting.facts import alert_facts, facts_of
from tocsin.alerting.inhibition import Inhibitions, Inhibitor, Raised
from tocsin.alerting.silences import SilenceId, Silences
from tocsin.core.match import failed, withheld_alert
from tocsin.core.step import Step
from tocsin.journal import Cause, Entry
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.compiled import CompiledRule
from tocsin.model import Alert, AlertId, Tweet
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Muted:
    """What withholds an alert, and why; `cause` is None if nothing does. `problems` are (where, error)."""

    cause: Cause | None = None
    reason: str = ""
    silence: SilenceId | None = None
    problems: tuple[tuple[str, str], ...] = ()


_NOT_MUTED: Final = Muted()


class Muting:
    """Silences and inhibitions in force, and the alerts that inhibitions are for."""

    def __init__(self, inhibitions: Inhibitions) -> None:
        self._silences = Silences((), standard_vocabulary())
        self._inhibitor = Inhibitor(inhibitions)

    def __bool__(self) -> bool:
        """Whether there is anything that may withhold an alert, or has to be told of one."""
        return bool(self._silences) or bool(self._inhibitor)

    def silence(self, silences: Silences) -> None:
        """Put these silences in the place of those there were."""
        self._silences = silences

    def replace(self, inhibitions: Inhibitions) -> None:
        """Put these inhibitions in the place of those there were; what stays keeps what it remembers."""
        self._inhibitor.replace(inhibitions)

    def note(self, alerts: Iterable[Alert]) -> None:
        """Note alerts that were raised."""
        if self._inhibitor:
            for alert in alerts:
                self._inhibitor.note(Raised(alert.at, alert.rule_id, alert.id), facts_of(alert))

    def sources_first(
        self, decided: Iterable[tuple[CompiledRule, Matched | Failed]], tweet: Tweet
    ) -> Iterable[tuple[CompiledRule, Matched | Failed]]:
        """Return what rules say of a tweet, those first that inhibitions are for: it may be of both kinds at once."""
        if not self._inhibitor:
            return decided
        return sorted(decided, key=lambda pair: not self._is_source(pair[0].rule, tweet))

    def of(self, alert: Alert, now: datetime) -> Muted:
        """Return whether an alert is withheld, and why."""
        if not self:
            return _NOT_MUTED
        facts = facts_of(alert)
        silenced = self._silences.of(facts, now)
        if silenced.by is not None:
            reason = f"silence {silenced.by.id} by {silenced.by.by}: {silenced.by.why}"
            return Muted("silence", reason, silenced.by.id, silenced.problems)
        inhibited = self._inhibitor.of(alert.rule_id, facts, now)
        problems = (*silenced.problems, *inhibited.problems)
        if inhibited.source is None:
            return Muted(problems=problems)
        source = inhibited.source
        reason = f"inhibited by alert {source.alert_id} of rule {source.rule_id!r}"
        return Muted("inhibition", reason, None, problems)

    def without_muted(self, step: Step, now: datetime, *, asked: AlertId | None = None) -> Step:
        """Return the step without the alerts that are withheld now: what a throttle lets go later may be, meanwhile.

        `asked` is the alert that has been asked about already.
        """
        if not step.alerts or not self:
            return step
        muted = [(alert, self.of(alert, now)) for alert in step.alerts if alert.id != asked]
        gone = {alert.id for alert, found in muted if found.cause is not None}
        entries: list[Entry] = []
        for alert, found in muted:
            entries += [failed(alert.rule_id, alert.tweet, now, where, error) for where, error in found.problems]
            if found.cause is not None:
                entries.append(withheld_alert(alert, now, found.cause, found.reason, silence=found.silence))
        return replace(
            step,
            alerts=tuple(alert for alert in step.alerts if alert.id not in gone),
            deliveries=tuple(delivery for delivery in step.deliveries if delivery.alert.id not in gone),
            entries=(*step.entries, *entries),
        )

    def _is_source(self, rule: Rule, tweet: Tweet) -> bool:
        facts = alert_facts(rule.id, rule.severity, rule.labels, "", tweet.data)
        return self._inhibitor.is_source(rule.id, facts)
