"""The store on disk: one SQLite file, one engine at a time, one transaction a call."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tocsin.alerting.ledger import Record
from tocsin.errors import StoreDamaged
from tocsin.journal import Entry, FellBack, GaveUp
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Held, RuleId
from tocsin.store.choice import Where, chosen_entries
from tocsin.store.claiming import Claims, waiting_destinations
from tocsin.store.codec import (
    decode_record,
    decode_standing,
    encode_alert,
    encode_record,
    encode_standing,
    from_microseconds,
    journal_rows,
    storable,
    to_microseconds,
)
from tocsin.store.database import connect, transaction, translated, undo_unfinished, visit
from tocsin.store.lock import EngineLock
from tocsin.store.migrations import migrate
from tocsin.store.rows import COLUMNS, TABLES, alert_of, condition_of, delivery_of, outbox_row
from tocsin.store.store import (
    ANYTHING,
    NO_AFTERMATH,
    NOTHING,
    About,
    Aftermath,
    AlertOutcome,
    Choice,
    OutboxRow,
    Standing,
    State,
    WithheldCount,
    known_by,
)

# `state = 'sending'`: one message per destination is being sent, and all rows of its bundle with it.
_OF = """
destination = :to AND state = 'sending'
    AND CASE WHEN :bundle IS NULL THEN alert_id = :id ELSE bundle = :bundle END
"""
_SETTLE = f"UPDATE outbox SET state = 'delivered', reason = '', held = '' WHERE {_OF}"  # noqa: S608 - fixed words
_RETRY = f"""
UPDATE outbox SET state = 'waiting', due_at = :due_at, reason = :reason,
    held = CASE WHEN held = 'digest' THEN held ELSE '' END,
    bundle = CASE WHEN :apart THEN NULL ELSE bundle END WHERE {_OF}
