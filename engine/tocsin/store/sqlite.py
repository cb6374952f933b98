"""The store on disk: one SQLite file, one engine at a time, one transaction a call."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tocsin.alerting.ledger import NOTHING, Record
from tocsin.errors import StoreDamaged
from tocsin.journal import Entry
from tocsin.model import Alert, AlertId, Delivery, RuleId
from tocsin.store.choice import Where, chosen_entries
from tocsin.store.codec import (
    decode_record,
    encode_record,
    from_microseconds,
    storable,
    to_microseconds,
)
from tocsin.store.database import connect, damaged, translated, visit
from tocsin.store.journaling import JOURNAL_TABLES
from tocsin.store.lock import EngineLock
from tocsin.store.migrations import migrate
from tocsin.store.outbox import ADD_ALERT, ADD_DELIVERY, OutboxTable, alert_values, outbox_values
from tocsin.store.rows import alert_of
from tocsin.store.sqlite_muting import SqliteAcks, SqliteSilences
from tocsin.store.store import (
    ANYTHING,
    About,
    AlertOutcome,
    WithheldCount,
    known_by,
)

# The newest entry that is old bounds the search: without it, a journal with nothing to forget would be read whole.
_PRUNE_KINDS = """
DELETE FROM entries WHERE seq IN (
    SELECT seq FROM entries WHERE kind IN (SELECT value FROM json_each(:kinds)) AND at < :before
        AND seq <= (SELECT seq FROM entries WHERE at < :before ORDER BY at DESC LIMIT 1)
    LIMIT :limit)
"""
_PRUNE_JOURNAL = {
    name: f"DELETE FROM {name} WHERE seq IN (SELECT seq FROM {name} WHERE at < ? ORDER BY at LIMIT ?)"  # noqa: S608
    for name in JOURNAL_TABLES
}
_PRUNE = (
    *_PRUNE_JOURNAL.values(),
    """
    DELETE FROM outbox WHERE seq IN (
        SELECT o.seq FROM alerts a JOIN outbox o ON o.alert_id = a.id WHERE a.at < ? AND o.state = 'delivered' LIMIT ?)
    """,
    """
    DELETE FROM alerts WHERE seq IN (
        SELECT seq FROM alerts a WHERE at < ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id) LIMIT ?)
    """,
    "DELETE FROM silences WHERE seq IN (SELECT seq FROM silences WHERE ended_at < ? LIMIT ?)",
    """
    DELETE FROM acks WHERE alert_id IN (
        SELECT alert_id FROM acks k WHERE at < ? AND NOT EXISTS (SELECT 1 FROM alerts WHERE id = k.alert_id) LIMIT ?)
    """,
)
# Only the oldest are looked at, so that a table with nothing to forget costs nothing.
_FORGET = """
DELETE FROM known WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, at FROM known WHERE seq <= (SELECT max(seq) FROM known) - ? ORDER BY seq LIMIT ?)
    WHERE at < ?)
