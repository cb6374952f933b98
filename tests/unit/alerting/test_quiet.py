"""Quiet hours by the clock on the wall, also where that clock is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alerting.quiet import DAYS, Quiet, held_until
from tocsin.testing import EPOCH


def quiet(zone: str, hours: str, days: str = "") -> Quiet:
    begins, ends = (time.fromisoformat(text) for text in hours.split("-"))
    names = days.split() or DAYS
    return Quiet(zone=ZoneInfo(zone), begins=begins, ends=ends, days=frozenset(DAYS.index(day) for day in names))


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "hours", "now", "until"),
    [
        ("Europe/Berlin", "22:00-07:00", "2026-06-01 21:59:59", None),
        ("Europe/Berlin", "22:00-07:00", "2026-06-01 22:00", "2026-06-02 07:00"),
        ("Europe/Berlin", "22:00-07:00", "2026-06-02 06:59:59", "2026-06-02 07:00"),
        ("Europe/Berlin", "22:00-07:00", "2026-06-02 07:00", None),
        ("Europe/Berlin", "12:00-13:30", "2026-06-02 13:00", "2026-06-02 13:30"),
        ("America/New_York", "23:30-00:15", "2026-07-04 00:10", "2026-07-04 00:15"),
        ("Asia/Kolkata", "22:00-07:00", "2026-01-01 00:00", "2026-01-01 07:00"),
        ("Asia/Kathmandu", "22:15-06:45", "2026-01-01 06:44", "2026-01-01 06:45"),
        # The nights in which the clock is changed, there and back.
        ("Europe/Berlin", "22:00-07:00", "2026-03-28 23:00", "2026-03-29 07:00"),
        ("Europe/Berlin", "22:00-07:00", "2026-10-24 23:00", "2026-10-25 07:00"),
        ("America/New_York", "22:00-07:00", "2026-03-07 23:00", "2026-03-08 07:00"),
        ("America/New_York", "22:00-07:00", "2026-10-31 23:00", "2026-11-01 07:00"),
        ("Australia/Lord_Howe", "22:00-07:00", "2026-10-03 23:00", "2026-10-04 07:00"),
        ("Australia/Lord_Howe", "22:00-07:00", "2026-04-04 23:00", "2026-04-05 07:00"),
    ],
)
def test_quiet_is_by_the_clock_on_the_wall(zone: str, hours: str, now: str, until: str | None) -> None:
    expected = None if until is None else at(until, zone)
    assert held_until(at(now, zone), quiet(zone, hours)) == expected


@pytest.mark.parametrize(
    ("zone", "hours", "now", "until"),
    [
        # 02:30 is skipped: quiet begins, or ends, with the jump from 02:00 to 03:00.
        ("Europe/Berlin", "02:30-07:00", "2026-03-29 00:59:59", None),
        ("Europe/Berlin", "02:30-07:00", "2026-03-29 01:00", "2026-03-29 05:00"),
        ("Europe/Berlin", "22:00-02:30", "2026-03-28 23:00", "2026-03-29 01:00"),
        # 02:30 comes twice: quiet begins at the first and ends at the second.
        ("Europe/Berlin", "02:30-07:00", "2026-10-25 00:30", "2026-10-25 06:00"),
        ("Europe/Berlin", "22:00-02:30", "2026-10-25 00:45", "2026-10-25 01:30"),
        ("Europe/Berlin", "22:00-02:30", "2026-10-25 01:30", None),
        # Lord Howe changes by half an hour: 02:10 is skipped, 01:45 comes twice.
        ("Australia/Lord_Howe", "22:00-02:10", "2026-10-03 14:00", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "22:00-01:45", "2026-04-04 15:00", "2026-04-04 15:15"),
        ("America/New_York", "22:00-02:30", "2026-03-08 06:00", "2026-03-08 07:00"),
        ("America/New_York", "01:30-05:00", "2026-11-01 05:30", "2026-11-01 10:00"),
    ],
)
def test_times_that_are_skipped_or_come_twice(zone: str, hours: str, now: str, until: str | None) -> None:
    """Here in UTC, which has no such times."""
    assert held_until(at(now), quiet(zone, hours)) == (None if until is None else at(until))


@pytest.mark.parametrize(
    ("days", "hours", "now", "until"),
    [
        ("fri", "22:00-07:00", "2026-06-05 23:00", "2026-06-06 07:00"),
        ("fri", "22:00-07:00", "2026-06-06 06:00", "2026-06-06 07:00"),
        ("fri", "22:00-07:00", "2026-06-06 23:00", None),
        ("fri", "22:00-07:00", "2026-06-05 06:00", None),
        ("sat sun", "00:00-00:00", "2026-06-06 12:00", "2026-06-08 00:00"),
        ("sat sun", "00:00-00:00", "2026-06-07 23:59", "2026-06-08 00:00"),
        ("sat sun", "00:00-00:00", "2026-06-08 00:00", None),
        ("fri sat", "18:00-18:00", "2026-06-05 19:00", "2026-06-07 18:00"),
    ],
)
def test_a_day_is_the_one_on_which_quiet_begins(days: str, hours: str, now: str, until: str | None) -> None:
    expected = None if until is None else at(until, "Europe/Berlin")
    assert held_until(at(now, "Europe/Berlin"), quiet("Europe/Berlin", hours, days)) == expected


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
TIMES = st.times().map(lambda value: value.replace(second=0, microsecond=0))


@given(ZONES, TIMES, TIMES, st.frozensets(st.integers(0, 6), min_size=1), MOMENTS)
def test_what_is_held_is_let_go_within_eight_days(
    zone: str, begins: time, ends: time, days: frozenset[int], moment: datetime
) -> None:
    hours = Quiet(zone=ZoneInfo(zone), begins=begins, ends=ends, days=days)
    until = None if hours.is_endless else held_until(moment, hours)
    if until is not None:
        assert moment < until <= moment + timedelta(days=8)
        assert held_until(until, hours) is None
