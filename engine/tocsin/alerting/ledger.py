"""What must survive a restart: named records, of which those that changed go into the next transaction."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

Record: TypeAlias = Mapping[str, Any]
"""A JSON object."""

NOTHING: Final[Mapping[str, "Record | None"]] = MappingProxyType({})
"""No change of any record."""


class Ledger:
    """Gathers changes until they are taken; the last word on a name counts.

    Names are paths: `throttle/RULE/…`. Whoever owns what is behind the first slash reads it back at the next start.
    """

    def __init__(self) -> None:
        self._changed: dict[str, Record | None] = {}

    def put(self, name: str, record: Record) -> None:
        """Keep a record in the place of what has its name."""
        self._changed[name] = record

    def drop(self, name: str) -> None:
        """Keep nothing under a name."""
        self._changed[name] = None

    def __bool__(self) -> bool:
        """Whether there is anything to take."""
        return bool(self._changed)

    def take(self) -> dict[str, Record | None]:
        """Return what changed since the last call, by name; None for what is to be forgotten."""
        changed, self._changed = self._changed, {}
        return changed
