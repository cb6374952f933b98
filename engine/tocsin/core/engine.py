"""The engine: one tweet in, one `Step` out. It reads no clock, touches nothing and sends nothing."""

from datetime import datetime
from functools import partial

from tocsin import journal
from tocsin.alerting.alert import make_alert
from tocsin.alerting.memory import AlertMemory
from tocsin.core.plan import Plan
from tocsin.core.step import Step
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed, Matched
from tocsin.model import Delivery, Tweet, alert_id
from tocsin.rules.ruleset import Rule


class Engine:
    """Decides what every tweet means under the current plan."""

    def __init__(self, plan: Plan, memory: AlertMemory) -> None:
        self._plan = plan
        self._memory = memory

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._plan

    def replace(self, plan: Plan) -> None:
        """Put another plan in force, from the next tweet on."""
        self._plan = plan

    def observe(self, tweet: Tweet, now: datetime) -> Step:
        """Return what follows from a tweet: alerts, deliveries due at once, and the journal."""
        facts = Facts(tweet.data)
        steps = [Step(entries=(journal.Seen(at=now, tweet_id=tweet.id, source=tweet.source),))]
        for compiled, verdict in self._plan.matcher.decided(facts):
            match verdict:
                case Matched():
                    steps.append(self._raise_alert(compiled.rule, tweet, facts, now))
                case Failed(error, at):
                    where = ".".join(str(part) for part in at)
                    steps.append(Step(entries=(_failed(compiled.rule, tweet, now, where, error),)))
        return Step.joined(steps)

    def _raise_alert(self, rule: Rule, tweet: Tweet, facts: Facts, now: datetime) -> Step:
        key = ""
        identity = alert_id(rule.id, key, tweet.id)
        withheld = partial(journal.Withheld, at=now, alert_id=identity, rule_id=rule.id, tweet_id=tweet.id)
        if identity in self._memory:
            return Step(entries=(withheld(reason="already raised: same rule, key and tweet"),))
        entries: list[journal.Entry] = [journal.Matched(at=now, tweet_id=tweet.id, rule_id=rule.id, alert_id=identity)]
        alert = make_alert(identity, rule, tweet, facts, now, self._plan.vocabulary)
        routed = self._plan.router.destinations(rule, key)
        entries += [_failed(rule, tweet, now, where, error) for where, error in routed.problems]
        if not routed.destinations:
            entries.append(withheld(reason="no destination: the rule has no notify and no route is true"))
        # Only now: had anything above gone wrong, the tweet's next copy must still be told.
        self._memory.remember(identity)
        deliveries = tuple(Delivery(alert=alert, destination=name, due_at=now) for name in routed.destinations)
        return Step((alert,), deliveries, tuple(entries))


def _failed(rule: Rule, tweet: Tweet, now: datetime, where: str, error: str) -> journal.Failed:
    return journal.Failed(at=now, tweet_id=tweet.id, rule_id=rule.id, where=where, error=error)
