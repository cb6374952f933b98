"""Words, signs and colours that every family shows in its own markup."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.model import Severity

SIGN: Final[Mapping[Severity, str]] = {
    Severity.INFO: "\u26aa",
    Severity.LOW: "\U0001f535",
    Severity.MEDIUM: "\U0001f7e1",
    Severity.HIGH: "\U0001f7e0",
    Severity.CRITICAL: "\U0001f534",
}
"""A disc in the severity's colour, for services that show emoji; the word always stands beside it."""

COLOUR: Final[Mapping[Severity, str]] = {
    Severity.INFO: "#5f6b7a",
    Severity.LOW: "#1d6fd1",
    Severity.MEDIUM: "#946200",
    Severity.HIGH: "#c2410c",
    Severity.CRITICAL: "#c01c28",
}
"""White text on each has a contrast of 4.5 or more, as WCAG 2.2 (1.4.3) asks."""

_UNITS = ((timedelta(days=2), timedelta(days=1), "days"), (timedelta(hours=2), timedelta(hours=1), "h"))


def moment(at: datetime) -> str:
    """Return an instant as people write it, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def stretch(length: timedelta) -> str:
    """Return a duration in its best unit, rounded up: that much time it was at most."""
    for least, unit, word in _UNITS:
        if length >= least:
            return f"{-(-length // unit)} {word}"
    if length > timedelta(seconds=90):
        return f"{-(-length // timedelta(minutes=1))} min"
    return f"{max(1, -(-length // timedelta(seconds=1)))} s"


def counted(number: int, word: str) -> str:
    """Return a number of things: "1 like", "1,200 likes"; `word` is the plural, which ends in s or ies."""
    if number != 1:
        return f"{number:,} {word}"
    return f"1 {word[:-3]}y" if word.endswith("ies") else f"1 {word[:-1]}"
