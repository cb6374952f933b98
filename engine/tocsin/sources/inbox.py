"""The bounded queue between a source and the engine, in which messages wait unread.

To read a message costs ten times what it takes to receive it. So it is read when the engine takes it, and what must be
given up because the engine can't keep up has cost next to nothing.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias

import anyio

from tocsin.model import Gap
from tocsin.sources.events import Connected, Disconnected, Received, SourceEvent

CAPACITY: Final = 50_000
"""Messages that wait at the most."""

CAPACITY_BYTES: Final = 32 * 1024 * 1024
"""Bytes that they have together at the most: a message may have a mebibyte."""

_CAUSE: Final = "the queue was full: tweets came faster than they were evaluated"

News: TypeAlias = Connected | Disconnected


class Reader(Protocol):
    """Knows what a source's messages mean."""

    def read(self, messages: Sequence[bytes], came_at: datetime) -> list[SourceEvent]:
        """Return what each of the messages means, one event for each, in order."""
        ...

    def tweets_among(self, messages: Sequence[bytes], came_at: datetime) -> int:
        """Return how many of the messages, which nobody is going to read, are tweets."""
        ...


@dataclass(slots=True)
class _Parcel:
    """Messages that came together and are still to be read."""

    messages: Sequence[bytes]
    came_at: datetime
    reader: Reader


@dataclass(frozen=True, slots=True)
class _Known:
    """An event that was put as it is."""

    event: SourceEvent
    size_bytes: int


class Inbox:
    """A bounded queue between one source and the engine; when full, the oldest message goes, tweets counted.

    News of the connection is kept as long as there is anything else to give up.

    Belongs to one event loop: `put` and `take` may be called by different tasks, not by different threads.
    """

    def __init__(self, capacity: int = CAPACITY, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._items: deque[_Parcel | _Known] = deque()
        self._waiting = 0
        self._waiting_bytes = 0
        self._filled = anyio.Event()
        self._emptied = anyio.Event()
        self._closed = False
        self._nudged = False
        self._shed = 0
        self._shed_gap: Gap | None = None

    def put(self, event: SourceEvent, size_bytes: int = 0) -> None:
        """Append an event without waiting; `size_bytes` is how long the message was that said it."""
        self._items.append(_Known(event, size_bytes))
        self._came(1, size_bytes)

    def put_unread(self, messages: Sequence[bytes], came_at: datetime, reader: Reader) -> None:
        """Append messages that came together, without waiting; `reader` is asked about them when they are taken."""
        if messages:
            self._items.append(_Parcel(messages, came_at, reader))
            self._came(len(messages), sum(map(len, messages)))

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
        return self._closed and not self._items

    @property
    def waiting(self) -> int:
        """How many messages and news wait to be taken."""
        return self._waiting

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
        while self._waiting >= self._capacity or self._waiting_bytes >= self._capacity_bytes:
            self._emptied = anyio.Event()
            await self._emptied.wait()

    def give_up(self) -> tuple[list[News], int]:
        """Empty the queue; return the news of the connection that was in it, oldest first, and how many tweets."""
        news: list[News] = []
        tweets = 0
        for item in self._items:
            if isinstance(item, _Parcel):
                tweets += item.reader.tweets_among(item.messages, item.came_at)
            elif isinstance(item.event, Connected | Disconnected):
                news.append(item.event)
            else:
                tweets += isinstance(item.event, Received)
        self._items.clear()
        self._waiting = self._waiting_bytes = 0
        return news, tweets

    async def take(self, limit: int) -> list[SourceEvent]:
        """Wait for at least one event and return what is there, oldest first, at most `limit`.

        Empty when closed or nudged.
        """
        while not self._items and not self._closed and not self._nudged:
            self._filled = anyio.Event()
            await self._filled.wait()
        self._nudged = False
        return self.take_now(limit)

    def take_now(self, limit: int) -> list[SourceEvent]:
        """Return what is there, oldest first, at most `limit`; messages are read now."""
        taken: list[SourceEvent] = []
        while self._items and len(taken) < limit:
            item = self._items[0]
            if isinstance(item, _Known):
                self._items.popleft()
                self._went(1, item.size_bytes)
                taken.append(item.event)
            else:
                taken += item.reader.read(self._part(item, limit - len(taken)), item.came_at)
        self._emptied.set()
        return taken

    def _came(self, count: int, size_bytes: int) -> None:
        self._waiting += count
        self._waiting_bytes += size_bytes
        if self._is_too_full:
            self._make_room()
        self._filled.set()

    def _went(self, count: int, size_bytes: int) -> None:
        self._waiting -= count
        self._waiting_bytes -= size_bytes

    @property
    def _is_too_full(self) -> bool:
        return self._waiting > self._capacity or self._waiting_bytes > self._capacity_bytes

    def _part(self, parcel: _Parcel, count: int) -> Sequence[bytes]:
        """Take so many messages out of the parcel that is first, all if there are no more; it goes when it is empty."""
        part = parcel.messages[:count]
        parcel.messages = parcel.messages[count:]
        if not parcel.messages:
            self._items.popleft()
        self._went(len(part), sum(map(len, part)))
        return part

    def _make_room(self) -> None:
        """Give up the oldest messages until the rest is within the limits."""
        passed: list[_Known] = []
        while self._is_too_full and self._items:
            item = self._items[0]
            if isinstance(item, _Parcel):
                part = self._part(item, self._excess(item.messages))
                self._note_shed(item.reader.tweets_among(part, item.came_at), item.came_at)
            else:
                self._items.popleft()
                if isinstance(item.event, Connected | Disconnected):
                    passed.append(item)
                    continue
                self._went(1, item.size_bytes)
                if isinstance(item.event, Received):
                    self._note_shed(1, item.event.tweet.received_at)
        # Nothing but news is left to give up.
        while self._is_too_full and passed:
            self._went(1, passed.pop(0).size_bytes)
        self._items.extendleft(reversed(passed))

    def _excess(self, messages: Sequence[bytes]) -> int:
        """Return how many of the first messages must go, all if that isn't enough."""
        count = min(max(self._waiting - self._capacity, 0), len(messages))
        left_bytes = self._waiting_bytes - sum(map(len, messages[:count]))
        while left_bytes > self._capacity_bytes and count < len(messages):
            left_bytes -= len(messages[count])
            count += 1
        return count

    def _note_shed(self, count: int, at: datetime) -> None:
        if not count:
            return
        self._shed += count
        since = at if self._shed_gap is None else min(self._shed_gap.since, at)
        self._shed_gap = Gap(since, max(since, at), _CAUSE)
