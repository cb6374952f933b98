"""Alerts as plain JSON and back, without loss: for what is kept over a restart."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from tocsin.model import Alert, AlertId, Fragment, RichText, RuleId, Severity, Tweet, TweetId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def alert_record(alert: Alert) -> dict[str, Any]:
    """Return the alert as a JSON object; the tweet's data in it is shared and may be any mapping."""
    tweet = alert.tweet
    return {
        "id": alert.id,
        "rule": alert.rule_id,
        "key": alert.key,
        "severity": alert.severity,
        "at": to_microseconds(alert.at),
        "title": _fragments(alert.title),
        "body": _fragments(alert.body),
        "labels": dict(alert.labels),
        "because": alert.because,
        "held_back": alert.held_back,
        **({} if alert.held_since is None else {"held_since": to_microseconds(alert.held_since)}),
        "folded": alert.folded,
        "tweet": {
            "id": tweet.id,
            "data": tweet.data,
            "source": tweet.source,
            "received_at": to_microseconds(tweet.received_at),
            "created_at": None if tweet.created_at is None else to_microseconds(tweet.created_at),
        },
    }


def alert_of(record: Mapping[str, Any]) -> Alert:
    """Return the alert of which `alert_record` gave the object.

    Raises:
        ValueError: it gave no such object.
    """
    try:
        tweet = record["tweet"]
        created, held_since = tweet["created_at"], record.get("held_since")
        return Alert(
            id=AlertId(record["id"]),
            rule_id=RuleId(record["rule"]),
            key=record["key"],
            severity=Severity(record["severity"]),
            at=from_microseconds(record["at"]),
            title=_rich_text(record["title"]),
            body=_rich_text(record["body"]),
            labels=record["labels"],
            because=tuple(record["because"]),
            # Alerts of tocsin 0.1 have none of these three, and most have not held back anything.
            held_back=record.get("held_back", 0),
            held_since=None if held_since is None else from_microseconds(held_since),
            folded=tuple(AlertId(folded) for folded in record.get("folded", ())),
            tweet=Tweet(
                id=TweetId(tweet["id"]),
                data=tweet["data"],
                source=tweet["source"],
                received_at=from_microseconds(tweet["received_at"]),
                created_at=None if created is None else from_microseconds(created),
            ),
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a stored alert: {error!r}") from error


@lru_cache(maxsize=256)
def to_microseconds(at: datetime) -> int:
    """Return the instant as microseconds since 1970; exact. What came together has the very same instant."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the instant that `to_microseconds` counted."""
    return _EPOCH + count * _MICROSECOND


def _fragments(text: RichText) -> list[tuple[str, bool]]:
    return [(fragment.text, fragment.trusted) for fragment in text.fragments]


def _rich_text(fragments: list[tuple[str, bool]]) -> RichText:
    return RichText(tuple(Fragment(text, trusted) for text, trusted in fragments))
