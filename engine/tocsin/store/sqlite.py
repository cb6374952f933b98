"""The store on disk: one SQLite file, one engine at a time, one transaction a call."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tocsin.alerting.ledger import Record
from tocsin.errors import StoreDamaged
from tocsin.journal import Entry, GaveUp, as_record
from tocsin.model import Alert, AlertId, Delivery, DestinationName, RuleId
from tocsin.store.choice import Choice, chosen_entries
from tocsin.store.codec import (
    decode_alert,
    decode_record,
    encode_alert,
    encode_record,
    from_microseconds,
    storable,
    to_microseconds,
)
from tocsin.store.database import connect, transaction, translated, visit
from tocsin.store.lock import EngineLock
from tocsin.store.migrations import migrate
from tocsin.store.store import (
    ANYTHING,
    NOTHING,
    About,
    AlertOutcome,
    Backlog,
    OutboxRow,
    State,
    WithheldCount,
    known_by,
)
from tocsin.store.subject import tweet_number

_SETTLE = """
UPDATE outbox SET state = 'delivered', reason = '' WHERE alert_id = ? AND destination = ? AND state = 'sending'
"""
_RETRY = """
UPDATE outbox SET state = 'waiting', due_at = ?, reason = ?
WHERE alert_id = ? AND destination = ? AND state = 'sending'
"""
_BURY = """
UPDATE outbox SET state = 'dead', reason = ? WHERE alert_id = ? AND destination = ? AND state = 'sending'
"""
_REVIVE = """
UPDATE outbox SET state = 'waiting', due_at = ?, attempts = 0, first_tried_at = NULL
WHERE alert_id = ? AND destination = ? AND state IN ('waiting', 'dead')
"""
_DROP = "DELETE FROM outbox WHERE alert_id = ? AND destination = ? AND state IN ('waiting', 'dead')"
# The newest entry that is old bounds the search: without it, a journal with nothing to forget would be read whole.
_PRUNE_KINDS = """
DELETE FROM journal WHERE seq IN (
    SELECT seq FROM journal WHERE kind IN (SELECT value FROM json_each(:kinds)) AND at < :before
        AND seq <= (SELECT seq FROM journal WHERE at < :before ORDER BY at DESC LIMIT 1)
    LIMIT :limit)
"""
_PRUNE = (
    "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE at < ? ORDER BY at LIMIT ?)",
    """
    DELETE FROM outbox WHERE seq IN (
        SELECT o.seq FROM alerts a JOIN outbox o ON o.alert_id = a.id WHERE a.at < ? AND o.state = 'delivered' LIMIT ?)
    """,
    """
    DELETE FROM alerts WHERE seq IN (
        SELECT seq FROM alerts a WHERE at < ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id) LIMIT ?)
    """,
)
_OUTCOMES: Mapping[AlertOutcome, str] = {
    "sent": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id AND state = 'delivered')",
    "failed": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id"
    " AND (state = 'dead' OR (state = 'waiting' AND reason <> '')))",
}
_COUNT_WITHHELD = """
SELECT rule_id, json_extract(record, '$.reason') AS reason, count(*) AS count, min(at) AS first, max(at) AS last
FROM journal
"""
# Each part through its own partial index; the oldest is the first that was put there.
_BACKLOG = """
WITH open AS (
    SELECT destination, seq, alert_id, 0 AS dead FROM outbox WHERE state = 'waiting'
    UNION ALL SELECT destination, seq, alert_id, 0 FROM outbox WHERE state = 'sending'
    UNION ALL SELECT destination, seq, alert_id, 1 FROM outbox WHERE state = 'dead'
), counted AS (
    SELECT destination, sum(dead = 0) AS waiting, sum(dead) AS dead, min(CASE dead WHEN 0 THEN seq END) AS first
    FROM open GROUP BY destination
)
SELECT c.destination, c.waiting, c.dead, a.at AS oldest
FROM counted c LEFT JOIN outbox o ON o.seq = c.first LEFT JOIN alerts a ON a.id = o.alert_id ORDER BY c.destination
"""
# Only the oldest are looked at, so that a table with nothing to forget costs nothing.
_FORGET = """
DELETE FROM known WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, at FROM known WHERE seq <= (SELECT max(seq) FROM known) - ? ORDER BY seq LIMIT ?)
    WHERE at < ?)
