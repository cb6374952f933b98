"""Writes journal entries, and what is counted along with them."""

import sqlite3
from collections.abc import Sequence

from tocsin.journal import Entry, Withheld
from tocsin.store.codec import journal_rows

JOURNAL_TABLES = ("entries", "seen", "matched")
_LAST = f"SELECT max({', '.join(f'coalesce((SELECT max(seq) FROM {name}), 0)' for name in JOURNAL_TABLES)})"  # noqa: S608


def write_journal(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Append the entries, within the caller's transaction; alerts that a silence hid are counted with it."""
    if not entries:
        return
    # All tables count on from the same place: together they are the journal, in the order of `seq`.
    rows = journal_rows(entries, connection.execute(_LAST).fetchone()[0])
    connection.executemany(
        "INSERT INTO entries (seq, at, kind, record, tweet, alert_id, rule_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows.entries,
    )
    connection.executemany("INSERT INTO seen (seq, at, tweet, source) VALUES (?, ?, ?, ?)", rows.seen)
    connection.executemany(
        "INSERT INTO matched (seq, at, tweet, alert_id, rule_id) VALUES (?, ?, ?, ?, ?)", rows.matched
    )
    hidden = [entry for entry in entries if type(entry) is Withheld and entry.silence is not None]
    if hidden:
        connection.executemany(
            "UPDATE silences SET hidden = hidden + 1, loud = loud + ? WHERE seq = ?",
            [(_is_loud(entry), number_of(entry.silence or "")) for entry in hidden],
        )


def number_of(silence_id: str) -> int:
    """Return the row of a silence; -1, which no row has, for what is no silence's id."""
    digits = silence_id.removeprefix("s")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else -1


def _is_loud(entry: Withheld) -> bool:
    return entry.severity is not None and entry.severity.is_loud
