"""A rule that is true of a tweet, and how the journal speaks of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin import journal
from tocsin.alerting.release import Hold
from tocsin.logic.facts import Facts
from tocsin.model import Alert, AlertId, RuleId, Tweet
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Match:
    """A match before anything was decided about it; `identity` is the id of the alert that may come of it."""

    rule: Rule
    tweet: Tweet
    facts: Facts
    now: datetime
    identity: AlertId

    def matched(self) -> journal.Matched:
        """Return the entry that an alert came of it."""
        return journal.Matched(
            at=self.now,
            tweet_id=self.tweet.id,
            rule_id=self.rule.id,
            alert_id=self.identity,
            stage=self.rule.stage,
        )

    def withheld(
        self, cause: journal.Cause, reason: str, *, exception: str | None = None, silence: str | None = None
    ) -> journal.Withheld:
        """Return the entry that nothing came of it, for now, and why."""
        return journal.Withheld(
            at=self.now,
            alert_id=self.identity,
            rule_id=self.rule.id,
            tweet_id=self.tweet.id,
            reason=reason,
            cause=cause,
            exception=exception,
            silence=silence,
            severity=self.rule.severity,
        )

    def failed(self, where: str, error: str) -> journal.Failed:
        """Return the entry that something beside the condition couldn't be evaluated."""
        return failed(self.rule.id, self.tweet, self.now, where, error)


def failed(rule_id: RuleId, tweet: Tweet, now: datetime, where: str, error: str) -> journal.Failed:
    """Return the entry that something of a rule couldn't be evaluated on a tweet."""
    return journal.Failed(at=now, tweet_id=tweet.id, rule_id=rule_id, where=where, error=error)


def withheld_alert(
    alert: Alert, now: datetime, cause: journal.Cause, reason: str, *, silence: str | None = None
) -> journal.Withheld:
    """Return the entry that an alert is held back, and why."""
    return journal.Withheld(
        at=now,
        alert_id=alert.id,
        rule_id=alert.rule_id,
        tweet_id=alert.tweet.id,
        reason=reason,
        cause=cause,
        silence=silence,
        severity=alert.severity,
    )


def held(alert: Alert, now: datetime, cause: journal.Cause, hold: Hold) -> journal.Withheld:
    """Return the entry that an alert is held back for a while, and why."""
    return replace(withheld_alert(alert, now, cause, hold.reason), until=hold.until, held_in=hold.held_in)


def heard_by_nobody(alert: Alert, now: datetime) -> journal.Withheld:
    """Return the entry that an alert has no destination."""
    reason = "no destination: the rule has no notify and no route is true"
    return withheld_alert(alert, now, "no-destination", reason)
