"""Tweets as JSON lines, many lines at a time: what an archive is read in.

A block holds whole lines only, as many as have come and at most about a mebibyte, so that a pipe that is fed slowly
is read as it comes and a file in pieces worth handing to another process.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from tocsin.errors import ConfigError
from tocsin.sources.jsonl import MAX_LINE, unpacked, zstd_error

BLOCK_BYTES: Final = 1024 * 1024
_UNPACKED_BYTES: Final = 32 * 1024
"""What is unpacked at once: where that fails, so much before the damage is lost at most."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, and how many bytes come before them. With `is_too_long` one line of which nothing is kept."""

    lines: bytes
    begins_at: int = 0
    is_too_long: bool = False


def read_blocks(file: IO[bytes], *, name: str, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the lines of a file, plain or compressed, in order.

    The caller owns and closes `file`; `name` is for messages.

    Raises:
        ConfigError: the input can't be read, breaks off or is damaged, or needs the extra `zstd`. What could be read
            has been yielded before.
    """
    reader = _Reader()
    try:
        for piece in _pieces(file, size):
            yield from reader.lines(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstd_error()) as error:
        what = f"the compressed input breaks off or is damaged ({type(error).__name__})"
        raise ConfigError(f"{name}: {what} behind line {reader.number - 1}; what came before it was read") from error
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror or error}") from error
    yield from reader.rest()


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield what comes: of a pipe as it comes, of a file about `size` bytes at a time."""
    source: Any = unpacked(file)
    if source is file and file.seekable():
        while piece := source.read(size):
            yield piece
        return
    limit = size if source is file else _UNPACKED_BYTES
    waiting: list[bytes] = []
    waiting_bytes = 0
    try:
        while piece := source.read1(limit):
            waiting.append(piece)
            waiting_bytes += len(piece)
            if waiting_bytes >= size or not file.seekable():
                yield b"".join(waiting)
                waiting, waiting_bytes = [], 0
    except Exception:
        if waiting:
            yield b"".join(waiting)
        raise
    if waiting:
        yield b"".join(waiting)


class _Reader:
    """Cuts what comes into blocks of whole lines; `number` is that of the next line."""

    def __init__(self) -> None:
        self.number = 1
        self._at = 0
        self._begun: list[bytes] = []
        self._begun_bytes = 0

    def lines(self, piece: bytes) -> Iterator[Block]:
        end = piece.rfind(b"\n") + 1
        if end:
            yield from self._whole(piece[:end])
            piece = piece[end:]
        if piece:
            self._begun_bytes += len(piece)
            if self._begun_bytes <= MAX_LINE:
                self._begun.append(piece)
            else:
                # Too long already: its end is waited for, what it says is not kept.
                self._begun = []

    def rest(self) -> Iterator[Block]:
        if self._begun_bytes:
            yield from self._whole(b"")

    def _whole(self, piece: bytes) -> Iterator[Block]:
        """Yield the lines that `piece` ends; one that is too long, which can only be the first, apart."""
        end = piece.find(b"\n") + 1 or len(piece)
        if self._begun_bytes + end - piece.endswith(b"\n", 0, end) > MAX_LINE:
            yield Block(b"", begins_at=self._at, is_too_long=True)
            self._at += self._begun_bytes + end
            self.number += 1
            lines = piece[end:]
        else:
            lines = b"".join((*self._begun, piece)) if self._begun else piece
        self._begun, self._begun_bytes = [], 0
        if lines:
            block = Block(lines, begins_at=self._at)
            self._at += len(lines)
            self.number += lines.count(b"\n") + (not lines.endswith(b"\n"))
            yield block
