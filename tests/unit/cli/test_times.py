"""Instants as people type them, in their zone, also where its clock is changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cli.times import parse_instant

BERLIN = ZoneInfo("Europe/Berlin")
# A Wednesday, 13:00 in Berlin.
NOW = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-03-25T12:00"),
        ("14:00", "2026-03-25T13:00"),
        ("13:00", "2026-03-25T12:00"),
        ("12:59", "2026-03-26T11:59"),
        ("Wed 12:00", "2026-04-01T10:00"),
        ("sat 23:00", "2026-03-28T22:00"),
        ("Saturday 23:00", "2026-03-28T22:00"),
        # Summer time begins on the 29th: two o'clock is three.
        ("Sun 01:59", "2026-03-29T00:59"),
        ("Sun 02:30", "2026-03-29T01:30"),
        ("Sun 03:30", "2026-03-29T01:30"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-12-01T08:00", "2026-12-01T07:00"),
        ("2026-12-01 08:00:30", "2026-12-01T07:00:30"),
        ("2026-12-01T08:00Z", "2026-12-01T08:00"),
        ("2026-12-01T08:00+05:30", "2026-12-01T02:30"),
    ],
)
def test_a_time_is_of_the_zone_and_the_next_one(text: str, expected: str) -> None:
    assert parse_instant(text, NOW, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "24:00", "12:60", "Foo 12:00", "2026-12-01", "2026-13-01T00:00", "8pm", "12"),
        # Ends of the calendar, beyond which other zones are, and times after them.
        *("0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01T00:00", "9999-12-31T23:59"),
    ],
)
def test_what_is_no_time_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: write 2026-12-01T08:00"):
        parse_instant(text, NOW, BERLIN)


@given(
    st.integers(0, 10 * 365 * 24 * 60),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["", "Mon ", "Sun "]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]),
)
def test_the_next_time_is_never_past_and_at_most_a_week_and_an_hour_away(
    minutes: int, hour: int, minute: int, day: str, zone: str
) -> None:
    now = NOW + timedelta(minutes=minutes)
    found = parse_instant(f"{day}{hour}:{minute:02}", now, ZoneInfo(zone))
    assert timedelta() <= found - now <= timedelta(days=7 if day else 1, hours=1)
