"""Where failures of plugins are told that come up deep inside the engine, where there is neither clock nor journal."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.journal import PluginFailed

LIMIT: Final = 1_000
"""How many are kept until somebody asks; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a plugin did wrong: `hook` names what was called."""

    plugin: str
    hook: str
    error: str


class Faults:
    """Keeps faults until they can be journalled. May be used by several threads.

    What comes up with every tweet is told the first time, the second, the fourth, the eighth and so on.
    """

    def __init__(self) -> None:
        self._told: deque[Fault] = deque(maxlen=LIMIT)
        self._counts: dict[tuple[str, str], int] = {}

    def tell(self, plugin: str, hook: str, error: str) -> None:
        """Keep a fault, if it is one of those to tell."""
        count = self._counts[plugin, hook] = self._counts.get((plugin, hook), 0) + 1
        if count & (count - 1) == 0:
            times = f" ({count} failures so far)" if count > 1 else ""
            self._told.append(Fault(plugin, hook, f"{error}{times}"))

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many failures there were, by plugin and hook."""
        return dict(self._counts)

    def taken(self, now: datetime) -> tuple[PluginFailed, ...]:
        """Return what was told since the last call as entries of the journal."""
        entries: list[PluginFailed] = []
        while self._told:
            fault = self._told.popleft()
            entries.append(PluginFailed(at=now, plugin=fault.plugin, hook=fault.hook, error=fault.error))
        return tuple(entries)
