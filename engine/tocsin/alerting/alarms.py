"""When something named is due: the earliest first."""

import heapq
from datetime import UTC, datetime, timedelta
from typing import Final

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""An instant that is always past."""


class Alarms:
    """One instant for each name; finding the next is cheap, however many there are."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        # May hold entries that no longer stand; `_at` says which do.
        self._heap: list[tuple[datetime, str]] = []

    def set(self, name: str, at: datetime) -> None:
        """Let `name` be due at an instant, in place of any other."""
        self._at[name] = at
        heapq.heappush(self._heap, (at, name))
        if len(self._heap) > 64 + 2 * len(self._at):
            self._rebuild()

    def cancel(self, name: str) -> None:
        """Let `name` be due no more."""
        self._at.pop(name, None)

    def next_at(self) -> datetime | None:
        """Return when the next is due, None if nothing is."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[str, datetime]:
        """Return what is due next and when, and let it be due no more.

        Raises:
            IndexError: nothing is.
        """
        self.next_at()
        at, name = heapq.heappop(self._heap)
        del self._at[name]
        return name, at

    def shift(self, by: timedelta) -> None:
        """Let everything be due so much later, but for what is due at once."""
        self._at = {name: at if at == AT_ONCE else at + by for name, at in self._at.items()}
        self._rebuild()

    def _rebuild(self) -> None:
        self._heap = [(at, name) for name, at in self._at.items()]
        heapq.heapify(self._heap)
