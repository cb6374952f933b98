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
from tests.property.counts import examples
from tocsin.model import Delivery, DestinationName
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

NUMBERS = st.integers(1, 4)
NAMES = (DestinationName("a"), DestinationName("b"))
DESTINATIONS = st.sampled_from(NAMES)
SECONDS = st.integers(0, 5).map(lambda n: timedelta(seconds=n))


@dataclass
class Expected:
    """What the outbox should say of one delivery."""

    state: str
    due_at: datetime
    attempts: int = 0
    bundle: str | None = None
    held: str = ""
    since: int = field(default=0, compare=False)


class Outbox(RuleBasedStateMachine):
    """Commits, claims, outcomes, operators and crashes, in any order."""

    @initialize()
    def start(self) -> None:
        """Begin with an empty database."""
        self.folder = Path(tempfile.mkdtemp())
        self.store = SqliteStore.open(self.folder / "t.db")
        self.expected: dict[tuple[str, str], Expected] = {}
        self.sending: dict[str, list[Delivery]] = {}
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

    @rule(passes=SECONDS, limit=st.integers(1, 2), most=st.integers(1, 3))
    def claim(self, passes: timedelta, limit: int, most: int) -> None:
        """The dispatcher takes what is due, up to `most` deliveries in one message."""
        self.now += passes
        due = [key for key in self.due() if key[1] not in self.sending]
        heads: dict[str, tuple[str, str]] = {}
        for key in due:
            heads.setdefault(key[1], key)
        wanted = {head[1]: self.members(head, due, most) for head in list(heads.values())[:limit]}
        claimed: dict[str, list[Delivery]] = {}
        for delivery in self.store.claim_due(self.now, limit, bundling=dict.fromkeys(NAMES, most)):
            claimed.setdefault(delivery.destination, []).append(delivery)
        assert {n: sorted(d.alert.id for d in of) for n, of in claimed.items()} == {
            name: sorted(alert for alert, _ in keys) for name, keys in wanted.items()
        }
        for name, deliveries in claimed.items():
            self.begun(name, deliveries)

    def due(self) -> list[tuple[str, str]]:
        """Return what is due, oldest first."""
        waiting = [(row.due_at, row.since, key) for key, row in self.expected.items() if row.state == "waiting"]
        return [key for due_at, _, key in sorted(waiting) if due_at <= self.now]

    def members(self, head: tuple[str, str], due: list[tuple[str, str]], most: int) -> list[tuple[str, str]]:
        """Return the deliveries that the message of a head is about."""
        row = self.expected[head]
        there = [key for key, other in self.expected.items() if key[1] == head[1] and other.state == "waiting"]
        if row.bundle is not None:
            return [key for key in there if self.expected[key].bundle == row.bundle]
        free = [key for key in due if key in there and self.expected[key].bundle is None]
        if row.held == "digest":
            return [key for key in free if self.expected[key].held == "digest"]
        return free[:most]

    def begun(self, name: str, deliveries: list[Delivery]) -> None:
        """Note that a message is being sent; a bundle that it was before, it still is."""
        bundles = {delivery.bundle for delivery in deliveries}
        assert len(bundles) == 1
        assert (bundles == {None}) == (len(deliveries) == 1 and not self.is_bundle(deliveries[0]))
        for delivery in deliveries:
            row = self.expected[delivery.alert.id, name]
            assert row.bundle in (None, delivery.bundle)
            row.state, row.attempts, row.bundle = "sending", row.attempts + 1, delivery.bundle
            assert delivery.attempts == row.attempts
        self.sending[name] = deliveries

    def is_bundle(self, delivery: Delivery) -> bool:
        """Whether a delivery was part of a message for several before."""
        return self.expected[delivery.alert.id, delivery.destination].bundle is not None

    @rule(
        destination=DESTINATIONS,
        ending=st.sampled_from(["settle", "retry", "bury"]),
        pause=SECONDS,
        apart=st.booleans(),
    )
    def end(self, destination: DestinationName, ending: str, pause: timedelta, apart: bool) -> None:
        """A send ends, and with it all that its message was about."""
        deliveries = self.sending.pop(destination, [])
        if not deliveries:
            return
        if ending == "settle":
            self.store.settle(deliveries[0], [])
        elif ending == "bury":
            self.store.bury(deliveries[0], "refused", [])
        else:
            self.store.retry(deliveries[0], self.now + pause, "busy", [], apart=apart)
        for delivery in deliveries:
            row = self.expected[delivery.alert.id, destination]
            row.state = {"settle": "delivered", "bury": "dead", "retry": "waiting"}[ending]
            if ending == "retry":
                row.due_at = self.now + pause
                row.bundle = None if apart else row.bundle
            else:
                row.held = ""

    @rule(destination=DESTINATIONS, until=SECONDS)
    def hold(self, destination: DestinationName, until: timedelta) -> None:
        """The oldest that is due waits for a digest."""
        for delivery in self.store.due(destination, self.now, limit=1, but="digest"):
            self.store.hold([delivery], self.now + until, "digest", "", [])
            row = self.expected[delivery.alert.id, destination]
            assert row.state == "waiting"
            row.due_at, row.held = self.now + until, "digest"

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
                row.state, row.due_at, row.attempts, row.bundle, row.held = "waiting", self.now, 0, None, ""
        visitor.close()

    @rule()
    def crash(self) -> None:
        """The process dies and comes back: only what was being sent waits again."""
        self.store.close()
        self.store = SqliteStore.open(self.folder / "t.db")
        left = [delivery for deliveries in self.sending.values() for delivery in deliveries]
        assert self.store.recover() == len(left)
        for delivery in left:
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
                row.state, row.delivery.due_at, row.delivery.attempts, row.delivery.bundle, row.delivery.held
            )
            for row in rows
        }
        assert held == self.expected

    def teardown(self) -> None:
        """Remove the database."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


Outbox.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
TestOutbox = Outbox.TestCase
