"""The stores without a disk: one for tests that behaves like the real one, and one for `--dry-run`."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeAlias

from tocsin.alerting.ledger import Record
from tocsin.journal import Entry, GaveUp, as_record
from tocsin.model import Alert, AlertId, Delivery, DestinationName, RuleId
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

_Key: TypeAlias = tuple[AlertId, DestinationName]


class MemoryStore:
    """A `Store` in dictionaries."""

    def __init__(self) -> None:
        self._alerts: dict[AlertId, Alert] = {}
        self._outbox: dict[_Key, OutboxRow] = {}
        self._journal: list[tuple[datetime, dict[str, Any]]] = []
        self._in_force: dict[str, Any] | None = None
        self._known: list[tuple[AlertId, datetime]] = []
        self._known_from = 0
        self._state: dict[str, dict[str, Any]] = {}

    def commit(
        self,
        alerts: Sequence[Alert],
        deliveries: Sequence[Delivery],
        entries: Sequence[Entry],
        *,
        state: Mapping[str, Record | None] = NOTHING,
        remembered: Sequence[tuple[AlertId, datetime]] = (),
    ) -> int:
        """Keep a batch; return how many deliveries are new."""
        for alert in alerts:
            self._alerts.setdefault(alert.id, alert)
        self._known += known_by(alerts, remembered)
        for name, record in state.items():
            self._state.pop(name, None)
            if record is not None:
                self._state[name] = deepcopy(dict(record))
        new = 0
        for delivery in deliveries:
            if _key(delivery) not in self._outbox:
                self._outbox[_key(delivery)] = OutboxRow(delivery=delivery, state="waiting")
                new += 1
        self._write_journal(entries)
        return new

    def claim_due(self, now: datetime, limit: int, *, excluding: Iterable[DestinationName] = ()) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending."""
        busy = set(excluding) | {row.delivery.destination for row in self._in("sending")}
        claimed: list[Delivery] = []
        for row in sorted(self._in("waiting"), key=lambda row: row.delivery.due_at):
            delivery = row.delivery
            if len(claimed) == limit or delivery.due_at > now:
                break
            if delivery.destination in busy:
                continue
            busy.add(delivery.destination)
            tried = replace(delivery, attempts=delivery.attempts + 1, first_tried_at=delivery.first_tried_at or now)
            self._outbox[_key(tried)] = replace(row, delivery=tried, state="sending")
            claimed.append(tried)
        return claimed

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; `excluding` aside."""
        passed_over = set(excluding)
        rows = self._in("waiting")
        return min((r.delivery.due_at for r in rows if r.delivery.destination not in passed_over), default=None)

    def settle(self, delivery: Delivery, entries: Sequence[Entry]) -> None:
        """Mark the delivery delivered."""
        self._change(delivery, "delivered", "")
        self._write_journal(entries)

    def retry(self, delivery: Delivery, due_at: datetime, reason: str, entries: Sequence[Entry]) -> None:
        """Let the delivery wait again until `due_at`."""
        self._change(delivery, "waiting", reason, due_at)
        self._write_journal(entries)

    def bury(self, delivery: Delivery, reason: str, entries: Sequence[Entry]) -> None:
        """Make the delivery a dead letter."""
        self._change(delivery, "dead", reason)
        self._write_journal(entries)

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`; return how many were."""
        late = [row for row in self._in("waiting") if row.delivery.due_at > latest]
        for row in late:
            self._outbox[_key(row.delivery)] = replace(row, delivery=replace(row.delivery, due_at=latest))
        return len(late)

    def recover(self) -> int:
        """Let every delivery that is sending wait again; return how many."""
        rows = self._in("sending")
        for row in rows:
            self._outbox[_key(row.delivery)] = replace(row, state="waiting")
        return len(rows)

    def known_alerts(self, limit: int, after: int = 0) -> tuple[list[AlertId], int]:
        """Return ids of alerts and of what was remembered beside them, oldest first, and the place of the last."""
        start = max(0, after - self._known_from)
        ids = [alert_id for alert_id, _ in self._known[start : start + limit]]
        return ids, self._known_from + start + len(ids)

    def forget_alerts(self, before: datetime, *, keep: int, limit: int = 10_000) -> int:
        """Forget ids that came before an instant, oldest first, but never the newest `keep`; return how many went."""
        oldest = self._known[: max(0, len(self._known) - keep)][:limit]
        self._known_from += sum(at < before for _, at in oldest)
        self._known = [pair for pair in oldest if pair[1] >= before] + self._known[len(oldest) :]
        return sum(at < before for _, at in oldest)

    def state(self) -> dict[str, dict[str, Any]]:
        """Return every record that `commit` was given to keep, by name."""
        return deepcopy(self._state)

    def alerts(
        self,
        *,
        limit: int,
        rule_id: str | None = None,
        since: datetime | None = None,
        outcome: AlertOutcome | None = None,
    ) -> list[Alert]:
        """Return alerts, newest first; those at or after `since`, and of which a delivery had the outcome, if given."""
        wanted = [
            alert
            for alert in self._alerts.values()
            if rule_id in (None, alert.rule_id)
            and (since is None or alert.at >= since)
            and (outcome is None or any(_ended(row, outcome) for row in self._deliveries(alert.id)))
        ]
        return wanted[::-1][:limit]

    def alert(self, alert_id: str) -> Alert | None:
        """Return the alert of that id; None if there is none."""
        return self._alerts.get(AlertId(alert_id))

    def outbox(
        self,
        *,
        states: Sequence[State] = ("waiting", "sending", "dead"),
        limit: int = 1000,
        alert_id: str | None = None,
        destination: str | None = None,
    ) -> list[OutboxRow]:
        """Return deliveries in the given states, oldest first."""
        rows = [
            row
            for (row_alert, row_destination), row in self._outbox.items()
            if row.state in states and alert_id in (None, row_alert) and destination in (None, row_destination)
        ]
        return rows[:limit]

    def backlog(self) -> list[Backlog]:
        """Return what waits and what was given up on, for each destination that has either."""
        backlogs = []
        for name in sorted({row.delivery.destination for row in self.outbox(limit=sys.maxsize)}):
            rows = self.outbox(limit=sys.maxsize, destination=name)
            at = [row.delivery.alert.at for row in rows if row.state != "dead"]
            dead = len(rows) - len(at)
            backlogs.append(Backlog(destination=name, waiting=len(at), dead=dead, oldest_at=min(at, default=None)))
        return backlogs

    def revive(self, alert_id: AlertId, destination: DestinationName, now: datetime) -> bool:
        """Let a waiting or dead delivery be due now, with its attempts counted afresh; False if there is none."""
        row = self._outbox.get((alert_id, destination))
        if row is None or row.state not in ("waiting", "dead"):
            return False
        fresh = replace(row.delivery, due_at=now, attempts=0, first_tried_at=None)
        self._outbox[alert_id, destination] = replace(row, delivery=fresh, state="waiting")
        return True

    def drop(self, alert_id: AlertId, destination: DestinationName, now: datetime, reason: str) -> bool:
        """Take a waiting or dead delivery out of the outbox, journalled; False if there is none."""
        row = self._outbox.get((alert_id, destination))
        if row is None or row.state not in ("waiting", "dead"):
            return False
        del self._outbox[alert_id, destination]
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
        wanted = {key: value for key, value in asdict(about).items() if value is not None}
        return [
            record
            for at, record in (self._journal if oldest_first else reversed(self._journal))
            if (not kinds or record["kind"] in kinds)
            and all(record.get(key) == value for key, value in wanted.items())
            and (since is None or at >= since)
            and (until is None or at <= until)
        ][:limit]

    def withheld(self, *, rule_id: str | None = None, since: datetime | None = None) -> list[WithheldCount]:
        """Return how many alerts were held back, per rule and reason, most first."""
        groups: dict[tuple[str, str], list[datetime]] = {}
        for record in self.journal(kinds=("withheld",), limit=sys.maxsize, about=About(rule_id=rule_id), since=since):
            key = record["rule_id"], record["reason"]
            groups.setdefault(key, []).append(datetime.fromisoformat(record["at"]))
        counts = [
            WithheldCount(rule_id=RuleId(rule), reason=reason, count=len(at), first_at=min(at), last_at=max(at))
            for (rule, reason), at in groups.items()
        ]
        return sorted(counts, key=lambda each: (-each.count, each.rule_id, each.reason))

    def prune(self, before: datetime, *, kinds: Sequence[str] = (), limit: int = 10_000) -> int:
        """Forget what is older, at most `limit` of each sort; return how many went in all."""
        old_entries = [p for p in self._journal if p[0] < before and (not kinds or p[1]["kind"] in kinds)][:limit]
        for pair in old_entries:
            self._journal.remove(pair)
        if kinds:
            return len(old_entries)
        old_rows = [k for k, r in self._outbox.items() if r.state == "delivered" and r.delivery.alert.at < before]
        for key in old_rows[:limit]:
            del self._outbox[key]
        needed = {alert_id for alert_id, _ in self._outbox}
        old_alerts = [a.id for a in self._alerts.values() if a.at < before and a.id not in needed][:limit]
        for alert_id in old_alerts:
            del self._alerts[alert_id]
        return len(old_entries) + len(old_rows[:limit]) + len(old_alerts)

    def put_in_force(self, document: Mapping[str, Any]) -> None:
        """Keep what is in force in the place of what was."""
        self._in_force = deepcopy(dict(document))

    def in_force(self) -> dict[str, Any] | None:
        """Return what was last put in force; None if nothing ever was."""
        return deepcopy(self._in_force)

    def close(self) -> None:
        """Forget everything."""
        self._alerts.clear()
        self._outbox.clear()
        self._journal.clear()

    def _deliveries(self, alert_id: AlertId) -> list[OutboxRow]:
        return [row for (of, _), row in self._outbox.items() if of == alert_id]

    def _in(self, state: State) -> list[OutboxRow]:
        return [row for row in self._outbox.values() if row.state == state]

    def _change(self, delivery: Delivery, state: State, reason: str, due_at: datetime | None = None) -> None:
        row = self._outbox.get(_key(delivery))
        if row is not None and row.state == "sending":
            changed = replace(row.delivery, due_at=due_at or row.delivery.due_at)
            self._outbox[_key(delivery)] = OutboxRow(delivery=changed, state=state, reason=reason)

    def _write_journal(self, entries: Sequence[Entry]) -> None:
        self._journal.extend((entry.at, as_record(entry)) for entry in entries)


class DryStore(MemoryStore):
    """Forgets what it is given: nothing is ever due, and a long dry run does not grow."""

    def commit(
        self,
        alerts: Sequence[Alert],
        deliveries: Sequence[Delivery],
        entries: Sequence[Entry],
        *,
        state: Mapping[str, Record | None] = NOTHING,
        remembered: Sequence[tuple[AlertId, datetime]] = (),
    ) -> int:
        """Keep nothing; return 0, since no delivery is new."""
        return 0


def _ended(row: OutboxRow, outcome: AlertOutcome) -> bool:
    if outcome == "sent":
        return row.state == "delivered"
    return row.state == "dead" or (row.state == "waiting" and row.reason != "")


def _key(delivery: Delivery) -> _Key:
    return delivery.alert.id, delivery.destination
