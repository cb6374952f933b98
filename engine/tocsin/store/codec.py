"""Alerts and other records as JSON text and back, without loss: lone surrogates, long integers and NaN included.

Nearly every record is written by msgspec, ten times as fast as `json`. What it refuses, such as lone surrogates, which
SQLite's UTF-8 can't hold as they are, `json` writes in ASCII; and so it does with NaN, which msgspec would make null.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, Final, TypeAlias

import msgspec

from tocsin.alerting.record import alert_of, alert_record, from_microseconds, to_microseconds
from tocsin.journal import Entry, Matched, Seen, as_record
from tocsin.model import Alert
from tocsin.store.store import Standing
from tocsin.store.subject import tweet_number

__all__ = [
    "decode_alert", "decode_record", "decode_standing", "encode_alert", "encode_record", "encode_standing",
    "from_microseconds", "journal_rows", "storable", "to_microseconds",
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
    try:
        text = _QUICK.encode(record).decode()
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
        return _encode_exactly(record)
    return _encode_exactly(record) if "null" in text and not _is_finite(record) else text


def _encode_exactly(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=True, separators=(",", ":"), default=dict)


# The tweet's data may be any mapping.
_QUICK: Final = msgspec.json.Encoder(enc_hook=dict)


def _is_finite(value: Any) -> bool:
    """Whether no number in a value is NaN or infinite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_finite, value))


EntryRow: TypeAlias = tuple[int, int, str, str, int | None, str | None, str | None]
"""Place, microseconds, kind, record; and what it is about: the tweet's number, the alert, the rule."""

SeenRow: TypeAlias = tuple[int, int, int, str]
"""Place, microseconds, the tweet's id as a number, source: all that there is to say of a tweet that was seen."""


MatchedRow: TypeAlias = tuple[int, int, int, str, str]
"""Place, microseconds, the tweet's id as a number, the alert, the rule: an alert that came of a match."""


@dataclass(frozen=True, slots=True)
class JournalRows:
    """What the journal keeps of entries, in each of its tables."""

    entries: list[EntryRow]
    seen: list[SeenRow]
    matched: list[MatchedRow]


def journal_rows(entries: Iterable[Entry], after: int) -> JournalRows:
    """Return what the journal keeps of entries, their places counted on from `after`."""
    rows = JournalRows([], [], [])
    for seq, entry in enumerate(entries, after + 1):
        if type(entry) is Seen and (seen := _seen_row(entry, seq)) is not None:
            rows.seen.append(seen)
        elif type(entry) is Matched and (matched := _matched_row(entry, seq)) is not None:
            rows.matched.append(matched)
        else:
            rows.entries.append(_row(entry, seq))
    return rows


# Of either kind None where the journal's view would not give the very same record back from the row.


def _seen_row(entry: Seen, seq: int) -> SeenRow | None:
    number, at = _number(entry.tweet_id), to_microseconds(entry.at)
    return None if number is None or at < 0 or not _is_plain(entry.source) else (seq, at, number, entry.source)


def _matched_row(entry: Matched, seq: int) -> MatchedRow | None:
    number, at, alert_id = _number(entry.tweet_id), to_microseconds(entry.at), entry.alert_id
    if number is None or at < 0 or entry.stage != "live":
        return None
    is_plain = alert_id.isalnum() and alert_id.isascii() and _is_plain(entry.rule_id)
    return (seq, at, number, alert_id, entry.rule_id) if is_plain else None


def _number(text: str) -> int | None:
    """Return a tweet's id as the number that is written so; None if there is none."""
    if len(text) > _DIGITS or not text.isdigit() or not text.isascii() or (text[0] == "0" and text != "0"):
        return None
    number = int(text)
    return number if number <= _LARGEST else None


_DIGITS: Final = 19
_LARGEST: Final = 2**63 - 1
"""SQLite's largest integer, of so many digits."""


@lru_cache(maxsize=1_024)
def _is_plain(name: str) -> bool:
    return _quoted(name) == f'"{name}"'


def _row(entry: Entry, seq: int) -> EntryRow:
    record = as_record(entry)
    alert_id = record.get("alert_id")
    return (
        seq,
        to_microseconds(entry.at),
        entry.kind,
        encode_record(record),
        tweet_number(record.get("tweet_id")),
        None if alert_id is None else storable(alert_id),
        record.get("rule_id"),
    )


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
