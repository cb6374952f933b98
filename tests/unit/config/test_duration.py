"""Durations as people write them."""

from datetime import timedelta

import pytest

from tocsin.rules.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("1h30m", timedelta(minutes=90)),
        (" 3d ", timedelta(days=3)),
        ("1.5h", timedelta(minutes=90)),
        ("250ms", timedelta(milliseconds=250)),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_number_and_a_unit_make_a_duration(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "90", "s", "soon", "-5s", "0s", "1y", "5 s", "1h 30m", "9999w", "٣s", "999999w" * 300]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|longer than"):
        parse_duration(text)


def test_what_is_refused_is_shown_in_one_line_however_long_it_is() -> None:
    for text in ("9" * 100_000, "999999w" * 10_000):
        with pytest.raises(ValueError, match="…") as refused:
            parse_duration(text)
        assert len(str(refused.value)) < 200
