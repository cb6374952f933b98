"""What a source is to the engine: something that fills an inbox until it is cancelled, ends, or is refused."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import anyio

from tocsin.model import Gap
from tocsin.sources.events import Connected, Disconnected, Duplicate, Received, SourceEvent, Unusable

__all__ = ["Connected", "Disconnected", "Duplicate", "Inbox", "Received", "Source", "SourceEvent", "Unusable"]


class Inbox:
    """A bounded queue between one source and the engine; when full, the oldest message goes, counted.

    News of the connection is kept as long as there is anything else to give up.

    Belongs to one event loop: `put` and `take` may be called by different tasks, not by different threads.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._events: deque[SourceEvent] = deque()
        self._filled = anyio.Event()
        self._emptied = anyio.Event()
        self._closed = False
        self._nudged = False
        self._shed = 0
        self._shed_gap: Gap | None = None

    def put(self, event: SourceEvent) -> None:
        """Append an event without waiting; past the capacity the oldest message is given up, tweets counted."""
        if len(self._events) >= self._capacity:
            self._give_up_oldest()
        self._events.append(event)
        self._filled.set()

    def put_all(self, events: Sequence[SourceEvent]) -> None:
        """Append events that came together, as `put` does one by one."""
        if len(self._events) + len(events) <= self._capacity:
            self._events.extend(events)
            self._filled.set()
            return
        for event in events:
            self.put(event)

    def close(self) -> None:
        """Say that nothing more will come; `take` then returns what is left, then empty lists."""
        self._closed = True
        self._filled.set()

    def nudge(self) -> None:
        """Let a `take` that waits, or the next one, return at once, with whatever is there."""
        self._nudged = True
        self._filled.set()

    @property
    def is_drained(self) -> bool:
        """Whether the source has ended and everything was taken."""
        return self._closed and not self._events

    @property
    def waiting(self) -> int:
        """How many events wait to be taken."""
        return len(self._events)

    def take_shed(self) -> int:
        """Return how many tweets were given up since the last call."""
        shed, self._shed = self._shed, 0
        return shed

    def take_shed_gap(self) -> Gap | None:
        """Return the stretch from the first to the last tweet given up since the last call, None if there is none."""
        gap, self._shed_gap = self._shed_gap, None
        return gap

    async def wait_for_room(self) -> None:
        """Wait until an event can be put without giving up another; for sources that can hold back, e.g. files."""
        while len(self._events) >= self._capacity:
            self._emptied = anyio.Event()
            await self._emptied.wait()

    def give_up(self) -> list[SourceEvent]:
        """Empty the queue and return what was in it, oldest first."""
        events, self._events = list(self._events), deque()
        return events

    async def take(self, limit: int) -> list[SourceEvent]:
        """Wait for at least one event and return what is there, oldest first, at most `limit`.

        Empty when closed or nudged.
        """
        while not self._events and not self._closed and not self._nudged:
            self._filled = anyio.Event()
            await self._filled.wait()
        self._nudged = False
        if len(self._events) <= limit:
            taken = list(self._events)
            self._events.clear()
        else:
            taken = [self._events.popleft() for _ in range(limit)]
        self._emptied.set()
        return taken

    def _give_up_oldest(self) -> None:
        for index, event in enumerate(self._events):
            if isinstance(event, Connected | Disconnected):
                continue
            del self._events[index]
            if isinstance(event, Received):
                self._note_shed(event.tweet.received_at)
            return
        self._events.popleft()

    def _note_shed(self, at: datetime) -> None:
        self._shed += 1
        since = at if self._shed_gap is None else min(self._shed_gap.since, at)
        self._shed_gap = Gap(since, max(since, at), "the queue was full: tweets came faster than they were evaluated")


class Source(Protocol):
    """Fills an inbox with what it sees."""

    async def run(self, inbox: Inbox) -> None:
        """Put events into the inbox until cancelled, or until the source has no more.

        Raises:
            StreamRefused: the provider refused us for good.
        """
        ...
