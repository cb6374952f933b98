"""Which alert ids are forgotten, and which never."""

from datetime import timedelta

import pytest

from tocsin.model import AlertId
from tocsin.runtime.retention import Retention
from tocsin.runtime.serial import Serial
from tocsin.store.memory import MemoryStore
from tocsin.testing import EPOCH, ManualClock

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def known_after(ages: list[timedelta], *, set_on: timedelta = timedelta()) -> list[timedelta]:
    """Return which ages are still known of ids that came so long ago, once the retention has run."""
    clock, store = ManualClock(EPOCH), MemoryStore()
    clock.advance(set_on)
    ids = [(AlertId(f"{number:016x}"), EPOCH - age) for number, age in enumerate(ages)]
    store.commit([], [], [], remembered=ids)
    await Retention(store, Serial(), clock).forget()
    return [ages[int(alert_id, 16)] for alert_id in store.known_alerts(len(ages))[0]]


async def test_nothing_is_forgotten_while_the_newest_million_has_room_for_it() -> None:
    ages = [1000 * HOUR, 30 * HOUR, HOUR]
    assert await known_after(ages) == ages


async def test_past_the_million_what_is_older_than_two_days_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.runtime.retention.KNOWN", 1)
    assert await known_after([1000 * HOUR, 50 * HOUR, 24 * HOUR, HOUR]) == [24 * HOUR, HOUR]


async def test_a_clock_that_was_set_a_day_on_forgets_nothing_of_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.runtime.retention.KNOWN", 1)
    assert await known_after([26 * HOUR, 24 * HOUR, HOUR], set_on=24 * HOUR) == [24 * HOUR, HOUR]
