"""Durations as people write them, both ways: `90s`, `10m`, `1h30m`, `3d`."""

import re
from datetime import timedelta

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h|d|w)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")

_SHOWN_MAX = 60

LONGEST = timedelta(days=3650)
"""Ten years; what is longer is a slip."""


def parse_duration(text: str) -> timedelta:
    """Return the duration that a text such as `90s`, `1.5h` or `1h30m` means; it is above zero.

    Raises:
        ValueError: the text is no duration, zero, or longer than `LONGEST`; the message says what to write.
    """
    stripped = text.strip()
    if not _WHOLE.fullmatch(stripped):
        raise ValueError(f"{_shown(text)} is no duration: write a number and a unit (s, m, h, d), such as 90s or 1h30m")
    try:
        total = sum((float(part[1]) * _UNITS[part[2]] for part in _PART.finditer(stripped)), timedelta())
    except OverflowError:
        total = timedelta.max
    if total <= timedelta():
        raise ValueError(f"{_shown(text)} is no time at all: write a duration above zero, such as 30s")
    if total > LONGEST:
        raise ValueError(f"{_shown(text)} is longer than ten years")
    return total


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…")


def duration_text(duration: timedelta, *, units: int | None = None) -> str:
    """Return a duration above zero as `parse_duration` reads it: `1h30m`. Less than a millisecond is left out.

    With `units` what is finer than so many units, the largest and those below it, is left out too.
    """
    left = round(duration / timedelta(milliseconds=1))
    told: list[tuple[int, str]] = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, _UNITS[unit] // timedelta(milliseconds=1))
        told += [(count, unit)] if count or told else []
    return "".join(f"{count}{unit}" for count, unit in told[:units] if count)
