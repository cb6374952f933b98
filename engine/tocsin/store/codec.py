"""Alerts and other records as JSON text and back, without loss: lone surrogates, long integers and NaN included.

The text is ASCII, because SQLite's text is UTF-8 and a tweet may hold what UTF-8 can't.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from tocsin.alerting.record import alert_of, alert_record, from_microseconds, to_microseconds
from tocsin.journal import Entry, Seen, as_record
from tocsin.model import Alert

__all__ = [
    "decode_alert", "decode_record", "encode_alert", "encode_record", "from_microseconds", "journal_rows", "storable",
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


def journal_rows(entries: Iterable[Entry]) -> list[tuple[int, str, str]]:
    """Return what the journal keeps of entries: microseconds, kind and record."""
    return [_seen_row(entry) if type(entry) is Seen else _row(entry) for entry in entries]


def _row(entry: Entry) -> tuple[int, str, str]:
    return to_microseconds(entry.at), entry.kind, encode_record(as_record(entry))


def _seen_row(entry: Seen) -> tuple[int, str, str]:
    """Return the same as `_row`, ten times as fast: of most tweets this is all that there is to write."""
    micros, text = _instant(entry.at)
    record = f'{{"kind":"seen","at":"{text}","tweet_id":{_quoted(entry.tweet_id)},"source":{_quoted(entry.source)}}}'
    return micros, entry.kind, record


@lru_cache(maxsize=16)
def _instant(at: datetime) -> tuple[int, str]:
    # Tweets that came together have the very same instant.
    return to_microseconds(at), at.isoformat()


def decode_record(text: str) -> dict[str, Any]:
    """Return the JSON object that `encode_record` wrote."""
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not a stored object")  # noqa: TRY004 - the text is wrong, not its type
    return record


def storable(text: str) -> str:
    """Return text that SQLite takes: lone surrogates as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
