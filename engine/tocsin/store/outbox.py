"""The outbox on disk: what waits, is being sent, arrived or was given up on."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.journal import Entry, FellBack, GaveUp
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Held
from tocsin.store.claiming import Claims, waiting_destinations
from tocsin.store.codec import (
    decode_standing,
    encode_alert,
    encode_standing,
    from_microseconds,
    storable,
    to_microseconds,
)
from tocsin.store.muting import stopped
from tocsin.store.rows import COLUMNS, TABLES, condition_of, delivery_of, outbox_row
from tocsin.store.store import NO_AFTERMATH, Aftermath, Backlog, Choice, OutboxRow, Standing, State
from tocsin.store.tables import Tables

ADD_ALERT = "INSERT OR IGNORE INTO alerts (id, rule_id, at, document) VALUES (?, ?, ?, ?)"
ADD_DELIVERY = """
INSERT OR IGNORE INTO outbox (alert_id, destination, state, due_at, attempts, first_tried_at, note, escalation)
VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?)
"""

# `state = 'sending'`: one message per destination is being sent, and all rows of its bundle with it.
_OF = """
destination = :to AND state = 'sending'
    AND CASE WHEN :bundle IS NULL THEN alert_id = :id ELSE bundle = :bundle END
"""
_SETTLE = f"UPDATE outbox SET state = 'delivered', reason = '', held = '' WHERE {_OF}"  # noqa: S608 - fixed words
_RETRY = f"""
UPDATE outbox SET state = CASE WHEN first_tried_at <= :expired THEN 'dead' ELSE 'waiting' END,
    due_at = :due_at, reason = :reason,
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
SELECT seq, alert_id, due_at FROM outbox
WHERE destination = ? AND state = 'waiting' AND due_at >= ? AND passed_on = 0 AND held != 'quiet'
    AND (due_at <= ? OR attempts > 0) ORDER BY due_at, seq LIMIT ?
"""
_REVIVE = """
UPDATE outbox SET state = 'waiting', due_at = ?, attempts = 0, first_tried_at = NULL, bundle = NULL, held = ''
WHERE alert_id = ? AND destination = ? AND state IN ('waiting', 'dead')
"""
_STOP_ACKNOWLEDGED = """
DELETE FROM outbox WHERE destination = ? AND state = 'waiting' AND escalation > 0
    AND alert_id IN (SELECT alert_id FROM acks) RETURNING alert_id
