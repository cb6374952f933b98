"""The source that reads tweets from a file instead of the stream, as fast as the engine takes them."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, assert_never

import anyio.to_thread

from tocsin.clock import Clock
from tocsin.errors import ConfigError
from tocsin.sources.jsonl import Line, read_tweets
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import Unrecognised
from tocsin.sources.source import Connected, Inbox, Received, SourceEvent, Unusable

_BATCH: Final = 200


class ReplaySource:
    """Puts the tweets of a JSON-lines file into an inbox, then ends; a line that is none is reported with its number.

    Repeats are passed on: a file is what somebody chose to replay.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    async def run(self, inbox: Inbox) -> None:
        """Put every line's tweet, in order, waiting while the inbox is full, so that none is given up.

        Raises:
            ConfigError: the file can't be read.
        """
        try:
            # A worker thread reads, since the file may be slow; one batch at a time, so that it need not fit in memory.
            file = await anyio.to_thread.run_sync(lambda: self._path.open("rb"))
            with file:
                inbox.put(Connected(self._clock.now()))
                lines = read_tweets(file, source="replay", clock=self._clock)
                while batch := await anyio.to_thread.run_sync(_take, lines):
                    for line in batch:
                        await inbox.wait_for_room()
                        inbox.put(self._event_of(line), line.size)
        except OSError as error:
            raise ConfigError(f"source.path: {self._path} can't be read: {error.strerror}") from error

    def _event_of(self, line: Line) -> SourceEvent:
        match line.content:
            case Received() as received:
                return received
            case Malformed(reason):
                return Unusable(self._clock.now(), f"{self._path.name}:{line.number}: {reason}")
            case Unrecognised(kind):
                reason = f"{self._path.name}:{line.number}: a message of type {kind}"
                return Unusable(self._clock.now(), reason, expected=True)
            case _:
                assert_never(line.content)


def _take(lines: Iterator[Line]) -> list[Line]:
    return list(islice(lines, _BATCH))
