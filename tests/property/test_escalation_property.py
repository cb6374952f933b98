"""Acknowledged before it is due an escalation is never sent; acknowledged after, or never, it is sent exactly once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.muting import CHAT, MAIL, MINUTE, make_engine
from tocsin.alerting.escalation import Escalation, escalated
from tocsin.model import DestinationName
from tocsin.store.memory import MemoryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Store
from tocsin.testing import EPOCH, make_rule, make_tweet

RULE = make_rule("r", True)
LASTS = 60
names = st.sampled_from([DestinationName(name) for name in "abcd"])
escalations = st.builds(
    Escalation, after=st.integers(1, 99).map(lambda n: n * MINUTE), to=st.lists(names, min_size=1).map(tuple)
)


def sent(store: Store, *, after: int, acked: int | None, failures: int, restart: int) -> list[int]:
    """Return the minutes at which an alert of minute 0 was escalated, on a clock of minutes.

    The first `failures` tries fail and are repeated after two minutes; a restart lets what is being sent wait again.
    """
    engine = make_engine(RULE, escalate=Escalation(after=after * MINUTE, to=(MAIL,)))
    step = engine.observe(make_tweet("x"), EPOCH)
    store.commit(step.alerts, step.deliveries, step.entries)
    delivered: list[int] = []
    for minute in range(LASTS):
        now = EPOCH + minute * MINUTE
        if minute == acked:
            store.acks.acknowledge([step.alerts[0].id], now, by="ada")
        if minute == restart:
            store.recover()
        for delivery in store.claim_due(now, 9):
            if delivery.destination == MAIL and delivery.attempts <= failures:
                store.retry(delivery, now + 2 * MINUTE, "busy", [])
                continue
            store.settle(delivery, [])
            if delivery.destination == MAIL:
                delivered.append(minute)
    return delivered


def check(open_store: Callable[[], Store], after: int, acked: int | None, failures: int, restart: int) -> None:
    store = open_store()
    try:
        found = sent(store, after=after, acked=acked, failures=failures, restart=restart)
        left = [row.delivery.destination for row in store.outbox()]
    finally:
        store.close()
    arrives_at = after + 2 * failures
    is_stopped = acked is not None and acked <= arrives_at
    assert found == ([] if is_stopped else [arrives_at])
    assert left == []


drawn = given(
    after=st.integers(1, 20),
    acked=st.none() | st.integers(0, LASTS - 1),
    failures=st.integers(0, 4),
    restart=st.integers(0, LASTS - 1),
)


@drawn
def test_an_escalation_is_sent_once_unless_it_is_acknowledged_before(
    after: int, acked: int | None, failures: int, restart: int
) -> None:
    check(MemoryStore, after, acked, failures, restart)


@settings(max_examples=6, deadline=None)
@drawn
def test_so_it_is_on_disk(after: int, acked: int | None, failures: int, restart: int) -> None:
    with TemporaryDirectory() as folder:
        check(lambda: SqliteStore.open(Path(folder) / "t.db"), after, acked, failures, restart)


@given(st.lists(escalations, max_size=4), st.sets(names))
def test_each_destination_hears_once_at_the_first_of_its_times_and_not_if_it_was_told(
    planned: list[Escalation], told: set[DestinationName]
) -> None:
    found = escalated(planned, told)
    expected = {
        name: min(each.after for each in planned if name in each.to)
        for name in {name for each in planned for name in each.to} - told
    }
    assert dict(found) == expected
    assert [after for _, after in found] == sorted(expected.values())


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_an_escalation_is_so_much_time_later_also_where_clocks_change(day: str) -> None:
    """Instants are in UTC: a quarter of an hour is one, whatever the clocks on the walls do."""
    at = EPOCH.fromisoformat(f"{day}T00:50:00+00:00")
    engine = make_engine(RULE, escalate=Escalation(after=timedelta(minutes=15), to=(MAIL,)))
    chat, mail = engine.observe(make_tweet("x"), at).deliveries
    assert (chat.destination, mail.due_at - chat.due_at) == (CHAT, timedelta(minutes=15))