"""
_DROP = "DELETE FROM outbox WHERE alert_id = ? AND destination = ? AND state IN ('waiting', 'dead')"
# Waiting is counted from its index alone; the oldest is the first that was put there.
_WAITING = "SELECT destination, count(*) AS count, min(seq) AS first FROM outbox WHERE state = 'waiting' GROUP BY 1"
_SENDING = "SELECT destination, count(*) AS count, min(seq) AS first FROM outbox WHERE state = 'sending' GROUP BY 1"
_DEAD = "SELECT destination, count(*) AS count FROM outbox WHERE state = 'dead' GROUP BY 1"
_RAISED_AT = "SELECT a.at FROM outbox o JOIN alerts a ON a.id = o.alert_id WHERE o.seq = ?"
_IDLE: tuple[State, ...] = ("waiting", "dead")


class OutboxTable(Tables):
    """The part of a `Store` that the dispatcher and the commands about the outbox work with."""

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
            heads = claims.heads(excluding, limit)
            if not heads:
                return []
            may_fold = any(claims.is_folded(head, bundling or {}) for head in heads)
        claimed: list[Delivery] = []
        # Which alerts a new message stands for must be on disk before it is sent. An alert by itself is there already,
        # with its id: after a power cut it is at worst sent again, as after any crash. That need not wait for the disk.
        with self._writing((), lasting=may_fold):
            for head in claims.heads(excluding, limit):
                name = DestinationName(head["destination"])
                deliveries, folded = claims.claim(name, bundling or {}, may_fold=may_fold)
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
        expired: datetime | None = None,
    ) -> None:
        """Let the delivery, and all of its bundle, wait again until `due_at`; `apart`: no longer as one message."""
        values = {
            "due_at": to_microseconds(due_at),
            "reason": storable(reason),
            "apart": apart,
            "expired": None if expired is None else to_microseconds(expired),
        }
        at = entries[-1].at if entries else due_at
        self._end(_RETRY, delivery, values, entries, aftermath, stop_at=at)

    def bury(
        self, delivery: Delivery, reason: str, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH
    ) -> None:
        """Make the delivery, and all of its bundle, dead letters."""
        self._end(_BURY, delivery, {"reason": storable(reason)}, entries, aftermath)

    def pass_on(
        self,
        destination: DestinationName,
        to: DestinationName,
        now: datetime,
        reason: str,
        *,
        limit: int,
        after: datetime | None = None,
    ) -> tuple[list[FellBack], datetime | None]:
        """Give what waits at a destination, and is due or was tried, to another one as well."""
        at = to_microseconds(now)
        begin = 0 if after is None else to_microseconds(after)
        rows = self._read(_FAILING, (destination, begin, at, limit))
        if not rows:
            return [], None
        # What failed is due later; the fallback is to get it in its old place.
        ids = [AlertId(row["alert_id"]) for row in sorted(rows, key=lambda row: int(row["seq"]))]
        given: list[FellBack] = []
        with self._writing(()) as execute:
            for alert_id in ids:
                added = execute.execute(ADD_DELIVERY, (alert_id, to, at, 0, None, storable(reason), 0)).rowcount
                if added > 0:
                    given.append(FellBack(at=now, alert_id=alert_id, destination=destination, to=to, reason=reason))
            marked = "UPDATE outbox SET passed_on = 1 WHERE alert_id = ? AND destination = ?"
            execute.executemany(marked, [(alert_id, destination) for alert_id in ids])
            self._write_journal(given)
        return given, from_microseconds(rows[-1]["due_at"]) if len(rows) == limit else None

    def standings(self) -> dict[DestinationName, Standing]:
        """Return how each destination stood when a send there last ended."""
        rows = self._read("SELECT destination, document FROM standings", ())
        return {DestinationName(row["destination"]): decode_standing(row["document"]) for row in rows}

    def follow_up(self, entries: Sequence[Entry], aftermath: Aftermath) -> None:
        """Write what follows from earlier sends, though none ends now."""
        self._end("", None, {}, entries, aftermath)

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`, escalations as much later; return how many were."""
        at = to_microseconds(latest)
        with self._writing(()) as execute:
            return execute.execute(
                "UPDATE outbox SET due_at = ? + escalation"
                " WHERE state = 'waiting' AND held = '' AND due_at > ? + escalation",
                (at, at),
            ).rowcount

    def recover(self) -> int:
        """Let every delivery that a crash left sending wait again; return how many."""
        with self._writing(()) as execute:
            return execute.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'sending'").rowcount

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

    def backlog(self) -> list[Backlog]:
        """Return what waits and what was given up on, for each destination that has either."""
        open_, dead = Counter[str](), Counter[str]()
        first: dict[str, int] = {}
        for row in (*self._read(_WAITING, ()), *self._read(_SENDING, ())):
            name = row["destination"]
            open_[name] += row["count"]
            first[name] = min(row["first"], first.get(name, row["first"]))
        dead.update({row["destination"]: row["count"] for row in self._read(_DEAD, ())})
        return [
            Backlog(
                destination=DestinationName(name),
                waiting=open_[name],
                dead=dead[name],
                oldest_at=self._raised_at(first[name]) if name in first else None,
            )
            for name in sorted(open_ | dead)
        ]

    def _raised_at(self, seq: int) -> datetime | None:
        rows = self._read(_RAISED_AT, (seq,))
        return from_microseconds(rows[0]["at"]) if rows else None

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
        stop_at: datetime | None = None,
    ) -> None:
        alert_rows = [alert_values(alert) for alert in aftermath.alerts]
        outbox_rows = [outbox_values(further) for further in aftermath.deliveries]
        standings = [(name, encode_standing(standing)) for name, standing in aftermath.standings.items()]
        with self._writing(entries) as execute:
            if delivery is not None:
                which = {"id": delivery.alert.id, "to": delivery.destination, "bundle": delivery.bundle}
                execute.execute(statement, {**which, **values})
                if stop_at is not None:
                    self._stop_acknowledged(delivery.destination, stop_at)
            execute.executemany(ADD_ALERT, alert_rows)
            execute.executemany(ADD_DELIVERY, outbox_rows)
            execute.executemany("INSERT OR REPLACE INTO standings (destination, document) VALUES (?, ?)", standings)

    def _stop_acknowledged(self, destination: DestinationName, at: datetime) -> None:
        """Take out of the outbox what need not be tried again, as somebody has taken it on meanwhile."""
        rows = self._connection.execute(_STOP_ACKNOWLEDGED, (destination,)).fetchall()
        self._write_journal([stopped(AlertId(row[0]), destination, at) for row in rows])


def outbox_values(delivery: Delivery) -> tuple[Any, ...]:
    """Return the values of `ADD_DELIVERY`."""
    first = delivery.first_tried_at
    return (
        delivery.alert.id,
        delivery.destination,
        to_microseconds(delivery.due_at),
        delivery.attempts,
        None if first is None else to_microseconds(first),
        storable(delivery.note),
        0 if delivery.escalation is None else delivery.escalation // timedelta(microseconds=1),
    )


def alert_values(alert: Alert) -> tuple[Any, ...]:
    """Return the values of `ADD_ALERT`."""
    return alert.id, alert.rule_id, to_microseconds(alert.at), encode_alert(alert)


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.alert.id, delivery.destination
