"""Alerts and other records as JSON text and back, without loss: lone surrogates, long integers and NaN included.

The text is ASCII, because SQLite's text is UTF-8 and a tweet may hold what UTF-8 can't.
"""

import json
from collections.abc import Mapping
from typing import Any

from tocsin.alerting.record import alert_of, alert_record, from_microseconds, to_microseconds
from tocsin.model import Alert

__all__ = [
    "decode_alert", "decode_record", "encode_alert", "encode_record", "from_microseconds", "storable",
    "to_microseconds",
]  # fmt: skip


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


def storable(text: str) -> str:
    """Return text that SQLite takes: lone surrogates as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
