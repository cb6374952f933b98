"""Silences and acknowledgements in the SQLite file."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tocsin.alerting.silences import Silence, SilenceId
from tocsin.journal import Acknowledged
from tocsin.model import AlertId, DestinationName
from tocsin.store.codec import from_microseconds, storable, to_microseconds
from tocsin.store.database import damaged, reading, transaction, translated
from tocsin.store.journaling import number_of, write_journal
from tocsin.store.muting import Ack, silenced

_COLUMNS = "seq, condition, why, made_by, since, until, ended_at, ended_by, hidden, loud"
_ADD = "INSERT OR IGNORE INTO acks (alert_id, at, made_by, note) VALUES (?, ?, ?, ?)"
_STOP = "DELETE FROM outbox WHERE alert_id = ? AND state = 'waiting' AND escalation > 0 RETURNING destination"
_MADE_OF = """
SELECT json_extract(record, '$.alert_ids') FROM journal WHERE kind = 'folded' AND alert_id = ? LIMIT 1
"""
_LIKE = """
SELECT id FROM alerts WHERE id >= ? AND id < ?
UNION SELECT bundle FROM outbox WHERE bundle >= ? AND bundle < ? ORDER BY 1 LIMIT ?
"""
_LAST = "\U0010ffff"
"""Sorts behind whatever an id goes on with."""


class SqliteSilences:
    """A `SilenceStore` on a connection that its owner closes."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def add(self, condition: str, *, why: str, by: str, since: datetime, until: datetime) -> Silence:
        """Keep a silence from now on, and return it with the id that it was given."""
        values = (storable(condition), storable(why), storable(by), to_microseconds(since), to_microseconds(until))
        with self._writing() as execute:
            row = execute.execute(
                "INSERT INTO silences (condition, why, made_by, since, until) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
                f" RETURNING {_COLUMNS}",
                values,
            ).fetchone()
            silence = _silence(row)
            write_journal(execute, [silenced(silence, since, "added", silence.by)])
        return silence

    def end(self, silence_id: SilenceId, now: datetime, by: str) -> Silence | None:
        """End a silence that has not ended yet, and return it; None if there is none."""
        with self._writing() as execute:
            row = execute.execute(
                f"UPDATE silences SET ended_at = min(?, until), ended_by = ? WHERE seq = ? AND ended_at IS NULL"  # noqa: S608
                f" RETURNING {_COLUMNS}",
                (to_microseconds(now), storable(by), number_of(silence_id)),
            ).fetchone()
            if row is None:
                return None
            silence = _silence(row)
            write_journal(execute, [silenced(silence, now, "ended", silence.ended_by)])
        return silence

    def expire(self, now: datetime) -> list[Silence]:
        """Mark the silences whose time is up as ended then, and return them."""
        over = [silence for silence in self.unended() if silence.until <= now]
        if not over:
            return []
        with self._writing() as execute:
            rows = execute.execute(
                "UPDATE silences SET ended_at = until WHERE ended_at IS NULL AND until <= ?"  # noqa: S608
                f" RETURNING {_COLUMNS}",
                (to_microseconds(now),),
            ).fetchall()
            expired = sorted(map(_silence, rows), key=lambda silence: silence.since)
            write_journal(execute, [silenced(silence, now, "expired", "") for silence in expired])
        return expired

    def unended(self) -> list[Silence]:
        """Return the silences that have not ended, oldest first."""
        return self._read("WHERE ended_at IS NULL ORDER BY seq", ())

    def every(self, *, limit: int = 1000) -> list[Silence]:
        """Return silences, ended ones too, newest first."""
        return self._read("ORDER BY seq DESC LIMIT ?", (limit,))

    def _read(self, rest: str, values: tuple[Any, ...]) -> list[Silence]:
        with reading(self._connection, self._path):
            query = f"SELECT {_COLUMNS} FROM silences {rest}"  # noqa: S608 - fixed words and question marks
            rows = self._connection.execute(query, values).fetchall()
        try:
            return [_silence(row) for row in rows]
        except OverflowError as error:
            raise damaged(self._path, "it holds a time outside of the calendar") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with translated(self._path), transaction(self._connection):
            yield self._connection


