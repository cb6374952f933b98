"""Alerts as JSON text and back, without loss: lone surrogates, long integers and NaN included.

The text is ASCII, because SQLite's text is UTF-8 and a tweet may hold what UTF-8 can't.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.model import Alert, AlertId, Fragment, RichText, RuleId, Severity, Tweet, TweetId
from tocsin.store.store import Standing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STANDING_TIMES = ("failing_since", "rested_at", "resting_until", "noticed_at")


def encode_alert(alert: Alert) -> str:
    """Return the alert as JSON text."""
    tweet = alert.tweet
    return _dump(
        {
            "id": alert.id,
            "rule": alert.rule_id,
            "key": alert.key,
            "severity": alert.severity.value,
            "at": to_microseconds(alert.at),
            "title": _fragments(alert.title),
            "body": _fragments(alert.body),
            "labels": dict(alert.labels),
            "because": alert.because,
            "held_back": alert.held_back,
            "held_since": None if alert.held_since is None else to_microseconds(alert.held_since),
            "folded": alert.folded,
            "tweet": {
                "id": tweet.id,
                "data": tweet.data,
                "source": tweet.source,
                "received_at": to_microseconds(tweet.received_at),
                "created_at": None if tweet.created_at is None else to_microseconds(tweet.created_at),
            },
        }
    )


def decode_alert(text: str) -> Alert:
    """Return the alert that `encode_alert` wrote.

    Raises:
        ValueError: the text is not what `encode_alert` writes.
    """
    try:
        record = json.loads(text)
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
            # Alerts of tocsin 0.1 have none of these three.
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


def encode_record(record: Mapping[str, Any]) -> str:
    """Return a JSON object, such as a journal record, as JSON text."""
    return _dump(record)


def decode_record(text: str) -> dict[str, Any]:
    """Return the JSON object that `encode_record` wrote."""
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not a stored object")  # noqa: TRY004 - the text is wrong, not its type
    return record


def encode_standing(standing: Standing) -> str:
    """Return how a destination stands as JSON text."""
    times = {name: _microseconds(getattr(standing, name)) for name in _STANDING_TIMES}
    sent = [to_microseconds(at) for at in standing.sent]
    return _dump({**times, "failures": standing.failures, "untold": standing.untold, "sent": sent})


def decode_standing(text: str) -> Standing:
    """Return the standing that `encode_standing` wrote; a blank one if the text is damaged: no alert hangs on it."""
    try:
        record = json.loads(text)
        times = {name: None if record[name] is None else from_microseconds(record[name]) for name in _STANDING_TIMES}
        sent = tuple(from_microseconds(count) for count in record["sent"])
        return Standing(failures=int(record["failures"]), untold=int(record["untold"]), sent=sent, **times)
    except (ValueError, KeyError, TypeError, OverflowError):
        return Standing()


def to_microseconds(at: datetime) -> int:
    """Return the instant as microseconds since 1970; exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the instant that `to_microseconds` counted."""
    return _EPOCH + count * _MICROSECOND


def storable(text: str) -> str:
    """Return text that SQLite takes: lone surrogates as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _dump(value: Mapping[str, Any]) -> str:
    # `default`: the tweet's data may be any mapping.
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=dict)


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else to_microseconds(at)


def _fragments(text: RichText) -> list[tuple[str, bool]]:
    return [(fragment.text, fragment.trusted) for fragment in text.fragments]


def _rich_text(fragments: list[tuple[str, bool]]) -> RichText:
    return RichText(tuple(Fragment(text, trusted) for text, trusted in fragments))