"""  # noqa: S608 - fixed words
_BURY = f"UPDATE outbox SET state = 'dead', reason = :reason, held = '' WHERE {_OF}"  # noqa: S608 - fixed words
_HOLD = """
UPDATE outbox SET due_at = ?, held = ?, reason = ? WHERE alert_id = ? AND destination = ? AND state = 'waiting'
"""
_RELEASE = """
UPDATE outbox SET due_at = min(due_at, ?), held = '' WHERE destination = ? AND state = 'waiting' AND held != ''
"""
_FAILING = """
SELECT alert_id FROM outbox
WHERE destination = ? AND state = 'waiting' AND passed_on = 0 AND (due_at <= ? OR attempts > 0) ORDER BY seq LIMIT ?
"""
_REVIVE = """
UPDATE outbox SET state = 'waiting', due_at = ?, attempts = 0, first_tried_at = NULL, bundle = NULL, held = ''
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
_ADD_ALERT = "INSERT OR IGNORE INTO alerts (id, rule_id, at, document) VALUES (?, ?, ?, ?)"
_ADD_DELIVERY = """
INSERT OR IGNORE INTO outbox (alert_id, destination, state, due_at, attempts, first_tried_at, note)
VALUES (?, ?, 'waiting', ?, ?, ?, ?)
"""
_IDLE: tuple[State, ...] = ("waiting", "dead")
# Only the oldest are looked at, so that a table with nothing to forget costs nothing.
_FORGET = """
DELETE FROM known WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, at FROM known WHERE seq <= (SELECT max(seq) FROM known) - ? ORDER BY seq LIMIT ?)
    WHERE at < ?)
"""
_OUTCOMES: Mapping[AlertOutcome, str] = {
    "sent": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id AND state = 'delivered')",
    "failed": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id"
    " AND (state = 'dead' OR (state = 'waiting' AND reason <> '')))",
}
_COUNT_WITHHELD = """
SELECT rule_id, json_extract(record, '$.reason') AS reason, count(*) AS count, min(at) AS first, max(at) AS last
FROM journal
"""


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
        alert_rows = [_alert_values(alert) for alert in alerts]
        outbox_rows = [_outbox_values(delivery) for delivery in deliveries]
        known_rows = [(alert_id, to_microseconds(at)) for alert_id, at in known_by(alerts, remembered)]
        kept = [(storable(name), encode_record(record)) for name, record in state.items() if record is not None]
        forgotten = [(storable(name),) for name, record in state.items() if record is None]
        with self._writing(entries) as execute:
            execute.executemany(_ADD_ALERT, alert_rows)
            new = execute.executemany(_ADD_DELIVERY, outbox_rows).rowcount
            execute.executemany("INSERT INTO known (id, at) VALUES (?, ?)", known_rows)
            execute.executemany("DELETE FROM state WHERE key = ?", forgotten)
            execute.executemany("INSERT OR REPLACE INTO state (key, document) VALUES (?, ?)", kept)
            return max(new, 0)

    def claim_due(
        self,
        now: datetime,
        limit: int,
        *,
        excluding: Iterable[DestinationName] = (),
        bundling: Mapping[DestinationName, int] | None = None,
    ) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending."""
        claims = Claims(self._connection, now)
        with self._reading():
            # Looked at first without a transaction: most of the time nothing is due.
            if not claims.heads(excluding, 1):
                return []
        claimed: list[Delivery] = []
        with self._writing(()):
            for head in claims.heads(excluding, limit):
                deliveries, folded = claims.claim(DestinationName(head["destination"]), bundling or {})
                claimed += deliveries
                self._write_journal([folded] if folded is not None else [])
        return claimed

    def count_due(self, destination: DestinationName, now: datetime, limit: int) -> int:
        """Return how many deliveries wait there with `due_at <= now`, at most `limit`."""
        query = (
            "SELECT count(*) AS many FROM"
            " (SELECT 1 FROM outbox WHERE state = 'waiting' AND destination = ? AND due_at <= ? LIMIT ?)"
        )
        return int(self._read(query, (destination, to_microseconds(now), limit))[0]["many"])

    def due(
        self, destination: DestinationName, now: datetime, *, limit: int, skip: int = 0, but: Held | None = None
    ) -> list[Delivery]:
        """Return deliveries that wait there with `due_at <= now`, oldest first, `skip` of them and `limit` at most."""
        query = (
            f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608 - fixed words
            " WHERE o.state = 'waiting' AND o.destination = ? AND o.due_at <= ? AND o.held IS NOT ?"
            " ORDER BY o.due_at, o.seq LIMIT ? OFFSET ?"
        )
        rows = self._read(query, (destination, to_microseconds(now), but, limit, skip))
        return [delivery_of(row) for row in rows]

    def hold(
        self, deliveries: Sequence[Delivery], until: datetime, held: Held, reason: str, entries: Sequence[Entry]
    ) -> None:
        """Let waiting deliveries wait until an instant, and say why."""
        at = to_microseconds(until)
        with self._writing(entries) as execute:
            execute.executemany(_HOLD, [(at, held, storable(reason), *_key(delivery)) for delivery in deliveries])

    def release(self, destination: DestinationName, now: datetime) -> int:
        """Let what is held back there be due now; return how many were."""
        with self._writing(()) as execute:
            return execute.execute(_RELEASE, (to_microseconds(now), destination)).rowcount

    def held_at(self) -> list[DestinationName]:
        """Return the destinations at which something is held back."""
        rows = self._read("SELECT DISTINCT destination FROM outbox WHERE state = 'waiting' AND held != ''", ())
        return [DestinationName(row["destination"]) for row in rows]

    def withhold(self, deliveries: Sequence[Delivery], entries: Sequence[Entry]) -> None:
        """Take waiting deliveries out of the outbox; the entries say why."""
        query = "DELETE FROM outbox WHERE alert_id = ? AND destination = ? AND state = 'waiting'"
        with self._writing(entries) as execute:
            execute.executemany(query, [_key(delivery) for delivery in deliveries])

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; `excluding` aside."""
        with self._reading():
            names = waiting_destinations(self._connection, set(excluding))
            query = "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND destination = ?"
            earliest = [self._connection.execute(query, (name,)).fetchone()[0] for name in names]
        return from_microseconds(min(earliest)) if earliest else None

    def settle(self, delivery: Delivery, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH) -> None:
        """Mark the delivery, and all of its bundle, delivered, with its journal entries."""
        self._end(_SETTLE, delivery, {}, entries, aftermath)

    def retry(
        self,
        delivery: Delivery,
        due_at: datetime,
        reason: str,
        entries: Sequence[Entry],
        aftermath: Aftermath = NO_AFTERMATH,
        *,
        apart: bool = False,
    ) -> None:
        """Let the delivery, and all of its bundle, wait again until `due_at`; `apart`: no longer as one message."""
        values = {"due_at": to_microseconds(due_at), "reason": storable(reason), "apart": apart}
        self._end(_RETRY, delivery, values, entries, aftermath)

    def bury(
        self, delivery: Delivery, reason: str, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH
    ) -> None:
        """Make the delivery, and all of its bundle, dead letters."""
        self._end(_BURY, delivery, {"reason": storable(reason)}, entries, aftermath)

    def pass_on(
        self, destination: DestinationName, to: DestinationName, now: datetime, reason: str, *, limit: int
    ) -> list[FellBack]:
        """Give what waits at a destination, and is due or was tried, to another one as well."""
        at = to_microseconds(now)
        ids = [AlertId(row["alert_id"]) for row in self._read(_FAILING, (destination, at, limit))]
        if not ids:
            return []
        given: list[FellBack] = []
        with self._writing(()) as execute:
            for alert_id in ids:
                added = execute.execute(_ADD_DELIVERY, (alert_id, to, at, 0, None, storable(reason))).rowcount
                if added > 0:
                    given.append(FellBack(at=now, alert_id=alert_id, destination=destination, to=to, reason=reason))
            marked = "UPDATE outbox SET passed_on = 1 WHERE alert_id = ? AND destination = ?"
            execute.executemany(marked, [(alert_id, destination) for alert_id in ids])
            self._write_journal(given)
        return given

    def standings(self) -> dict[DestinationName, Standing]:
        """Return how each destination stood when a send there last ended."""
        rows = self._read("SELECT destination, document FROM standings", ())
        return {DestinationName(row["destination"]): decode_standing(row["document"]) for row in rows}

    def follow_up(self, entries: Sequence[Entry], aftermath: Aftermath) -> None:
        """Write what follows from earlier sends, though none ends now."""
        self._end("", None, {}, entries, aftermath)

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`; return how many were."""
        at = to_microseconds(latest)
        with self._writing(()) as execute:
            return execute.execute(
                "UPDATE outbox SET due_at = ? WHERE state = 'waiting' AND held = '' AND due_at > ?", (at, at)
            ).rowcount

    def recover(self) -> int:
        """Let every delivery that a crash left sending wait again; return how many."""
        with self._writing(()) as execute:
            return execute.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'sending'").rowcount

    def known_alerts(self, limit: int, after: int = 0) -> tuple[list[AlertId], int]:
        """Return ids of alerts and of what was remembered beside them, oldest first, and the place of the last."""
        query = "SELECT id, seq FROM known WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._reading():
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
        chosen = Where()
        chosen.where("rule_id = ?", rule_id)
        chosen.where("at >= ?", None if since is None else to_microseconds(since))
        if outcome is not None:
            chosen.conditions.append(_OUTCOMES[outcome])
        query = f"SELECT id AS alert_id, rule_id, document FROM alerts a {chosen.sql} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - fixed words
        return [alert_of(row)[0] for row in self._read(query, (*chosen.values, limit))]

    def alert(self, alert_id: str) -> Alert | None:
        """Return the alert of that id; None if there is none."""
        rows = self._read("SELECT id AS alert_id, rule_id, document FROM alerts WHERE id = ?", (storable(alert_id),))
        return alert_of(rows[0])[0] if rows else None

    def outbox(
        self,
        *,
        states: Sequence[State] = ("waiting", "sending", "dead"),
        limit: int = 1000,
        alert_id: str | None = None,
        destination: str | None = None,
    ) -> list[OutboxRow]:
        """Return deliveries in the given states, oldest first."""
        return self.select(Choice(states=states, alert_id=alert_id, destination=destination), limit=limit)

    def select(self, choice: Choice, *, after: int = 0, limit: int = 1000) -> list[OutboxRow]:
        """Return the deliveries that are meant, oldest first, from behind the row whose `seq` is `after`."""
        condition, values = condition_of(choice)
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE {condition} AND o.seq > ? ORDER BY o.seq LIMIT ?"  # noqa: S608
        return [outbox_row(row) for row in self._read(query, (*values, after, limit))]

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

    def revive_all(self, choice: Choice, now: datetime, *, after: int, up_to: int, limit: int) -> tuple[int, int]:
        """Revive the waiting and dead ones of those that are meant, at most `limit`, in one short transaction."""
        rows = self._idle(choice, after, up_to, limit)
        with self._writing(()) as execute:
            at = to_microseconds(now)
            done = execute.executemany(_REVIVE, [(at, row["alert_id"], row["destination"]) for row in rows]).rowcount
        return max(done, 0), rows[-1]["seq"] if len(rows) == limit else 0

    def drop_all(
        self, choice: Choice, now: datetime, reason: str, *, after: int, up_to: int, limit: int
    ) -> tuple[int, int]:
        """Drop likewise."""
        rows = self._idle(choice, after, up_to, limit)
        gone: list[GaveUp] = []
        with self._writing(()) as execute:
            for row in rows:
                key = (AlertId(row["alert_id"]), DestinationName(row["destination"]))
                if execute.execute(_DROP, key).rowcount > 0:
                    gone.append(GaveUp(at=now, alert_id=key[0], destination=key[1], reason=reason))
            self._write_journal(gone)
        return len(gone), rows[-1]["seq"] if len(rows) == limit else 0

    def newest_row(self) -> int:
        """Return the highest `seq` in the outbox; 0 where it is empty."""
        return int(self._read("SELECT coalesce(max(seq), 0) AS newest FROM outbox", ())[0]["newest"])

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
    def _reading(self) -> Iterator[None]:
        with translated(self._path):
            undo_unfinished(self._connection)
            yield

    @contextmanager
    def _writing(self, entries: Sequence[Entry]) -> Iterator[sqlite3.Connection]:
        with translated(self._path), transaction(self._connection):
            yield self._connection
            self._write_journal(entries)

    def _write_journal(self, entries: Sequence[Entry]) -> None:
        self._connection.executemany(
            "INSERT INTO journal (at, kind, record, tweet, alert_id, rule_id) VALUES (?, ?, ?, ?, ?, ?)",
            journal_rows(entries),
        )

    def _read(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        with self._reading():
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, values).fetchall()

    def _idle(self, choice: Choice, after: int, up_to: int, limit: int) -> list[sqlite3.Row]:
        states = [state for state in choice.states if state in _IDLE]
        condition, values = condition_of(replace(choice, states=states))
        query = (
            f"SELECT o.seq, o.alert_id, o.destination FROM {TABLES}"  # noqa: S608 - fixed words and question marks
            f" WHERE {condition} AND o.seq > ? AND o.seq <= ? ORDER BY o.seq LIMIT ?"
        )
        return self._read(query, (*values, after, up_to, limit))

    def _end(
        self,
        statement: str,
        delivery: Delivery | None,
        values: Mapping[str, Any],
        entries: Sequence[Entry],
        aftermath: Aftermath,
    ) -> None:
        alert_rows = [_alert_values(alert) for alert in aftermath.alerts]
        outbox_rows = [_outbox_values(further) for further in aftermath.deliveries]
        standings = [(name, encode_standing(standing)) for name, standing in aftermath.standings.items()]
        with self._writing(entries) as execute:
            if delivery is not None:
                which = {"id": delivery.alert.id, "to": delivery.destination, "bundle": delivery.bundle}
                execute.execute(statement, {**which, **values})
            execute.executemany(_ADD_ALERT, alert_rows)
            execute.executemany(_ADD_DELIVERY, outbox_rows)
            execute.executemany("INSERT OR REPLACE INTO standings (destination, document) VALUES (?, ?)", standings)


def _refuse_emptied(path: Path, lock: EngineLock) -> None:
    """A file that was cut to nothing looks to SQLite like a new one."""
    if lock.knows_database and path.exists() and path.stat().st_size == 0:
        raise StoreDamaged(
            f"{path} is empty though tocsin had written it: restore it from a backup, or delete it "
            "to start anew (what waited in it is then not delivered)"
        )


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.alert.id, delivery.destination


def _outbox_values(delivery: Delivery) -> tuple[Any, ...]:
    first = delivery.first_tried_at
    return (
        delivery.alert.id,
        delivery.destination,
        to_microseconds(delivery.due_at),
        delivery.attempts,
        None if first is None else to_microseconds(first),
        storable(delivery.note),
    )


def _alert_values(alert: Alert) -> tuple[Any, ...]:
    return alert.id, alert.rule_id, to_microseconds(alert.at), encode_alert(alert)
