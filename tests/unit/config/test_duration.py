"""Durations as people write them."""

from datetime import timedelta

import pytest

from tocsin.config.duration import parse_duration

DURATIONS = [
    ("0s", timedelta(0)),
    ("500ms", timedelta(milliseconds=500)),
    ("30s", timedelta(seconds=30)),
    (" 1.5s ", timedelta(seconds=1.5)),
    ("1m", timedelta(minutes=1)),
    ("1h30m", timedelta(minutes=90)),
    ("72H", timedelta(days=3)),
    ("2d", timedelta(days=2)),
    ("1w", timedelta(weeks=1)),
]


@pytest.mark.parametrize(("text", "duration"), DURATIONS)
def test_a_duration_is_numbers_with_units(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 s", "5sec", "1e3s", "5s!", "\u0665s", "999999999w"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)
