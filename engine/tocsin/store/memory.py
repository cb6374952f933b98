"""The stores without a disk: one for tests that behaves like the real one, and one for `--dry-run`."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tocsin.alerting.ledger import NOTHING, Record
from tocsin.journal import Entry
from tocsin.model import Alert, AlertId, Delivery, RuleId
from tocsin.store.memory_muting import MemoryAcks, MemorySilences
from tocsin.store.memory_outbox import MemoryOutbox
from tocsin.store.store import (
    ANYTHING,
    About,
    AlertOutcome,
    OutboxRow,
    WithheldCount,
    known_by,
)


class MemoryStore(MemoryOutbox):
    """A `Store` in dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self._alerts: dict[AlertId, Alert] = {}
        self._in_force: dict[str, Any] | None = None
        self._rules_in_force: dict[str, str] = {}
        self._known: list[tuple[AlertId, datetime]] = []
        self._known_from = 0
        self._state: dict[str, dict[str, Any]] = {}
        self.silences = MemorySilences(self._write_journal)
        self.acks = MemoryAcks(self._write_journal, self._told, self._stop)

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
        # Who is told at once is not told later: of two deliveries to one destination the first is kept.
        new = sum([self._add(delivery) for delivery in sorted(deliveries, key=lambda d: d.escalation is not None)])
        self._write_journal(entries)
        return new

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
        forgotten = self.silences.forget(before, limit) + self.acks.forget(before, limit)
        return len(old_entries) + len(old_rows[:limit]) + len(old_alerts) + forgotten

    def put_in_force(
        self, document: Mapping[str, Any], rules: Mapping[str, str], *, gone: Collection[str] | None = None
    ) -> None:
        """Keep what is in force; with `gone`, the other rules that were kept stay."""
        kept = {} if gone is None else {name: text for name, text in self._rules_in_force.items() if name not in gone}
        self._in_force, self._rules_in_force = deepcopy(dict(document)), kept | dict(rules)

    def in_force(self) -> dict[str, Any] | None:
        """Return what was last put in force; None if nothing ever was."""
        if self._in_force is None:
            return None
        rules = {name: json.loads(text) for name, text in sorted(self._rules_in_force.items())}
        return deepcopy(self._in_force) | {"rules": rules}

    def close(self) -> None:
        """Forget everything."""
        self._alerts.clear()
        self._outbox.clear()
        self._journal.clear()

    def _told(self) -> dict[AlertId, list[AlertId]]:
        """Return the alerts that each message stands for."""
        told = {alert.id: [alert.id, *alert.folded] for alert in self._alerts.values()}
        for record in self.journal(kinds=("folded",), limit=sys.maxsize):
            told.setdefault(record["alert_id"], list(record["alert_ids"]))
        return told


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
