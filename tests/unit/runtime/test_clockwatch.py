"""The wall clock beside the monotonic one."""

from datetime import datetime, timedelta

import pytest

from tocsin.runtime.clockwatch import ClockWatch
from tocsin.testing import EPOCH, ManualClock

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class SetClock(ManualClock):
    """A clock whose wall time can be set, as people and time servers do."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.mark.parametrize("by", [DAY, -DAY, 5 * SECOND])
def test_a_clock_that_was_set_shows_once(by: timedelta) -> None:
    clock = SetClock(EPOCH)
    watch = ClockWatch(clock)
    clock.advance(DAY)
    assert watch.change() == timedelta()
    clock.by = by
    clock.advance(SECOND)
    assert watch.change() == by
    assert watch.change() == timedelta()


def test_a_clock_that_is_slowly_corrected_was_not_set() -> None:
    clock = SetClock(EPOCH)
    watch = ClockWatch(clock)
    for _ in range(100):
        clock.by += SECOND / 2
        clock.advance(timedelta(minutes=1))
        assert watch.change() == timedelta()
