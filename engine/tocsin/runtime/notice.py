"""Word to people about tocsin itself, such as that changed rule files have errors, and that they no longer have any.

A notice is an alert like any other once it is made: it goes through the outbox, is tried again, and shows in `tocsin
alerts`. No rule can be mistaken for its sender, since no rule's id has a dot.
"""

from datetime import datetime, timedelta
from typing import Final

from tocsin.core.step import Step
from tocsin.model import (
    Alert,
    Delivery,
    DestinationName,
    Fragment,
    RichText,
    RuleId,
    Severity,
    Tweet,
    TweetId,
    alert_id,
)

SENDER: Final = RuleId("tocsin.reload")

EVERY = timedelta(minutes=1)
"""Nobody hears of reloads more often than this; who edits rules by trial and error hears of the outcome."""


class ReloadNotices:
    """Decides when to speak: where things are other than was last said, if that is long enough ago."""

    def __init__(self) -> None:
        self._said: str | None = None
        self._said_at: datetime | None = None

    def due(self, problem: str | None, now: datetime) -> bool:
        """Return whether to speak now, given why the newest files are not in force (None: they are); note it as said.

        Asked again later it may answer differently: what was too soon then may be due now.
        """
        if (problem is None) == (self._said is None):
            return False
        if self._said_at is not None and timedelta() <= now - self._said_at < EVERY:
            return False
        self._said, self._said_at = problem, now
        return True


def notice(problem: str | None, revision: str, destination: DestinationName, now: datetime) -> Step:
    """Return the message to a destination that `problem` keeps the newest files out, or with None that nothing does."""
    if problem is None:
        title, body, severity = "tocsin: the newest rules are in force again", f"revision {revision}", Severity.INFO
    else:
        title = "tocsin: changed rules are not in force"
        body, severity = f"The rules of revision {revision} go on. {problem}", Severity.HIGH
    return system_alert(SENDER, title, body, severity, destination, now)


def system_alert(
    sender: RuleId,
    title: str,
    body: str,
    severity: Severity,
    destination: DestinationName,
    now: datetime,
    *,
    about: str = "",
) -> Step:
    """Return a message of tocsin's own to a destination.

    `sender` names the part that speaks, as `tocsin.NAME`: no rule's id has a dot. `title` is shown as it stands; `body`
    may quote anything and is escaped. Its id is of the sender, `now` and what it is `about`, which tells apart what one
    sender says at the same moment.
    """
    alert = Alert(
        id=alert_id(sender, about, now.isoformat()),
        rule_id=sender,
        key="",
        severity=severity,
        at=now,
        title=_text(title, trusted=True),
        # What stands in files or answers is quoted here, and may hold anything.
        body=_text(body, trusted=False),
        labels={},
        tweet=Tweet(id=TweetId(""), data={}, source="tocsin", received_at=now),
    )
    return Step(alerts=(alert,), deliveries=(Delivery(alert=alert, destination=destination, due_at=now),))


def _text(text: str, *, trusted: bool) -> RichText:
    return RichText((Fragment(text, trusted),))