"""
_ALERT = "id AS alert_id, rule_id, document"
_OUTCOMES: Mapping[AlertOutcome, str] = {
    "sent": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id AND state = 'delivered')",
    "failed": "EXISTS (SELECT 1 FROM outbox WHERE alert_id = a.id"
    " AND (state = 'dead' OR (state = 'waiting' AND reason <> '')))",
}
_COUNT_WITHHELD = """
SELECT rule_id, json_extract(record, '$.reason') AS reason, count(*) AS count, min(at) AS first, max(at) AS last
FROM journal
"""


class SqliteStore(OutboxTable):
    """A `Store` in a file. Not for concurrent calls, but each call may come from another thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: EngineLock | None) -> None:
        super().__init__(connection, path)
        self._lock = lock
        self.silences = SqliteSilences(connection, path)
        self.acks = SqliteAcks(connection, path)

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
        alert_rows = [alert_values(alert) for alert in alerts]
        # Who is told at once is not told later: of two deliveries to one destination the first is kept.
        outbox_rows = [outbox_values(each) for each in sorted(deliveries, key=lambda d: d.escalation is not None)]
        known_rows = [(alert_id, to_microseconds(at)) for alert_id, at in known_by(alerts, remembered)]
        kept = [(storable(name), encode_record(record)) for name, record in state.items() if record is not None]
        forgotten = [(storable(name),) for name, record in state.items() if record is None]
        with self._writing(entries) as execute:
            execute.executemany(ADD_ALERT, alert_rows)
            new = execute.executemany(ADD_DELIVERY, outbox_rows).rowcount
            execute.executemany("INSERT INTO known (id, at) VALUES (?, ?)", known_rows)
            execute.executemany("DELETE FROM state WHERE key = ?", forgotten)
            execute.executemany("INSERT OR REPLACE INTO state (key, document) VALUES (?, ?)", kept)
            return max(new, 0)

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
        rows = self._read("SELECT key, document FROM state", ())
        try:
            return {row["key"]: decode_record(row["document"]) for row in rows}
        except ValueError as error:
            raise damaged(self._path, "what is held back can't be read") from error

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
        query = f"SELECT {_ALERT} FROM alerts a {chosen.sql} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - fixed words
        return [alert_of(row)[0] for row in self._read(query, (*chosen.values, limit))]

    def alert(self, alert_id: str) -> Alert | None:
        """Return the alert of that id; None if there is none."""
        rows = self._read(f"SELECT {_ALERT} FROM alerts WHERE id = ?", (storable(alert_id),))  # noqa: S608
        return alert_of(rows[0])[0] if rows else None

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
        # `seq` is asked for too: only then does SQLite take both halves of the journal in order instead of sorting it.
        query = f"SELECT seq, record FROM journal {chosen.sql} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - fixed words
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
                values = {"kinds": json.dumps(list(kinds)), "before": at, "limit": limit}
                # The tables of one kind each are named by it.
                own = [statement for kind, statement in _PRUNE_JOURNAL.items() if kind in kinds]
                gone = sum(execute.execute(statement, (at, limit)).rowcount for statement in own)
                return execute.execute(_PRUNE_KINDS, values).rowcount + gone
            return sum(execute.execute(statement, (at, limit)).rowcount for statement in _PRUNE)

    def put_in_force(
        self, document: Mapping[str, Any], rules: Mapping[str, str], *, gone: Collection[str] | None = None
    ) -> None:
        """Keep what is in force; with `gone`, the other rules that were kept stay."""
        with self._writing(()) as execute:
            execute.execute("INSERT OR REPLACE INTO in_force (id, document) VALUES (1, ?)", (encode_record(document),))
            if gone is None:
                execute.execute("DELETE FROM rules_in_force")
            else:
                execute.executemany("DELETE FROM rules_in_force WHERE id = ?", [(rule_id,) for rule_id in gone])
            execute.executemany("INSERT OR REPLACE INTO rules_in_force (id, document) VALUES (?, ?)", [*rules.items()])

    def in_force(self) -> dict[str, Any] | None:
        """Return what was last put in force; None if nothing ever was."""
        # In one statement: the engine beside us may change both in between.
        query = "SELECT '' AS id, document FROM in_force UNION ALL SELECT id, document FROM rules_in_force ORDER BY id"
        rows = self._read(query, ())
        try:
            found = {row["id"]: decode_record(row["document"]) for row in rows}
        except ValueError as error:
            raise damaged(self._path, "what is in force can't be read") from error
        document = found.pop("", None)
        return None if document is None else document | {"rules": found}

    def close(self) -> None:
        """Close the file and let another engine have it."""
        with translated(self._path):
            self._connection.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _refuse_emptied(path: Path, lock: EngineLock) -> None:
    """A file that was cut to nothing looks to SQLite like a new one."""
    if lock.knows_database and path.exists() and path.stat().st_size == 0:
        raise StoreDamaged(
            f"{path} is empty though tocsin had written it: restore it from a backup, or delete it "
            "to start anew (what waited in it is then not delivered)"
        )
