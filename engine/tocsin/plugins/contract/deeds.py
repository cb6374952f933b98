"""What actions promise: an outcome within the timeout, and nothing a second time for the same alert."""

from collections.abc import Iterator
from typing import Any

from tocsin.clock import SystemClock
from tocsin.hookspecs import Action
from tocsin.model import (
    Alert,
    Delivered,
    Fragment,
    Refused,
    RichText,
    RuleId,
    Severity,
    Tweet,
    TweetId,
    Unreachable,
    alert_id,
)
from tocsin.plugins.contain import describe, name_of
from tocsin.plugins.contract.finding import Finding, Hangs, called
from tocsin.plugins.contract.odd import tweets


def action_findings(action: Action, options: Any) -> Iterator[Finding]:
    """Yield what is to be said of an action, performed twice for one alert with these options."""
    subject = f"action {action.name}"
    outcomes: list[object] = []
    for _ in range(2):
        try:
            outcomes.append(called(action.perform, _alert(), options, limit_s=action.timeout.total_seconds()))
        except Hangs as error:
            yield Finding("failed", subject, f"{error}, its timeout: honour it, a second call would be made beside it")
            return
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            yield Finding("failed", subject, f"raised {describe(error)}: return Unreachable or Refused instead")
            return
    if strange := next((item for item in outcomes if not isinstance(item, Delivered | Refused | Unreachable)), None):
        yield Finding("failed", subject, f"returned {name_of(strange)}; return Delivered, Refused or Unreachable")
    elif None in outcomes:
        yield Finding("failed", subject, "returned None; return Delivered, Refused or Unreachable")
    elif type(outcomes[0]) is not type(outcomes[1]):
        first, second = (type(item).__name__ for item in outcomes)
        yield Finding("failed", subject, f"is {first}, then {second} for the same alert: be idempotent by its id")
    else:
        ended = type(outcomes[0]).__name__
        yield Finding("ok", subject, f"{ended} within its timeout, twice the same for the same alert")


def _alert() -> Alert:
    now = SystemClock().now()
    data = tweets()[1]
    return Alert(
        id=alert_id(RuleId("check"), "", "1"),
        rule_id=RuleId("check"),
        key="",
        severity=Severity.INFO,
        at=now,
        title=RichText((Fragment("A test of ", trusted=True), Fragment("tocsin", trusted=False))),
        body=RichText((Fragment("Nothing has happened.", trusted=True),)),
        labels={"team": "test"},
        tweet=Tweet(id=TweetId("1"), data=data, source="check", received_at=now, created_at=now),
    )
