"""A dispatcher in a time that only the test moves, over a store and destinations that do as they are told."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import anyio

from tests.alerts import make_alert
from tocsin.config.settings import DestinationSettings
from tocsin.journal import Entry
from tocsin.model import Alert, AlertId, Delivered, Delivery, DestinationName, Outcome, Severity
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.serial import Serial
from tocsin.store.memory import MemoryStore
from tocsin.store.store import Store
from tocsin.testing import EPOCH, ManualClock


@dataclass
class Recording:
    """Answers with `outcomes`, one after the other, then with `otherwise`, and keeps what it was sent."""

    name: DestinationName
    outcomes: list[Outcome] = field(default_factory=list)
    otherwise: Outcome = field(default_factory=Delivered)
    sent: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Answer as told."""
        self.sent.append(alert)
        return self.outcomes.pop(0) if self.outcomes else self.otherwise

    @property
    def told(self) -> Counter[AlertId]:
        """How often each alert was told of, by itself or in a message for several."""
        return Counter(identity for alert in self.sent for identity in alert.folded or (alert.id,))


class Steady(Random):
    """Pauses as long as they can be."""

    def random(self) -> float:
        """Return the top of the range."""
        return 1.0


@dataclass
class Stage:
    """The dispatcher and what it works with."""

    dispatcher: Dispatcher
    store: Store
    clock: ManualClock
    entries: list[Entry]
    destinations: dict[str, Recording]

    def __getitem__(self, name: str) -> Recording:
        return self.destinations[name]

    async def raise_alerts(
        self, numbers: Sequence[int], *names: str, severity: Severity = Severity.HIGH, text: str = "hello"
    ) -> None:
        """Commit alerts for destinations, and let the dispatcher do what it can."""
        now = self.clock.now()
        alerts = [replace(make_alert(n, text, at=now), severity=severity) for n in numbers]
        deliveries = [Delivery(alert=a, destination=DestinationName(n), due_at=now) for a in alerts for n in names]
        self.store.commit(alerts, deliveries, [])
        await self.settle()

    async def move_on(self, by: timedelta, *, step: timedelta | None = None) -> None:
        """Let time pass, in steps, and let the dispatcher do at each what it can."""
        end = self.clock.now() + by
        while self.clock.now() < end:
            self.clock.advance(min(step or by, end - self.clock.now()))
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing more happens at this moment."""
        with anyio.fail_after(20):
            self.dispatcher.wake()
            await self.dispatcher.idle()

    def said(self, kind: type[Entry]) -> list[Any]:
        """Return what was journalled of a kind."""
        return [entry for entry in self.entries if isinstance(entry, kind)]


@asynccontextmanager
async def stage(
    *settings: DestinationSettings,
    store: Store | None = None,
    at: datetime = EPOCH,
    outcomes: Mapping[str, Sequence[Outcome]] | None = None,
    notices: str | None = None,
) -> AsyncIterator[Stage]:
    """Run a dispatcher with these destinations; of their `outcomes` the last one is for all that follow."""
    clock = ManualClock(at)
    entries: list[Entry] = []
    made = {entry.name: Recording(entry.name) for entry in settings}
    for name, told in (outcomes or {}).items():
        made[DestinationName(name)].outcomes = list(told[:-1])
        made[DestinationName(name)].otherwise = told[-1]
    kept = store or MemoryStore()
    dispatcher = Dispatcher(
        kept,
        made,
        {entry.name: entry for entry in settings},
        clock,
        Steady(),
        entries.append,
        Serial(),
        notices=None if notices is None else DestinationName(notices),
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(dispatcher.run)
        await anyio.wait_all_tasks_blocked()
        yield Stage(dispatcher, kept, clock, entries, {str(name): one for name, one in made.items()})
        await dispatcher.drain(timedelta())


def destination(name: str = "d", **keys: Any) -> DestinationSettings:
    """Return the settings of a destination."""
    return DestinationSettings(name=DestinationName(name), **keys)
