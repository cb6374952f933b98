"""How often a rule may speak: what `throttle:` and `budget:` say once they are read; and the rates of all settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tocsin.logic.ast import Expr

Then: TypeAlias = Literal["count", "update", "digest"]
"""What becomes of what a throttle held back: told with the next alert, in one alert of its own, or in a digest."""

Unit: TypeAlias = Literal["second", "minute", "hour", "day"]

_PERIODS: Final = MappingProxyType(
    {
        "second": timedelta(seconds=1),
        "minute": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "day": timedelta(days=1),
    }
)
_UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "s": "second",
        "second": "second",
        "m": "minute",
        "min": "minute",
        "minute": "minute",
        "h": "hour",
        "hour": "hour",
        "d": "day",
        "day": "day",
    }
)
RATE_PATTERN: Final = rf"\s*([0-9]{{1,9}})\s*/\s*({'|'.join(sorted(_UNITS, reverse=True))})\s*"
"""How a rate is written, as a regular expression: longer names of a unit before shorter ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """One alert for each value of `per` (None: for the rule) in every stretch of `every`."""

    every: timedelta
    per: Expr | None = None
    then: Then = "count"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a period: `limit` is 1 or more, `unit` names the period."""

    limit: int
    unit: Unit

    @property
    def period(self) -> timedelta:
        """How long the period is."""
        return _PERIODS[self.unit]

    def __str__(self) -> str:
        return f"{self.limit}/{self.unit}"


def parse_rate(text: str, *, quoted: bool = True) -> Rate:
    """Return the rate that a text such as `5/day`, `30/h` or `100/min` means.

    A message quotes the text unless it isn't to be `quoted`, where it may be a secret in the wrong place.

    Raises:
        ValueError: the text is no rate, or one of none at all; the message says what to write.
    """
    found = re.fullmatch(RATE_PATTERN, text)
    named = repr(text) if quoted else "it"
    if found is None:
        raise ValueError(f"{named} is no rate: write how many in a minute, an hour or a day, such as 5/day or 30/h")
    if int(found[1]) == 0:
        raise ValueError(f"{named} lets nothing pass: write 1 or more, such as 5/day")
    return Rate(int(found[1]), _UNITS[found[2]])
