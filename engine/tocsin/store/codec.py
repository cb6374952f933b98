"""Alerts and other records as JSON text and back, without loss: lone surrogates, long integers and NaN included.

The text is ASCII, because SQLite's text is UTF-8 and a tweet may hold what UTF-8 can't.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.alerting.record import alert_of, alert_record, from_microseconds, to_microseconds
from tocsin.model import Alert
from tocsin.store.store import Standing

__all__ = [
    "decode_alert", "decode_record", "decode_standing", "encode_alert", "encode_record", "encode_standing",
    "from_microseconds", "storable", "to_microseconds",
]  # fmt: skip

_STANDING_TIMES = ("failing_since", "rested_at", "resting_until", "noticed_at")


def encode_alert(alert: Alert) -> str:
    """Return the alert as JSON text."""
    return encode_record(alert_record(alert))


def decode_alert(text: str) -> Alert:
    """Return the alert that `encode_alert` wrote.

    Raises:
        ValueError: the text is not what `encode_alert` writes.
    """
    return alert_of(json.loads(text))


def encode_record(record: Mapping[str, Any]) -> str:
    """Return a JSON object, such as a journal record, as JSON text."""
    # `default`: the tweet's data may be any mapping.
    return json.dumps(record, ensure_ascii=True, separators=(",", ":"), default=dict)


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
    return encode_record({**times, "failures": standing.failures, "untold": standing.untold, "sent": sent})


def decode_standing(text: str) -> Standing:
    """Return the standing that `encode_standing` wrote; a blank one if the text is damaged: no alert hangs on it."""
    try:
        record = json.loads(text)
        times = {name: None if record[name] is None else from_microseconds(record[name]) for name in _STANDING_TIMES}
        sent = tuple(from_microseconds(count) for count in record["sent"])
        return Standing(failures=int(record["failures"]), untold=int(record["untold"]), sent=sent, **times)
    except (ValueError, KeyError, TypeError, OverflowError):
        return Standing()


def storable(text: str) -> str:
    """Return text that SQLite takes: lone surrogates as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else to_microseconds(at)
