"""The outbox without a disk: what waits, is being sent, arrived or was given up on, in a dictionary."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from tocsin.journal import Entry, FellBack, GaveUp, as_record
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Held
from tocsin.store.bundle import BUNDLE_MAX, made_of
from tocsin.store.memory_muting import MemoryAcks, MemorySilences
from tocsin.store.muting import stopped
from tocsin.store.store import NO_AFTERMATH, Aftermath, Backlog, Choice, OutboxRow, Standing, State

_IDLE: tuple[State, ...] = ("waiting", "dead")

_Key: TypeAlias = tuple[AlertId, DestinationName]


class MemoryOutbox(ABC):
    """The part of a `MemoryStore` that the dispatcher and the commands about the outbox work with."""

    silences: MemorySilences
    acks: MemoryAcks

    def __init__(self) -> None:
        self._outbox: dict[_Key, OutboxRow] = {}
        self._journal: list[tuple[datetime, dict[str, Any]]] = []
        self._standings: dict[DestinationName, Standing] = {}
        self._seq = 0

    @abstractmethod
    def commit(self, alerts: Sequence[Alert], deliveries: Sequence[Delivery], entries: Sequence[Entry]) -> int:
        """Keep a batch; return how many deliveries are new."""

    def claim_due(
        self,
        now: datetime,
        limit: int,
        *,
        excluding: Iterable[DestinationName] = (),
        bundling: Mapping[DestinationName, int] | None = None,
    ) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending."""
        busy = set(excluding) | {row.delivery.destination for row in self._in("sending")}
        claimed: list[Delivery] = []
        for row in self._due(now):
            name = row.delivery.destination
            if limit and name not in busy:
                busy.add(name)
                limit -= 1
                claimed += self._claim(row, now, (bundling or {}).get(name, 1))
        return claimed

    def count_due(self, destination: DestinationName, now: datetime, limit: int) -> int:
        """Return how many deliveries wait there with `due_at <= now`, at most `limit`."""
        return min(limit, sum(row.delivery.destination == destination for row in self._due(now)))

    def due(
        self, destination: DestinationName, now: datetime, *, limit: int, skip: int = 0, but: Held | None = None
    ) -> list[Delivery]:
        """Return deliveries that wait there with `due_at <= now`, oldest first, `skip` of them and `limit` at most."""
        rows = [row.delivery for row in self._due(now) if row.delivery.destination == destination]
        return [delivery for delivery in rows if delivery.held != but][skip : skip + limit]

    def hold(
        self, deliveries: Sequence[Delivery], until: datetime, held: Held, reason: str, entries: Sequence[Entry]
    ) -> None:
        """Let waiting deliveries wait until an instant, and say why."""
        for row in self._waiting(deliveries):
            later = replace(row.delivery, due_at=until, held=held)
            self._put(replace(row, delivery=later, reason=reason))
        self._write_journal(entries)

    def release(self, destination: DestinationName, now: datetime) -> int:
        """Let what is held back there be due now; return how many were."""
        held = [r for r in self._in("waiting") if r.delivery.held and r.delivery.destination == destination]
        for row in held:
            self._put(replace(row, delivery=replace(row.delivery, due_at=min(row.delivery.due_at, now), held="")))
        return len(held)

    def held_at(self) -> list[DestinationName]:
        """Return the destinations at which something is held back."""
        return sorted({row.delivery.destination for row in self._in("waiting") if row.delivery.held})

    def withhold(self, deliveries: Sequence[Delivery], entries: Sequence[Entry]) -> None:
        """Take waiting deliveries out of the outbox; the entries say why."""
        for row in self._waiting(deliveries):
            del self._outbox[_key(row.delivery)]
        self._write_journal(entries)

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; `excluding` aside."""
        passed_over = set(excluding)
        rows = self._in("waiting")
        return min((r.delivery.due_at for r in rows if r.delivery.destination not in passed_over), default=None)

    def settle(self, delivery: Delivery, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH) -> None:
        """Mark the delivery, and all of its bundle, delivered, with its journal entries."""
        for row in self._being_sent(delivery):
            self._put(replace(row, state="delivered", reason="", delivery=replace(row.delivery, held="")))
        self._end(entries, aftermath)

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
        for row in self._being_sent(delivery):
            bundle = None if apart else row.delivery.bundle
            held: Held = "digest" if row.delivery.held == "digest" else ""
            later = replace(row.delivery, due_at=due_at, held=held, bundle=bundle)
            first = row.delivery.first_tried_at
            is_over = expired is not None and first is not None and first <= expired
            self._put(replace(row, state="dead" if is_over else "waiting", reason=reason, delivery=later))
        self._end(entries, aftermath)
        at = entries[-1].at if entries else due_at
        for late in [row.delivery for row in self._in("waiting") if row.delivery.destination == delivery.destination]:
            if late.escalation is not None and self.acks.of(late.alert.id) is not None:
                del self._outbox[_key(late)]
                self._write_journal([stopped(late.alert.id, late.destination, at)])

    def bury(
        self, delivery: Delivery, reason: str, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH
    ) -> None:
        """Make the delivery, and all of its bundle, dead letters."""
        for row in self._being_sent(delivery):
            self._put(replace(row, state="dead", reason=reason, delivery=replace(row.delivery, held="")))
        self._end(entries, aftermath)

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
        rows = [row for row in self._in("waiting") if row.delivery.destination == destination]
        rows = [r for r in rows if not r.delivery.passed_on and r.delivery.held != "quiet"]
        rows = [r for r in rows if r.delivery.due_at <= now or r.delivery.attempts]
        rows = [r for r in rows if after is None or r.delivery.due_at >= after]
        rows = sorted(rows, key=lambda row: (row.delivery.due_at, row.seq))[:limit]
        given: list[FellBack] = []
        for row in sorted(rows, key=lambda row: row.seq):
            self._put(replace(row, delivery=replace(row.delivery, passed_on=True)))
            alert = row.delivery.alert
            if self._add(Delivery(alert=alert, destination=to, due_at=now, note=reason)):
                given.append(FellBack(at=now, alert_id=alert.id, destination=destination, to=to, reason=reason))
        self._write_journal(given)
        return given, rows[-1].delivery.due_at if len(rows) == limit else None

    def standings(self) -> dict[DestinationName, Standing]:
        """Return how each destination stood when a send there last ended."""
        return dict(self._standings)

    def follow_up(self, entries: Sequence[Entry], aftermath: Aftermath) -> None:
        """Write what follows from earlier sends, though none ends now."""
        self._end(entries, aftermath)

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`, escalations as much later; return how many were."""
        waiting = [row for row in self._in("waiting") if not row.delivery.held]
        late = [row for row in waiting if row.delivery.due_at > latest + _meant(row.delivery)]
        for row in late:
            due_at = latest + _meant(row.delivery)
            self._outbox[_key(row.delivery)] = replace(row, delivery=replace(row.delivery, due_at=due_at))
        return len(late)

    def recover(self) -> int:
        """Let every delivery that is sending wait again; return how many."""
        rows = self._in("sending")
        for row in rows:
            self._outbox[_key(row.delivery)] = replace(row, state="waiting")
        return len(rows)

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
        return [row for row in self._outbox.values() if row.seq > after and _is_meant(choice, row)][:limit]

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
        if row is None or row.state not in _IDLE:
            return False
        fresh = replace(row.delivery, due_at=now, attempts=0, first_tried_at=None, bundle=None, held="")
        self._put(replace(row, delivery=fresh, state="waiting"))
        return True

    def drop(self, alert_id: AlertId, destination: DestinationName, now: datetime, reason: str) -> bool:
        """Take a waiting or dead delivery out of the outbox, journalled; False if there is none."""
        row = self._outbox.get((alert_id, destination))
        if row is None or row.state not in _IDLE:
            return False
        del self._outbox[alert_id, destination]
        self._write_journal([GaveUp(at=now, alert_id=alert_id, destination=destination, reason=reason)])
        return True

    def revive_all(self, choice: Choice, now: datetime, *, after: int, up_to: int, limit: int) -> tuple[int, int]:
        """Revive the waiting and dead ones of those that are meant, at most `limit`."""
        rows = self._idle(choice, after, up_to, limit)
        done = sum(self.revive(row.delivery.alert.id, row.delivery.destination, now) for row in rows)
        return done, rows[-1].seq if len(rows) == limit else 0

    def drop_all(
        self, choice: Choice, now: datetime, reason: str, *, after: int, up_to: int, limit: int
    ) -> tuple[int, int]:
        """Drop likewise."""
        rows = self._idle(choice, after, up_to, limit)
        done = sum(self.drop(row.delivery.alert.id, row.delivery.destination, now, reason) for row in rows)
        return done, rows[-1].seq if len(rows) == limit else 0

    def newest_row(self) -> int:
        """Return the highest `seq` in the outbox; 0 where it is empty."""
        return max((row.seq for row in self._outbox.values()), default=0)

    def _deliveries(self, alert_id: AlertId) -> list[OutboxRow]:
        return [row for (of, _), row in self._outbox.items() if of == alert_id]

    def _in(self, state: State) -> list[OutboxRow]:
        return [row for row in self._outbox.values() if row.state == state]

    def _due(self, now: datetime) -> list[OutboxRow]:
        due = [row for row in self._in("waiting") if row.delivery.due_at <= now]
        return sorted(due, key=lambda row: (row.delivery.due_at, row.seq))

    def _waiting(self, deliveries: Sequence[Delivery]) -> list[OutboxRow]:
        rows = [self._outbox.get(_key(delivery)) for delivery in deliveries]
        return [row for row in rows if row is not None and row.state == "waiting"]

    def _being_sent(self, delivery: Delivery) -> list[OutboxRow]:
        """Return the rows of the message that a delivery belongs to."""
        rows = [row for row in self._in("sending") if row.delivery.destination == delivery.destination]
        if delivery.bundle is not None:
            return [row for row in rows if row.delivery.bundle == delivery.bundle]
        return [row for row in rows if row.delivery.alert.id == delivery.alert.id]

    def _idle(self, choice: Choice, after: int, up_to: int, limit: int) -> list[OutboxRow]:
        idle = replace(choice, states=[state for state in choice.states if state in _IDLE])
        return [row for row in self.select(idle, after=after, limit=limit) if row.seq <= up_to]

    def _claim(self, head: OutboxRow, now: datetime, at_most: int) -> list[Delivery]:
        name, bundle = head.delivery.destination, head.delivery.bundle
        is_digest = head.delivery.held == "digest"
        if bundle is not None:
            there = [row for row in self._in("waiting") if row.delivery.destination == name]
            rows = [row for row in there if row.delivery.bundle == bundle]
        elif is_digest or at_most > 1:
            there = [row for row in self._due(now) if row.delivery.destination == name and row.delivery.bundle is None]
            rows = [row for row in there if row.delivery.held == "digest" or not is_digest]
            rows = rows[: BUNDLE_MAX if is_digest else min(at_most, BUNDLE_MAX)]
        else:
            rows = [head]
        if bundle is None and len(rows) > 1:
            folded = made_of(name, [row.delivery for row in rows], now, is_digest=is_digest)
            bundle = folded.alert_id
            self._write_journal([folded])
        return [self._begin(row, now, bundle) for row in rows]

    def _begin(self, row: OutboxRow, now: datetime, bundle: AlertId | None) -> Delivery:
        first = row.delivery.first_tried_at or now
        tried = replace(row.delivery, attempts=row.delivery.attempts + 1, first_tried_at=first, bundle=bundle)
        self._put(replace(row, delivery=tried, state="sending"))
        return tried

    def _add(self, delivery: Delivery) -> bool:
        """Put a delivery in, unless it is known; return whether it is new."""
        if _key(delivery) in self._outbox:
            return False
        self._seq += 1
        self._put(OutboxRow(delivery=delivery, state="waiting", seq=self._seq))
        return True

    def _put(self, row: OutboxRow) -> None:
        self._outbox[_key(row.delivery)] = row

    def _end(self, entries: Sequence[Entry], aftermath: Aftermath) -> None:
        self._standings.update(aftermath.standings)
        self.commit(aftermath.alerts, aftermath.deliveries, entries)

    def _stop(self, alert_id: AlertId) -> list[DestinationName]:
        """Take what was to be told later of an alert out of the outbox; return to whom."""
        meant = [row.delivery for row in self._in("waiting") if row.delivery.alert.id == alert_id]
        later = [delivery for delivery in meant if delivery.escalation is not None]
        for delivery in later:
            del self._outbox[_key(delivery)]
        return sorted(delivery.destination for delivery in later)

    def _write_journal(self, entries: Sequence[Entry]) -> None:
        self.silences.count(entries)
        self._journal.extend((entry.at, as_record(entry)) for entry in entries)


def _meant(delivery: Delivery) -> timedelta:
    """Return how long the delivery is meant to wait."""
    return delivery.escalation or timedelta()


def _is_meant(choice: Choice, row: OutboxRow) -> bool:
    alert = row.delivery.alert
    return (
        row.state in choice.states
        and choice.alert_id in (None, alert.id)
        and choice.destination in (None, row.delivery.destination)
        and choice.rule_id in (None, alert.rule_id)
        and (choice.before is None or alert.at < choice.before)
        and (choice.escalations or not row.is_escalation)
    )


def _key(delivery: Delivery) -> _Key:
    return delivery.alert.id, delivery.destination
