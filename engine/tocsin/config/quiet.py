"""`quiet:` of a destination: time zone, hours and days."""

import re
from datetime import time
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from tocsin.alerting.quiet import DAYS, Quiet
from tocsin.config.fitting import discreet_fit
from tocsin.config.schema import QuietShape
from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import suggest
from tocsin.model import Json, Severity

_TIME = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_NO_PLACES: Final = frozenset({"localtime", "Factory"})
"""What a system lists beside the zones: its own one, which another machine has otherwise, and one that is not set."""

_ALL_DAYS: Final = frozenset(range(len(DAYS)))


def read_quiet(value: Json, at: Path) -> tuple[Quiet | None, list[Problem]]:
    """Return the quiet hours, None where they can't be read, and what is wrong with them."""
    shape, problems = discreet_fit(QuietShape, value, at)
    if shape is None:
        return None, problems
    zone, wrong = _zone(shape.zone, (*at, "zone"))
    problems += wrong
    times: list[time | None] = []
    for key, text in (("from", shape.begins), ("to", shape.ends)):
        found, wrong = _time(text, (*at, key), may_be_24=key == "to")
        times.append(found)
        problems += wrong
    days, wrong = _days(shape.days, (*at, "days"))
    problems += wrong
    then, wrong = _then(shape.then, (*at, "then"))
    problems += wrong
    begins, ends = times
    if zone is None or begins is None or ends is None or days is None or then is None:
        return None, problems
    quiet = Quiet(
        zone=zone,
        begins=begins,
        ends=ends,
        days=days,
        then=then,
        bypass=None if shape.bypass is None else Severity(shape.bypass),
    )
    if quiet.is_endless:
        problems.append(
            Problem(
                code="endless-quiet",
                message="these quiet hours never end",
                at=(*at, "to"),
                hint="write another time than under 'from', or name `days`",
            )
        )
    return quiet, problems


def _zone(name: str, at: Path) -> tuple[ZoneInfo | None, list[Problem]]:
    # A key of zoneinfo is a path below a folder; only those that it lists are tried.
    if name in _zones():
        return ZoneInfo(name), []
    folded = {zone.lower(): zone for zone in _zones()}
    near = folded.get(name.lower().replace(" ", "_")) or _by_city(name) or suggest(name, _zones())
    hint = f"did you mean {near!r}?" if near else "write a zone of the IANA database, such as Europe/Berlin, or UTC"
    return None, [Problem(code="unknown-zone", message="no such time zone", at=at, hint=hint)]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES


def _by_city(name: str) -> str | None:
    """Return the zone of a city that was named alone, such as `berlin`."""
    city = "/" + name.lower().replace(" ", "_")
    return min((zone for zone in _zones() if zone.lower().endswith(city)), default=None)


def _time(text: str, at: Path, *, may_be_24: bool) -> tuple[time | None, list[Problem]]:
    match = _TIME.fullmatch(text.strip())
    if match is not None:
        hour, minute = int(match[1]), int(match[2])
        if hour < 24:
            return time(hour, minute), []
        if minute == 0 and may_be_24:
            return time(), []
    hint = 'write hours and minutes, such as "22:00"'
    return None, [Problem(code="bad-time-of-day", message="no time of day", at=at, hint=hint)]


def _then(text: str, at: Path) -> tuple[Literal["hold", "drop"] | None, list[Problem]]:
    match text:
        case "hold" | "drop":
            return text, []
        case _:
            near = suggest(text, ("hold", "drop"))
            hint = f"did you mean {near!r}?" if near else "one of hold, drop"
            return None, [Problem(code="bad-then", message="no such thing to do in quiet hours", at=at, hint=hint)]


def _days(value: object, at: Path) -> tuple[frozenset[int] | None, list[Problem]]:
    if value is None:
        return _ALL_DAYS, []
    items = value if isinstance(value, list) else [value]
    found: set[int] = set()
    problems: list[Problem] = []
    for index, item in enumerate(items):
        if isinstance(item, str) and item in DAYS:
            found.add(DAYS.index(item))
            continue
        near = item.lower()[:3] if isinstance(item, str) else ""
        hint = f"did you mean {near!r}?" if near in DAYS else f"there are: {', '.join(DAYS)}"
        place = (*at, index) if isinstance(value, list) else at
        problems.append(Problem(code="bad-day", message="no day of the week", at=place, hint=hint))
    if not items:
        hint = "leave it out for every day"
        problems.append(Problem(code="empty-list", message="an empty list names no day", at=at, hint=hint))
    return (None if problems else frozenset(found)), problems
