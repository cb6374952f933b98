"""The engine: one tweet in, one `Step` out. It reads no clock, touches nothing and sends nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tocsin import journal
from tocsin.alerting.alert import make_alert
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Routed
from tocsin.alerting.silences import Silences
from tocsin.core.muting import Muting
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.model import Alert, AlertId, Delivery, Tweet, alert_id
from tocsin.rules.ruleset import Rule

_SHADOW_CAPACITY = 100_000
"""How many matches of rules in stage shadow are told apart; a copy that comes later is counted anew."""


class Engine:
    """Decides what every tweet means under the current plan."""

    def __init__(self, plan: Plan, memory: AlertMemory) -> None:
        self._plan = plan
        self._memory = memory
        # Apart: a rule that goes live must still speak of what it only counted before.
        self._shadow_memory = AlertMemory(capacity=_SHADOW_CAPACITY)
        self._muting = Muting(plan.inhibitions)

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._plan

    def replace(self, plan: Plan) -> None:
        """Put another plan in force, from the next tweet on."""
        self._plan = plan
        self._muting.replace(plan.inhibitions)

    def silence(self, silences: Silences) -> None:
        """Put these silences in the place of those there were, from the next tweet on."""
        self._muting.silence(silences)

    def recall(self, alerts: Iterable[Alert]) -> None:
        """Note alerts that were raised before this start, in any order: inhibitions may be for them."""
        self._muting.note(alerts)

    def observe(self, tweet: Tweet, now: datetime) -> Step:
        """Return what follows from a tweet: alerts, deliveries due at once, and the journal."""
        facts = Facts(tweet.data)
        steps = [Step(entries=(journal.Seen(at=now, tweet_id=tweet.id, source=tweet.source),))]
        for compiled, verdict in self._muting.sources_first(self._plan.matcher.decided(facts), tweet):
            match verdict:
                case Matched():
                    steps.append(self._decide(compiled.rule, tweet, facts, now))
                case Failed(error, at):
                    where = ".".join(str(part) for part in at)
                    steps.append(Step(entries=(_failed(compiled.rule, tweet, now, where, error),)))
        return Step.joined(steps)

    def _decide(self, rule: Rule, tweet: Tweet, facts: Facts, now: datetime) -> Step:
        """Return what becomes of a match, the first reason to withhold it being the one that is recorded."""
        occasion = self._plan.occasions.of(rule.id, tweet, facts)
        match = _Match(rule, tweet, facts, now, alert_id(rule.id, "", occasion.text))
        failed = [] if occasion.problem is None else [match.failed("once_per", occasion.problem)]
        if match.identity in self._memory_of(rule):
            what = "tweet" if rule.once_per is None else "value of once_per"
            return Step(entries=(*failed, match.withheld(f"already raised: same rule, key and {what}")))
        excepted = self._plan.exceptions.of(rule.id, facts, now)
        failed += [match.failed(where, error) for where, error in excepted.problems]
        if excepted.by is not None:
            # Not remembered: once the exception is gone, the tweet's next copy must be told.
            reason = f"exception {excepted.by.id!r}: {excepted.by.why}"
            return Step(entries=(*failed, match.withheld(reason, exception=excepted.by.id)))
        return Step.joined([Step(entries=tuple(failed)), self._raise(match)])

    def _raise(self, match: "_Match") -> Step:
        rule = match.rule
        alert = make_alert(match.identity, rule, match.tweet, match.facts, match.now, self._plan.provers.of(rule.id))
        if rule.stage == "shadow":
            self._shadow_memory.remember(match.identity)
            withheld = match.withheld("the rule is in stage shadow: nothing is sent")
            return Step(entries=(match.matched(), withheld), shadowed=(alert,))
        muted = self._muting.of(alert, match.now)
        failed = [match.failed(where, error) for where, error in muted.problems]
        if muted.reason is not None:
            # Not remembered either: what comes again once nothing mutes it must be told.
            withheld = match.withheld(muted.reason, silence=muted.silence)
            return Step(entries=(*failed, withheld))
        routed = self._plan.router.destinations(rule, alert.key, match.tweet.data, alert.because)
        entries: list[journal.Entry] = [*failed, match.matched()]
        entries += [match.failed(where, error) for where, error in routed.problems]
        if not routed.destinations:
            entries.append(match.withheld("no destination: the rule has no notify and no route is true"))
        # Only now: had anything above gone wrong, the tweet's next copy must still be told.
        self._memory.remember(match.identity)
        self._muting.note((alert,))
        return Step((alert,), _deliveries(alert, routed, match.now), tuple(entries))

    def _memory_of(self, rule: Rule) -> AlertMemory:
        return self._shadow_memory if rule.stage == "shadow" else self._memory


@dataclass(frozen=True, slots=True)
class _Match:
    """A rule that is true of a tweet, and how the journal speaks of it."""

    rule: Rule
    tweet: Tweet
    facts: Facts
    now: datetime
    identity: AlertId

    def matched(self) -> journal.Matched:
        return journal.Matched(
            at=self.now,
            tweet_id=self.tweet.id,
            rule_id=self.rule.id,
            alert_id=self.identity,
            stage=self.rule.stage,
        )

    def withheld(self, reason: str, *, exception: str | None = None, silence: str | None = None) -> journal.Withheld:
        return journal.Withheld(
            at=self.now,
            alert_id=self.identity,
            rule_id=self.rule.id,
            tweet_id=self.tweet.id,
            reason=reason,
            exception=exception,
            silence=silence,
            severity=self.rule.severity,
        )

    def failed(self, where: str, error: str) -> journal.Failed:
        return _failed(self.rule, self.tweet, self.now, where, error)


def _deliveries(alert: Alert, routed: Routed, now: datetime) -> tuple[Delivery, ...]:
    """Return what is due at once, then what is due later unless the alert is acknowledged."""
    at_once = [Delivery(alert=alert, destination=name, due_at=now) for name in routed.destinations]
    later = [
        Delivery(alert=alert, destination=name, due_at=now + after, escalation=after) for name, after in routed.later
    ]
    return (*at_once, *later)


def _failed(rule: Rule, tweet: Tweet, now: datetime, where: str, error: str) -> journal.Failed:
    return journal.Failed(at=now, tweet_id=tweet.id, rule_id=rule.id, where=where, error=error)
