"""Writes journal entries, and what is counted along with them."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from tocsin.journal import Entry, Withheld, as_record
from tocsin.store.codec import encode_record, storable, to_microseconds
from tocsin.store.subject import tweet_number


def write_journal(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Append the entries, within the caller's transaction; alerts that a silence hid are counted with it."""
    connection.executemany(
        "INSERT INTO journal (at, kind, record, tweet, alert_id, rule_id) VALUES (?, ?, ?, ?, ?, ?)",
        [_journal_values(entry) for entry in entries],
    )
    connection.executemany(
        "UPDATE silences SET hidden = hidden + 1, loud = loud + ? WHERE seq = ?",
        [
            (entry.severity is not None and entry.severity.is_loud, number_of(entry.silence))
            for entry in entries
            if isinstance(entry, Withheld) and entry.silence is not None
        ],
    )


def number_of(silence_id: str) -> int:
    """Return the row of a silence; -1, which no row has, for what is no silence's id."""
    digits = silence_id.removeprefix("s")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else -1


def _journal_values(entry: Entry) -> tuple[Any, ...]:
    record = as_record(entry)
    alert_id = record.get("alert_id")
    return (
        to_microseconds(entry.at),
        entry.kind,
        encode_record(record),
        tweet_number(record.get("tweet_id")),
        None if alert_id is None else storable(alert_id),
        record.get("rule_id"),
    )
