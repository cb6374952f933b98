"""Which rows of the outbox make up the next message to each destination; reads and marks within a transaction."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.journal import Folded
from tocsin.model import AlertId, Delivery, DestinationName
from tocsin.store.bundle import BUNDLE_MAX, made_of
from tocsin.store.codec import to_microseconds
from tocsin.store.rows import delivery_of, read_rows

_UNHELD = "state = 'waiting' AND destination = :to AND due_at <= :now AND bundle IS NULL"
_HEAD = """
SELECT seq, destination, due_at, bundle, held FROM outbox
WHERE state = 'waiting' AND destination = ? AND due_at <= ? ORDER BY due_at, seq LIMIT 1
"""


class Claims:
    """The rows to be claimed of one SQLite connection at one moment."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._at = to_microseconds(now)

    def heads(self, excluding: Iterable[DestinationName], limit: int) -> list[sqlite3.Row]:
        """Return the first due row of each destination that is free to go, oldest first, at most `limit`."""
        found = [self._head(name) for name in waiting_destinations(self._connection, set(excluding))]
        due = [row for row in found if row is not None]
        return sorted(due, key=lambda row: (int(row["due_at"]), int(row["seq"])))[:limit]

    def is_folded(self, head: sqlite3.Row, bundling: Mapping[DestinationName, int]) -> bool:
        """Whether the message that begins with a row is a new one, made of several."""
        name = DestinationName(head["destination"])
        return head["bundle"] is None and len(self._members(name, head, bundling.get(name, 1))) > 1

    def claim(
        self, name: DestinationName, bundling: Mapping[DestinationName, int], *, may_fold: bool
    ) -> tuple[list[Delivery], Folded | None]:
        """Mark the next message to a destination as being sent; return its deliveries, and what was newly folded.

        Rows whose alert can't be read are marked too and come with a `problem`; they don't take the place of others.
        Unless it `may_fold`, a new message made of several stays where it is.
        """
        unreadable: list[Delivery] = []
        while head := self._head(name):
            rows = read_rows(self._connection, self._members(name, head, bundling.get(name, 1)))
            deliveries = [(seq, delivery_of(row)) for seq, row in rows]
            bad = [(seq, delivery) for seq, delivery in deliveries if delivery.problem]
            good = [(seq, delivery) for seq, delivery in deliveries if not delivery.problem]
            unreadable += self._mark(bad, None)
            if good:
                if len(good) > 1 and head["bundle"] is None and not may_fold:
                    break
                bundle, folded = self._bundle(name, head, [delivery for _, delivery in good])
                return [*unreadable, *self._mark(good, bundle)], folded
        return unreadable, None

    def _head(self, name: str) -> sqlite3.Row | None:
        busy = "SELECT 1 FROM outbox WHERE state = 'sending' AND destination = ? LIMIT 1"
        if self._connection.execute(busy, (name,)).fetchone():
            return None
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        row: sqlite3.Row | None = cursor.execute(_HEAD, (name, self._at)).fetchone()
        return row

    def _members(self, name: str, head: sqlite3.Row, at_most: int) -> list[int]:
        if head["bundle"] is not None:
            query = "SELECT seq FROM outbox WHERE bundle = ? AND destination = ? AND state = 'waiting' ORDER BY seq"
            return [row[0] for row in self._connection.execute(query, (head["bundle"], name))]
        if head["held"] == "digest":
            condition, limit = f"{_UNHELD} AND held = 'digest'", BUNDLE_MAX
        elif at_most > 1:
            condition, limit = _UNHELD, min(at_most, BUNDLE_MAX)
        else:
            return [head["seq"]]
        query = f"SELECT seq FROM outbox WHERE {condition} ORDER BY due_at, seq LIMIT :limit"  # noqa: S608 - fixed words
        rows = self._connection.execute(query, {"to": name, "now": self._at, "limit": limit})
        return [row[0] for row in rows]

    def _bundle(
        self, name: DestinationName, head: sqlite3.Row, members: Sequence[Delivery]
    ) -> tuple[AlertId | None, Folded | None]:
        if head["bundle"] is not None:
            return AlertId(head["bundle"]), None
        if len(members) == 1:
            return None, None
        folded = made_of(name, members, self._now, is_digest=head["held"] == "digest")
        return folded.alert_id, folded

    def _mark(self, rows: Sequence[tuple[int, Delivery]], bundle: AlertId | None) -> list[Delivery]:
        if not rows:
            return []
        self._connection.executemany(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, bundle = ?,"
            " first_tried_at = coalesce(first_tried_at, ?) WHERE seq = ?",
            [(bundle, self._at, seq) for seq, _ in rows],
        )
        return [
            replace(
                delivery,
                attempts=delivery.attempts + 1,
                first_tried_at=delivery.first_tried_at or self._now,
                bundle=bundle,
            )
            for _, delivery in rows
        ]


def waiting_destinations(connection: sqlite3.Connection, excluding: set[DestinationName]) -> list[DestinationName]:
    """Return destinations that have something waiting: one index look-up each, however long the queues are."""
    query = "SELECT min(destination) FROM outbox WHERE state = 'waiting' AND destination > ?"
    names: list[DestinationName] = []
    name = connection.execute(query, ("",)).fetchone()[0]
    while name is not None:
        if name not in excluding:
            names.append(DestinationName(name))
        name = connection.execute(query, (name,)).fetchone()[0]
    return names
