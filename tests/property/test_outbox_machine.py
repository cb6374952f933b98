"""The outbox against a plain dictionary, with a crash possible after every step."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.alerts import make_alert
from tocsin.model import Delivery, DestinationName
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

NUMBERS = st.integers(1, 4)
DESTINATIONS = st.sampled_from([DestinationName("a"), DestinationName("b")])
SECONDS = st.integers(0, 5).map(lambda n: timedelta(seconds=n))


@dataclass
class Expected:
    """What the outbox should say of one delivery."""

    state: str
    due_at: datetime
    attempts: int = 0
    since: int = field(default=0, compare=False)


class Outbox(RuleBasedStateMachine):
    """Commits, claims, outcomes, operators and crashes, in any order."""

    @initialize()
    def start(self) -> None:
        """Begin with an empty database."""
        self.folder = Path(tempfile.mkdtemp())
        self.store = SqliteStore.open(self.folder / "t.db")
        self.expected: dict[tuple[str, str], Expected] = {}
        self.sending: dict[str, Delivery] = {}
        self.now = EPOCH
        self.added = 0

    @rule(number=NUMBERS, destination=DESTINATIONS, after=SECONDS)
    def commit(self, number: int, destination: DestinationName, after: timedelta) -> None:
        """A batch arrives, perhaps for the second time."""
        delivery = Delivery(alert=make_alert(number), destination=destination, due_at=self.now + after)
        self.store.commit([delivery.alert], [delivery], [])
        self.added += 1
        self.expected.setdefault(
            (delivery.alert.id, destination), Expected("waiting", delivery.due_at, since=self.added)
        )

    @rule(passes=SECONDS, limit=st.integers(1, 2))
    def claim(self, passes: timedelta, limit: int) -> None:
        """The dispatcher takes what is due."""
        self.now += passes
        due = [
            (row.due_at, row.since, key)
            for key, row in self.expected.items()
            if row.state == "waiting" and row.due_at <= self.now and key[1] not in self.sending
        ]
        oldest: dict[str, tuple[datetime, int, tuple[str, str]]] = {}
        for candidate in sorted(due):
            oldest.setdefault(candidate[2][1], candidate)
        wanted = [key for _, _, key in sorted(oldest.values())][:limit]
        claimed = self.store.claim_due(self.now, limit)
        assert [(d.alert.id, d.destination) for d in claimed] == wanted
        for delivery in claimed:
            row = self.expected[delivery.alert.id, delivery.destination]
            row.state, row.attempts = "sending", row.attempts + 1
            assert delivery.attempts == row.attempts
            self.sending[delivery.destination] = delivery

    @rule(destination=DESTINATIONS, ending=st.sampled_from(["settle", "retry", "bury"]), pause=SECONDS)
    def end(self, destination: DestinationName, ending: str, pause: timedelta) -> None:
        """A send ends."""
        delivery = self.sending.pop(destination, None)
        if delivery is None:
            return
        row = self.expected[delivery.alert.id, destination]
        if ending == "settle":
            self.store.settle(delivery, [])
            row.state = "delivered"
        elif ending == "bury":
            self.store.bury(delivery, "refused", [])
            row.state = "dead"
        else:
            self.store.retry(delivery, self.now + pause, "busy", [])
            row.state, row.due_at = "waiting", self.now + pause

    @rule(number=NUMBERS, destination=DESTINATIONS, drop=st.booleans())
    def operate(self, number: int, destination: DestinationName, drop: bool) -> None:
        """An operator revives or drops, from another process."""
        key = (make_alert(number).id, destination)
        row = self.expected.get(key)
        is_idle = row is not None and row.state in ("waiting", "dead")
        visitor = SqliteStore.visit(self.folder / "t.db")
        if drop:
            assert visitor.drop(*key, self.now, "dropped") == is_idle
            if is_idle:
                del self.expected[key]
        else:
            assert visitor.revive(*key, self.now) == is_idle
            if row is not None and is_idle:
                row.state, row.due_at, row.attempts = "waiting", self.now, 0
        visitor.close()

    @rule()
    def crash(self) -> None:
        """The process dies and comes back: only what was being sent waits again."""
        self.store.close()
        self.store = SqliteStore.open(self.folder / "t.db")
        assert self.store.recover() == len(self.sending)
        for delivery in self.sending.values():
            self.expected[delivery.alert.id, delivery.destination].state = "waiting"
        self.sending.clear()

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        """The outbox holds exactly what the dictionary says."""
        if not hasattr(self, "store"):
            return
        rows = self.store.outbox(states=("waiting", "sending", "delivered", "dead"))
        held = {
            (row.delivery.alert.id, str(row.delivery.destination)): Expected(
                row.state, row.delivery.due_at, row.delivery.attempts
            )
            for row in rows
        }
        assert held == self.expected

    def teardown(self) -> None:
        """Remove the database."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


Outbox.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestOutbox = Outbox.TestCase
