"""A plain file of lines, cut where lines end and not yet read: each of several processes reads its own spans."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from tocsin.errors import ConfigError
from tocsin.sources.blocks import BLOCK_BYTES, Block
from tocsin.sources.jsonl import MAX_LINE, unpacked

_GLANCE: Final = 4096
"""Bytes looked at for the end of a line at first: a tweet or two."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole lines of a file: so many bytes from a place on."""

    begins_at: int
    size_bytes: int


def can_be_cut(file: IO[bytes]) -> bool:
    """Whether a file is plain and can be read from any place on; it is then at its beginning."""
    return file.seekable() and unpacked(file) is file and file.seek(0) == 0


def read_spans(file: IO[bytes], *, name: str, size: int = BLOCK_BYTES) -> Iterator[Span | Block]:
    """Yield what a file's lines stand in, in order: spans of at most `size` bytes or of one line, and lines too long.

    Raises:
        ConfigError: the file can't be read.
    """
    cutter = _Cutter(file)
    begin = 0
    try:
        # What is added meanwhile is read too.
        while begin < (file_end := file.seek(0, 2)):
            end = file_end if file_end - begin <= size else cutter.last_end(begin, begin + size)
            if end is None:
                end = cutter.next_end(begin + size, file_end)
            is_too_long = end - begin > MAX_LINE + len(b"\n")
            yield Block(b"", begins_at=begin, is_too_long=True) if is_too_long else Span(begin, end - begin)
            begin = end
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror or error}") from error


def block_of(span: Span, file: IO[bytes], *, name: str) -> Block:
    """Return the lines of a span, read from its file.

    Raises:
        ConfigError: they are no longer there, or can't be read.
    """
    try:
        file.seek(span.begins_at)
        lines = file.read(span.size_bytes)
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror or error}") from error
    if len(lines) < span.size_bytes:
        raise ConfigError(f"{name}: became shorter while it was read")
    return Block(lines, begins_at=span.begins_at)


class _Cutter:
    """Finds where lines end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def last_end(self, begin: int, limit: int) -> int | None:
        """Return where the last line ends that ends within two places, None if none does."""
        glance = _GLANCE
        while True:
            start = max(begin, limit - glance)
            newline = self._bytes(start, limit - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            if start == begin:
                return None
            glance *= 8

    def next_end(self, begin: int, file_end: int) -> int:
        """Return where the line ends that goes on at a place."""
        while begin < file_end:
            piece = self._bytes(begin, BLOCK_BYTES)
            newline = piece.find(b"\n")
            if newline >= 0:
                return begin + newline + 1
            begin += len(piece)
            if not piece:
                break
        return file_end

    def _bytes(self, begin: int, size: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(size)