class SqliteAcks:
    """An `AckStore` on a connection that its owner closes."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def acknowledge(self, alert_ids: Sequence[AlertId], now: datetime, *, by: str, note: str = "") -> Ack:
        """Note that alerts are taken on; take what was to be told later of them out of the outbox."""
        by, note = storable(by), storable(note)
        stopped: set[DestinationName] = set()
        with translated(self._path), transaction(self._connection):
            known = self._of(alert_ids[0])
            for each in alert_ids:
                is_new = self._connection.execute(_ADD, (each, to_microseconds(now), by, note)).rowcount > 0
                rows = self._connection.execute(_STOP, (each,)).fetchall()
                later = tuple(DestinationName(name) for name in sorted(row[0] for row in rows))
                stopped.update(later)
                if is_new or later:
                    entry = Acknowledged(at=now, alert_id=each, by=by, note=note, stopped=later)
                    write_journal(self._connection, [entry])
        if known is not None:
            return known
        return Ack(alert_id=alert_ids[0], at=now, by=by, note=note, stopped=tuple(sorted(stopped)), is_new=True)

    def of(self, alert_id: AlertId) -> Ack | None:
        """Return who has taken on an alert; None if nobody has."""
        with reading(self._connection, self._path):
            return self._of(alert_id)

    def ids_like(self, prefix: str, limit: int = 2) -> list[AlertId]:
        """Return the ids of alerts and of bundled messages that begin with a text, at most `limit`."""
        wanted = storable(prefix)
        with reading(self._connection, self._path):
            rows = self._connection.execute(_LIKE, (wanted, wanted + _LAST, wanted, wanted + _LAST, limit)).fetchall()
        return [AlertId(row[0]) for row in rows]

    def stands_for(self, message: AlertId) -> list[AlertId]:
        """Return the alerts that a message of that id stands for; nothing if there is none."""
        wanted = storable(message)
        with reading(self._connection, self._path):
            query = "SELECT json_extract(document, '$.folded') FROM alerts WHERE id = ?"
            row = self._connection.execute(query, (wanted,)).fetchone()
            if row is not None:
                return [message, *(AlertId(each) for each in json.loads(row[0] or "[]"))]
            # The outbox forgets of what a message was made that is tried again in parts; the journal doesn't.
            made = self._connection.execute(_MADE_OF, (wanted,)).fetchone()
            return [] if made is None else [AlertId(each) for each in json.loads(made[0])]

    def key(self, fresh: bytes) -> bytes:
        """Return the key that links are signed with: the one that is kept, or `fresh`, which is kept then."""
        with translated(self._path), transaction(self._connection):
            self._connection.execute("INSERT OR IGNORE INTO keys (name, secret) VALUES ('ack', ?)", (fresh,))
            return bytes(self._connection.execute("SELECT secret FROM keys WHERE name = 'ack'").fetchone()[0])

    def _of(self, alert_id: AlertId) -> Ack | None:
        query = "SELECT at, made_by, note FROM acks WHERE alert_id = ?"
        row = self._connection.execute(query, (alert_id,)).fetchone()
        return None if row is None else Ack(alert_id=alert_id, at=from_microseconds(row[0]), by=row[1], note=row[2])


def _silence(row: Any) -> Silence:
    seq, condition, why, made_by, since, until, ended_at, ended_by, hidden, loud = row
    return Silence(
        id=SilenceId(f"s{seq}"),
        condition=condition,
        why=why,
        by=made_by,
        since=from_microseconds(since),
        until=from_microseconds(until),
        ended_at=None if ended_at is None else from_microseconds(ended_at),
        ended_by=ended_by,
        hidden=hidden,
        loud=loud,
    )