"""
_ROW = "o.seq, o.destination, o.state, o.due_at, o.attempts, o.first_tried_at, o.reason, a.document"


class SqliteStore:
    """A `Store` in a file. Not for concurrent calls, but each call may come from another thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: EngineLock | None) -> None:
        self._connection = connection
        self._path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database for the engine: made if missing, migrated, and locked against a second engine.

        Raises:
            StoreLocked: another engine has it.
            StoreTooNew: a later tocsin wrote it.
            StoreDamaged: it is damaged or no database of ours; it is left as it is.
            StoreUnavailable: it can't be opened.
        """
        with translated(path):
            lock = EngineLock.acquire(path)
        try:
            _refuse_emptied(path, lock)
            connection = connect(path, create=True)
            try:
                with translated(path):
                    migrate(connection, str(path))
                    lock.remember_database()
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(connection, path, lock)

    @classmethod
    def visit(cls, path: Path) -> Self:
        """Open the database beside a running engine or none: to read, and for `revive` and `drop`.

        Readers see the last commit and block nobody; a write waits up to 5 s for the engine's own, then raises
        `StoreUnavailable`.

        Raises:
            StoreError: there is no database yet, or its schema is not this version's.
            StoreDamaged: it is damaged or no database of ours.
        """
        return cls(visit(path), path, None)

    def commit(
        self,
        alerts: Sequence[Alert],
        deliveries: Sequence[Delivery],
        entries: Sequence[Entry],
        *,
        state: Mapping[str, Record | None] = NOTHING,
        remembered: Sequence[tuple[AlertId, datetime]] = (),
    ) -> int:
        """Write a batch in one transaction; return how many deliveries are new."""
        # Encoded before the transaction begins: what can't be encoded must not leave half a batch.
        alert_rows = [(a.id, a.rule_id, to_microseconds(a.at), encode_alert(a)) for a in alerts]
        outbox_rows = [_outbox_values(delivery) for delivery in deliveries]
        known_rows = [(alert_id, to_microseconds(at)) for alert_id, at in known_by(alerts, remembered)]
        kept = [(storable(name), encode_record(record)) for name, record in state.items() if record is not None]
        forgotten = [(storable(name),) for name, record in state.items() if record is None]
        with self._writing(entries) as execute:
            execute.executemany(
                "INSERT OR IGNORE INTO alerts (id, rule_id, at, document) VALUES (?, ?, ?, ?)", alert_rows
            )
            cursor = execute.executemany(
                "INSERT OR IGNORE INTO outbox (alert_id, destination, state, due_at, attempts, first_tried_at)"
                " VALUES (?, ?, 'waiting', ?, ?, ?)",
                outbox_rows,
            )
            execute.executemany("INSERT INTO known (id, at) VALUES (?, ?)", known_rows)
            execute.executemany("DELETE FROM state WHERE key = ?", forgotten)
            execute.executemany("INSERT OR REPLACE INTO state (key, document) VALUES (?, ?)", kept)
            return max(cursor.rowcount, 0)

    def claim_due(self, now: datetime, limit: int, *, excluding: Iterable[DestinationName] = ()) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending."""
        with translated(self._path):
            found = [self._oldest_due(name, now) for name in self._waiting_destinations(set(excluding))]
        due = sorted((row for row in found if row is not None), key=lambda row: (row["due_at"], row["seq"]))[:limit]
        if not due:
            return []
        tried = to_microseconds(now)
        with self._writing(()) as execute:
            execute.executemany(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1,"
                " first_tried_at = coalesce(first_tried_at, ?) WHERE seq = ? AND state = 'waiting'",
                [(tried, row["seq"]) for row in due],
            )
            # Read back: `tocsin outbox drop` may have been quicker than the UPDATE.
            marks = ",".join("?" * len(due))
            claimed = execute.execute(
                f"SELECT {_ROW} FROM outbox o JOIN alerts a ON a.id = o.alert_id"  # noqa: S608 - only question marks
                f" WHERE o.seq IN ({marks}) AND o.state = 'sending' ORDER BY o.due_at, o.seq",
                [row["seq"] for row in due],
            ).fetchall()
            return [self._outbox_row(row).delivery for row in claimed]

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; `excluding` aside."""
        with translated(self._path):
            names = self._waiting_destinations(set(excluding))
            query = "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND destination = ?"
            earliest = [self._connection.execute(query, (name,)).fetchone()[0] for name in names]
        return from_microseconds(min(earliest)) if earliest else None

    def settle(self, delivery: Delivery, entries: Sequence[Entry]) -> None:
        """Mark the delivery delivered, with its journal entries."""
        with self._writing(entries) as execute:
            execute.execute(_SETTLE, _key(delivery))

    def retry(self, delivery: Delivery, due_at: datetime, reason: str, entries: Sequence[Entry]) -> None:
        """Let the delivery wait again until `due_at`."""
        with self._writing(entries) as execute:
            execute.execute(
                _RETRY,
                (to_microseconds(due_at), storable(reason), *_key(delivery)),
            )

    def bury(self, delivery: Delivery, reason: str, entries: Sequence[Entry]) -> None:
        """Make the delivery a dead letter."""
        with self._writing(entries) as execute:
            execute.execute(_BURY, (storable(reason), *_key(delivery)))

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`; return how many were."""
        at = to_microseconds(latest)
        with self._writing(()) as execute:
            return execute.execute(
                "UPDATE outbox SET due_at = ? WHERE state = 'waiting' AND due_at > ?", (at, at)
            ).rowcount

    def recover(self) -> int:
        """Let every delivery that a crash left sending wait again; return how many."""
        with self._writing(()) as execute:
            return execute.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'sending'").rowcount

    def known_alerts(self, limit: int, after: int = 0) -> tuple[list[AlertId], int]:
        """Return ids of alerts and of what was remembered beside them, oldest first, and the place of the last."""
        query = "SELECT id, seq FROM known WHERE seq > ? ORDER BY seq LIMIT ?"
        with translated(self._path):
            # Bare tuples: there may be a million.
            rows = self._connection.execute(query, (after, limit)).fetchall()
        return [AlertId(row[0]) for row in rows], rows[-1][1] if rows else after

    def forget_alerts(self, before: datetime, *, keep: int, limit: int = 10_000) -> int:
        """Forget ids that came before an instant, oldest first, but never the newest `keep`; return how many went."""
        with self._writing(()) as execute:
            return execute.execute(_FORGET, (keep, limit, to_microseconds(before))).rowcount

    def state(self) -> dict[str, dict[str, Any]]:
        """Return every record that `commit` was given to keep, by name."""
        return {row["key"]: decode_record(row["document"]) for row in self._read("SELECT key, document FROM state", ())}

    def alerts(
        self,
        *,
        limit: int,
        rule_id: str | None = None,
        since: datetime | None = None,
        outcome: AlertOutcome | None = None,
    ) -> list[Alert]:
        """Return alerts, newest first; those at or after `since`, and of which a delivery had the outcome, if given."""
        chosen = Choice()
        chosen.where("rule_id = ?", rule_id)
        chosen.where("at >= ?", None if since is None else to_microseconds(since))
        if outcome is not None:
            chosen.conditions.append(_OUTCOMES[outcome])
        query = f"SELECT document FROM alerts a {chosen.sql} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - fixed words
        return [self._alert(row["document"]) for row in self._read(query, (*chosen.values, limit))]

    def alert(self, alert_id: str) -> Alert | None:
        """Return the alert of that id; None if there is none."""
        rows = self._read("SELECT document FROM alerts WHERE id = ?", (storable(alert_id),))
        return self._alert(rows[0]["document"]) if rows else None

    def outbox(
        self,
        *,
        states: Sequence[State] = ("waiting", "sending", "dead"),
        limit: int = 1000,
        alert_id: str | None = None,
        destination: str | None = None,
    ) -> list[OutboxRow]:
        """Return deliveries in the given states, oldest first."""
        conditions = [f"o.state IN ({','.join('?' * len(states))})"]
        values: list[Any] = list(states)
        for column, wanted in (("alert_id", alert_id), ("destination", destination)):
            if wanted is not None:
                conditions.append(f"o.{column} = ?")
                values.append(wanted)
        query = (
            f"SELECT {_ROW} FROM outbox o JOIN alerts a ON a.id = o.alert_id"  # noqa: S608 - fixed words and question marks
            f" WHERE {' AND '.join(conditions)} ORDER BY o.seq LIMIT ?"
        )
        return [self._outbox_row(row) for row in self._read(query, (*values, limit))]

    def backlog(self) -> list[Backlog]:
        """Return what waits and what was given up on, for each destination that has either."""
        return [
            Backlog(
                destination=DestinationName(row["destination"]),
                waiting=row["waiting"],
                dead=row["dead"],
                oldest_at=None if row["oldest"] is None else from_microseconds(row["oldest"]),
            )
            for row in self._read(_BACKLOG, ())
        ]

    def revive(self, alert_id: AlertId, destination: DestinationName, now: datetime) -> bool:
        """Let a waiting or dead delivery be due now, with its attempts counted afresh; False if there is none."""
        with self._writing(()) as execute:
            cursor = execute.execute(
                _REVIVE,
                (to_microseconds(now), alert_id, destination),
            )
            return cursor.rowcount > 0

    def drop(self, alert_id: AlertId, destination: DestinationName, now: datetime, reason: str) -> bool:
        """Take a waiting or dead delivery out of the outbox, journalled; False if there is none."""
        with self._writing(()) as execute:
            cursor = execute.execute(_DROP, (alert_id, destination))
            if cursor.rowcount == 0:
                return False
            self._write_journal([GaveUp(at=now, alert_id=alert_id, destination=destination, reason=reason)])
            return True

    def journal(
        self,
        *,
        kinds: Sequence[str] = (),
        limit: int = 1000,
        about: About = ANYTHING,
        since: datetime | None = None,
        until: datetime | None = None,
        oldest_first: bool = False,
    ) -> list[dict[str, Any]]:
        """Return journal records, newest first; all kinds if none are named."""
        chosen = chosen_entries(kinds, about, since, until)
        order = "ASC" if oldest_first else "DESC"
        query = f"SELECT record FROM journal {chosen.sql} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - fixed words
        records = [decode_record(row["record"]) for row in self._read(query, (*chosen.values, limit))]
        # Two tweets' ids may share a number.
        return [record for record in records if about.tweet_id in (None, record.get("tweet_id"))]

    def withheld(self, *, rule_id: str | None = None, since: datetime | None = None) -> list[WithheldCount]:
        """Return how many alerts were held back, per rule and reason, most first."""
        chosen = chosen_entries(("withheld",), About(rule_id=rule_id), since, None)
        query = f"{_COUNT_WITHHELD} {chosen.sql} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        return [
            WithheldCount(
                rule_id=RuleId(row["rule_id"]),
                reason=row["reason"],
                count=row["count"],
                first_at=from_microseconds(row["first"]),
                last_at=from_microseconds(row["last"]),
            )
            for row in self._read(query, chosen.values)
        ]

    def prune(self, before: datetime, *, kinds: Sequence[str] = (), limit: int = 10_000) -> int:
        """Forget what is older, at most `limit` of each sort; return how many went in all."""
        at = to_microseconds(before)
        with self._writing(()) as execute:
            if kinds:
                return execute.execute(
                    _PRUNE_KINDS, {"kinds": json.dumps(list(kinds)), "before": at, "limit": limit}
                ).rowcount
            return sum(execute.execute(statement, (at, limit)).rowcount for statement in _PRUNE)

    def put_in_force(self, document: Mapping[str, Any]) -> None:
        """Keep what is in force in the place of what was."""
        with self._writing(()) as execute:
            execute.execute("INSERT OR REPLACE INTO in_force (id, document) VALUES (1, ?)", (encode_record(document),))

    def in_force(self) -> dict[str, Any] | None:
        """Return what was last put in force; None if nothing ever was."""
        rows = self._read("SELECT document FROM in_force", ())
        return decode_record(rows[0]["document"]) if rows else None

    def close(self) -> None:
        """Close the file and let another engine have it."""
        with translated(self._path):
            self._connection.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @contextmanager
    def _writing(self, entries: Sequence[Entry]) -> Iterator[sqlite3.Connection]:
        with translated(self._path), transaction(self._connection):
            yield self._connection
            self._write_journal(entries)

    def _write_journal(self, entries: Sequence[Entry]) -> None:
        self._connection.executemany(
            "INSERT INTO journal (at, kind, record, tweet, alert_id, rule_id) VALUES (?, ?, ?, ?, ?, ?)",
            [_journal_values(entry) for entry in entries],
        )

    def _read(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        with translated(self._path):
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, values).fetchall()

    def _waiting_destinations(self, excluding: set[DestinationName]) -> list[str]:
        """Return destinations that have something waiting: one index look-up each, however long the queues are."""
        query = "SELECT min(destination) FROM outbox WHERE state = 'waiting' AND destination > ?"
        names: list[str] = []
        name = self._connection.execute(query, ("",)).fetchone()[0]
        while name is not None:
            if name not in excluding:
                names.append(name)
            name = self._connection.execute(query, (name,)).fetchone()[0]
        return names

    def _oldest_due(self, destination: str, now: datetime) -> sqlite3.Row | None:
        busy = "SELECT 1 FROM outbox WHERE state = 'sending' AND destination = ? LIMIT 1"
        if self._connection.execute(busy, (destination,)).fetchone():
            return None
        rows = self._read(
            "SELECT seq, due_at FROM outbox WHERE state = 'waiting' AND destination = ? AND due_at <= ?"
            " ORDER BY due_at, seq LIMIT 1",
            (destination, to_microseconds(now)),
        )
        return rows[0] if rows else None

    def _outbox_row(self, row: Any) -> OutboxRow:
        _, destination, state, due_at, attempts, first_tried_at, reason, document = row
        delivery = Delivery(
            alert=self._alert(document),
            destination=DestinationName(destination),
            due_at=from_microseconds(due_at),
            attempts=attempts,
            first_tried_at=None if first_tried_at is None else from_microseconds(first_tried_at),
        )
        return OutboxRow(delivery=delivery, state=state, reason=reason)

    def _alert(self, document: str) -> Alert:
        try:
            return decode_alert(document)
        except ValueError as error:
            raise StoreDamaged(f"{self._path} holds an alert that can't be read ({error}): restore a backup") from error


def _refuse_emptied(path: Path, lock: EngineLock) -> None:
    """A file that was cut to nothing looks to SQLite like a new one."""
    if lock.knows_database and path.exists() and path.stat().st_size == 0:
        raise StoreDamaged(
            f"{path} is empty though tocsin had written it: restore it from a backup, or delete it "
            "to start anew (what waited in it is then not delivered)"
        )


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.alert.id, delivery.destination


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


def _outbox_values(delivery: Delivery) -> tuple[Any, ...]:
    first = delivery.first_tried_at
    return (
        delivery.alert.id,
        delivery.destination,
        to_microseconds(delivery.due_at),
        delivery.attempts,
        None if first is None else to_microseconds(first),
    )
