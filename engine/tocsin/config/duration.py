"""Durations as people write them: `30s`, `1m`, `1h30m`, `500ms`."""

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|[smhdw])", re.ASCII)
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Return the duration that `text` names, zero or longer: numbers with the units ms, s, m, h, d, w, added up.

    Raises:
        ValueError: it isn't one; the message shows what one looks like.
    """
    folded = text.strip().lower()
    if not _WHOLE.fullmatch(folded):
        raise ValueError(f"{text!r} is not a duration: write 500ms, 30s, 1m, 1h30m or 2d")
    parts = (float(number) * _UNITS[unit] for number, unit in _PART.findall(folded))
    try:
        return sum(parts, timedelta())
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long a duration") from error
