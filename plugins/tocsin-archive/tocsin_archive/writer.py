"""Files of whole zstandard frames: what was flushed can be read, whatever happens. The only importer of zstandard.

A file is written once, from its beginning: `DAY/TIME.jsonl.zst`, by the day and time (UTC) of its first tweet. Each
start and each day begin a new one.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import zstandard

FRAME_TWEETS: Final = 1_000
"""Tweets in a frame at the most. A crash loses the frame that is open: those, or what came since the last flush."""


class Archive:
    """Appends tweets to the file of their day. Belongs to one thread."""

    def __init__(self, folder: Path, *, level: int, flush_s: float) -> None:
        self._folder = folder
        self._flush_s = flush_s
        self._compressor = zstandard.ZstdCompressor(level=level, write_checksum=True)
        self._file: IO[bytes] | None = None
        self._day = ""
        self._lines: list[bytes] = []
        self._since = datetime.min.replace(tzinfo=UTC)

    def keep(self, data: Mapping[str, Any], at: datetime) -> None:
        """Keep one tweet that came at an instant.

        Raises:
            OSError: the file can't be written; the tweets of the open frame are kept for the next try, if they are not
                too many.
        """
        day = at.astimezone(UTC).date().isoformat()
        if day != self._day:
            self.close()
            self._day = day
        if not self._lines:
            self._since = at
        # ASCII: tweets may hold lone surrogates, which UTF-8 can't.
        self._lines.append(json.dumps(data, separators=(",", ":"), default=dict).encode("ascii") + b"\n")
        if len(self._lines) >= FRAME_TWEETS or (at - self._since).total_seconds() >= self._flush_s:
            self._write()

    def close(self) -> None:
        """Write what is left and end the file; the next tweet begins another.

        Raises:
            OSError: the file can't be written.
        """
        try:
            if self._lines:
                self._write()
        finally:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        try:
            if self._file is None:
                self._file = self._opened()
            self._file.write(self._compressor.compress(b"".join(lines)))
            self._file.flush()
        except OSError:
            # Half a frame may be in the file: what is written from now on goes into another one.
            file, self._file = self._file, None
            if file is not None:
                file.close()
            self._lines = lines[: FRAME_TWEETS - 1]
            raise

    def _opened(self) -> IO[bytes]:
        folder = self._folder / self._day
        folder.mkdir(parents=True, exist_ok=True)
        name = self._since.astimezone(UTC).strftime("%H%M%S")
        for number in range(10_000):
            path = folder / f"{name}{f'-{number}' if number else ''}.jsonl.zst"
            try:
                return path.open("xb")
            except FileExistsError:
                continue
        raise FileExistsError(f"{folder} has 10,000 files of one second")
