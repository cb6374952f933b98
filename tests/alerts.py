"""Alerts to test with."""

from datetime import datetime

from tocsin.model import Alert, AlertId, Fragment, RichText, RuleId, Severity
from tocsin.testing import EPOCH, make_tweet


def make_alert(number: int = 1, text: str = "hello", *, title: RichText | None = None, at: datetime = EPOCH) -> Alert:
    """Return an alert on a tweet with that text; alerts with different numbers are different alerts."""
    return Alert(
        id=AlertId(f"{number:016x}"),
        rule_id=RuleId("hack"),
        key="",
        severity=Severity.HIGH,
        at=at,
        title=title or RichText((Fragment("Hack: ", trusted=True), Fragment(text, trusted=False))),
        body=RichText(()),
        labels={"team": "risk"},
        tweet=make_tweet(text, id=str(1_886_493_083_207_827_456 + number)),
        because=("word hacked in text",),
    )
