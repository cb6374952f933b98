"""The outbox against a plain dictionary while SQLite fails at any statement, with a crash possible after every step."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.alerts import make_alert
from tests.faulty_sqlite import ERRORS, Faults, FaultyConnection
from tests.property.counts import examples
from tocsin.errors import StoreUnavailable
from tocsin.model import Delivery, DestinationName
from tocsin.store import database
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")
NUMBERS = st.integers(1, 4)
DESTINATIONS = st.sampled_from([DestinationName("a"), DestinationName("b")])
SECONDS = st.integers(0, 5).map(lambda n: timedelta(seconds=n))
FAILS = st.one_of(st.just(0), st.integers(1, 12))
"""At which statement of the call SQLite fails, 0 for at none."""


class FailingOutbox(RuleBasedStateMachine):
    """Every call may fail anywhere; then nothing has changed. Made again, it does what it should have done."""

    @initialize()
    def start(self) -> None:
        """Begin with an empty database."""
        self.folder = Path(tempfile.mkdtemp())
        self.faults = Faults()
        self.now = EPOCH
        self.states: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.sending: dict[str, Delivery] = {}
        SqliteStore.open(self.folder / "t.db").close()
        self._open()

    @rule(number=NUMBERS, destination=DESTINATIONS, after=SECONDS, fails=FAILS, message=st.sampled_from(list(ERRORS)))
    def commit(self, number: int, destination: DestinationName, after: timedelta, fails: int, message: str) -> None:
        """A batch arrives, perhaps for the second time."""
        delivery = Delivery(alert=make_alert(number), destination=destination, due_at=self.now + after)
        self._made(lambda: self.store.commit([delivery.alert], [delivery], []), fails, message)
        self.states.setdefault((delivery.alert.id, destination), ("waiting", delivery.due_at))

    @rule(passes=SECONDS, fails=FAILS, message=st.sampled_from(list(ERRORS)))
    def claim(self, passes: timedelta, fails: int, message: str) -> None:
        """The dispatcher takes what is due."""
        self.now += passes
        claimed = self._made(lambda: self.store.claim_due(self.now, 2), fails, message)
        free = {
            key[1]
            for key, (state, due_at) in self.states.items()
            if state == "waiting" and due_at <= self.now and key[1] not in self.sending
        }
        assert {delivery.destination for delivery in claimed} == free
        for delivery in claimed:
            self.states[delivery.alert.id, delivery.destination] = ("sending", delivery.due_at)
            self.sending[delivery.destination] = delivery

    @rule(
        destination=DESTINATIONS, ending=st.sampled_from(["settle", "retry", "bury"]), pause=SECONDS, fails=FAILS,
        message=st.sampled_from(list(ERRORS)),
    )  # fmt: skip
    def end(self, destination: DestinationName, ending: str, pause: timedelta, fails: int, message: str) -> None:
        """A send ends."""
        delivery = self.sending.pop(destination, None)
        if delivery is None:
            return
        due_at = self.now + pause
        ends: dict[str, tuple[Callable[[], None], str, datetime]] = {
            "settle": (lambda: self.store.settle(delivery, []), "delivered", delivery.due_at),
            "bury": (lambda: self.store.bury(delivery, "refused", []), "dead", delivery.due_at),
            "retry": (lambda: self.store.retry(delivery, due_at, "busy", []), "waiting", due_at),
        }
        act, state, due_at = ends[ending]
        self._made(act, fails, message)
        self.states[delivery.alert.id, destination] = (state, due_at)

    @rule()
    def crash(self) -> None:
        """The process dies and comes back: only what was being sent waits again."""
        self.store.close()
        self._open()
        assert self.store.recover() == len(self.sending)
        for delivery in self.sending.values():
            key = delivery.alert.id, delivery.destination
            self.states[key] = ("waiting", self.states[key][1])
        self.sending.clear()

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        """The outbox holds exactly what the dictionary says, read over the connection that failed and over another."""
        if hasattr(self, "store"):
            self._look()

    def _look(self) -> None:
        visitor = SqliteStore.visit(self.folder / "t.db")
        for store in (self.store, visitor):
            rows = store.outbox(states=("waiting", "sending", "delivered", "dead"))
            held = {
                (row.delivery.alert.id, str(row.delivery.destination)): (row.state, row.delivery.due_at) for row in rows
            }
            assert held == self.states
        visitor.close()

    def teardown(self) -> None:
        """Remove the database."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    def _open(self) -> None:
        connection = FaultyConnection(database.connect(self.folder / "t.db", create=False), self.faults)
        self.store = SqliteStore(cast("sqlite3.Connection", connection), self.folder / "t.db", None)

    def _made(self, call: Callable[[], T], fails: int, message: str) -> T:
        """Make a call that fails at a statement, and make it again; return what it returns in the end."""
        self.faults.begin(fails, fails + 1 if fails else 0, message)
        try:
            return call()
        except StoreUnavailable:
            self.faults.begin(0, 0)
            # A call that failed has changed nothing; it is over, and a delivery whose end it was is still being sent.
            self._look()
            return call()
        finally:
            self.faults.begin(0, 0)


FailingOutbox.TestCase.settings = settings(max_examples=examples(36), stateful_step_count=25, deadline=None)
TestFailingOutbox = FailingOutbox.TestCase
