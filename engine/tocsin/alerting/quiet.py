"""Quiet hours: when a destination is left in peace, by the clock on the wall of its time zone; pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from tocsin.model import Severity

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which a destination hears nothing.

    From `begins` to `ends` by the wall clock of `zone`; an end that isn't after the beginning is on the next day.
    `days` are those on which a stretch begins, Monday at 0. What is as loud as `bypass`, or louder, is let through.
    """

    zone: tzinfo
    begins: time
    ends: time
    days: frozenset[int] = frozenset(range(7))
    then: Literal["hold", "drop"] = "hold"
    bypass: Severity | None = None

    @property
    def is_endless(self) -> bool:
        """Whether nothing would ever be let through: every day, around the clock."""
        return self.begins == self.ends and len(self.days) == len(DAYS)


def held_until(at: datetime, quiet: Quiet) -> datetime | None:
    """Return when the quiet that an instant falls into ends, in UTC; None if there is none.

    A time that the wall clock skips in spring is the moment of the jump. Of one that it shows twice in autumn, quiet
    begins at the first and ends at the second. Stretches that touch are one.
    """
    until: datetime | None = None
    # Stretches that touch are at most one a day, and without one day there is a break.
    for _ in range(len(DAYS) + 1):
        later = _end_of_stretch(until or at, quiet)
        if later is None:
            break
        until = later
    return until


def _end_of_stretch(at: datetime, quiet: Quiet) -> datetime | None:
    today = at.astimezone(quiet.zone).date()
    ends: list[datetime] = []
    # A stretch lasts at most a day; with the clock put back it may still be on a day later.
    for day in (today - 2 * _DAY, today - _DAY, today):
        if day.weekday() not in quiet.days:
            continue
        begins = instant(day, quiet.begins, quiet.zone, last=False)
        end_day = day if quiet.ends > quiet.begins else day + _DAY
        end = instant(end_day, quiet.ends, quiet.zone, last=True)
        if begins <= at < end:
            ends.append(end)
    return max(ends, default=None)


def instant(day: date, wall: time, zone: tzinfo, *, last: bool) -> datetime:
    """Return when the wall clock of a zone shows a time on a day, in UTC.

    Of two such moments the `last` or the first; if there is none, the moment at which the clock jumps over it.
    """
    first, second = (_shown(day, wall, zone, fold) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, wall):
        return second if last else first
    # Skipped: the two readings, with the offset before and after the jump, lie on both sides of it.
    early, late = min(first, second), max(first, second)
    return _jump_between(early, late, zone)


def _shown(day: date, wall: time, zone: tzinfo, fold: int) -> datetime:
    return datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)


def _jump_between(early: datetime, late: datetime, zone: tzinfo) -> datetime:
    """Return the first moment, to the second, at which the later of two offsets is in force."""
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + ((late - early) / 2)
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    # Clocks change on a full second.
    return late.replace(microsecond=0)
