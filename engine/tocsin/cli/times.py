"""Instants as people type them: `now`, `2026-12-01T08:00`, `Sat 23:00`, `23:00`."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(?:(?P<day>[A-Za-z]{3})[a-z]*\s+)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})")
_YEARS = range(1970, 9000)
"""So far from the ends of the calendar that zones and durations can be added."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_instant(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the instant, in UTC, that a text means; a day of the week or a time of day is the next one from `now` on.

    Without an offset in it the text is about `zone`, or about the machine's own zone if that is None. A time that a
    clock skips is taken as if it had not been put forward; of one that comes twice the first is meant.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    stripped = text.strip()
    if stripped.lower() == "now":
        return now
    found = _CLOCK.fullmatch(stripped)
    if found:
        return _next(found, now, zone, text)
    try:
        at = datetime.fromisoformat(stripped)
    except ValueError:
        at = None
    if at is None or _DATE.fullmatch(stripped) or at.year not in _YEARS:
        raise _unreadable(text)
    return at.astimezone(UTC) if at.tzinfo is not None else _placed(at, zone)


def _next(found: re.Match[str], now: datetime, zone: tzinfo | None, text: str) -> datetime:
    hour, minute, day = int(found["hour"]), int(found["minute"]), found["day"]
    if hour > 23 or minute > 59 or (day is not None and day.lower() not in _DAYS):
        raise _unreadable(text)
    today = now.astimezone(zone).date()
    wanted = None if day is None else _DAYS.index(day.lower())
    for ahead in range(9):
        on: date = today + timedelta(days=ahead)
        at = _placed(datetime.combine(on, time(hour, minute)), zone)
        if at >= now and wanted in (None, on.weekday()):
            return at
    raise AssertionError(text)


def _placed(at: datetime, zone: tzinfo | None) -> datetime:
    """Return a time on the wall of a zone as an instant; without a zone, of the machine's."""
    return (at if zone is None else at.replace(tzinfo=zone)).astimezone(UTC)


def _unreadable(text: str) -> ValueError:
    return ValueError(f"{text!r} is no time: write 2026-12-01T08:00, 'Sat 23:00', 23:00 or now")
