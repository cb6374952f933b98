"""Tweets as JSON lines: bare tweets or messages of the stream, plain or compressed, read as they come."""

import gzip
import importlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final

from tocsin.clock import Clock
from tocsin.errors import ConfigError
from tocsin.sources.events import Received
from tocsin.sources.scrapest.decode import Malformed, parse_object
from tocsin.sources.scrapest.protocol import Read, message_of
from tocsin.sources.scrapest.tweet import tweet_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_LINE: Final = 1024 * 1024
"""The longest line that is read, in bytes or characters, as for a message of the stream."""

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line held; `number` counts from 1, empty lines included. `size` is in bytes or characters."""

    number: int
    content: Read
    size: int = 0


def read_tweets(file: IO[bytes] | IO[str], *, source: str, clock: Clock) -> Iterator[Line]:
    """Yield what each line holds, in order, as it is read; empty lines are passed over.

    Binary files may be compressed with gzip or zstandard, told by their first bytes, so that pipes work too. Input that
    breaks off or can't be unpacked ends with a Malformed line. The caller owns and closes `file`.

    Raises:
        ConfigError: the input is zstandard and the extra `zstd` is not installed.
        OSError: the file can't be read.
    """
    lines = unpacked(file)
    number = 0
    while True:
        number += 1
        try:
            line = lines.readline(MAX_LINE + 1)
            is_too_long = len(line) > MAX_LINE
            if is_too_long:
                _skip_rest(lines, line)
        except (EOFError, gzip.BadGzipFile, zlib.error, zstd_error()) as error:
            yield Line(number, Malformed(f"the compressed input breaks off or is damaged ({type(error).__name__})"))
            return
        except UnicodeDecodeError:
            yield Line(number, Malformed("not text in the encoding that the file was opened with"))
            return
        if not line:
            return
        if is_too_long:
            yield Line(number, Malformed(f"longer than {MAX_LINE} bytes"))
        elif line.strip():
            yield Line(number, tweet_from_line(line, source=source, received_at=clock.now()), len(line))


def tweet_from_line(line: str | bytes, *, source: str, received_at: datetime) -> Read:
    """Return the tweet that a line holds, bare or as `{"type": "tweet", "data": …}`, or why there is none."""
    parsed = parse_object(line)
    if isinstance(parsed, Malformed):
        return parsed
    # A bare tweet may have a field `type` of its own; a message of the stream has no id.
    if "type" in parsed and ("data" in parsed or "id" not in parsed):
        return message_of(parsed, line, source=source, received_at=received_at)
    tweet = tweet_of(parsed, line, source=source, received_at=received_at)
    return tweet if isinstance(tweet, Malformed) else Received(tweet)


def unpacked(file: IO[Any]) -> IO[Any]:
    """Return what reads the content of a file: one that unpacks, or the file itself.

    Raises:
        ConfigError: it is zstandard and the extra `zstd` is not installed.
    """
    if isinstance(file.read(0), str):
        return file
    file, start = _peek(file)
    if start.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    if start.startswith(_ZSTD):
        return io.BufferedReader(_ZstdReader(file, _zstandard().ZstdDecompressor()))
    return file


def _peek(file: IO[Any]) -> tuple[IO[Any], bytes]:
    """Return the file, still at its beginning, and its first bytes."""
    peek = getattr(file, "peek", None)
    if peek is None and file.seekable():
        start = file.read(len(_ZSTD))
        file.seek(-len(start), io.SEEK_CUR)
        return file, start
    if peek is None:
        buffered = io.BufferedReader(file)  # type: ignore[type-var]
        return buffered, buffered.peek(len(_ZSTD))
    return file, peek(len(_ZSTD))


def _skip_rest(lines: IO[Any], line: str | bytes) -> None:
    while line and line[-1:] not in ("\n", b"\n"):
        line = lines.readline(MAX_LINE)


class _ZstdReader(io.RawIOBase):
    """Unpacks zstandard frames, and raises EOFError where the last one breaks off; zstandard's own reader doesn't."""

    # Four bytes can unpack to 128 KiB: small pieces keep what a hostile file takes of the memory to 64 MiB.
    _PIECE_BYTES: Final = 2048

    def __init__(self, file: IO[bytes], decompressor: Any) -> None:
        self._file = file
        self._decompressor = decompressor
        self._frame: Any = None
        self._packed = b""
        self._unpacked = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._unpacked:
            piece = self._packed or self._file.read(self._PIECE_BYTES)
            if not piece:
                if self._frame is not None:
                    raise EOFError("the last frame breaks off")
                return 0
            self._unpack(piece)
        target = memoryview(buffer)
        size = min(len(target), len(self._unpacked))
        target[:size], self._unpacked = self._unpacked[:size], self._unpacked[size:]
        return size

    def _unpack(self, piece: bytes) -> None:
        if self._frame is None:
            self._frame = self._decompressor.decompressobj()
        self._unpacked = memoryview(self._frame.decompress(piece))
        self._packed = self._frame.unused_data
        if self._frame.eof:
            self._frame = None


def _zstandard() -> Any:
    try:
        return importlib.import_module("zstandard")
    except ImportError as error:
        raise ConfigError("reading .zst needs an extra package: pip install 'tocsin[zstd]'") from error


def zstd_error() -> type[Exception]:
    """Return zstandard's error where that is installed; else one that is expected anyway."""
    try:
        return importlib.import_module("zstandard").ZstdError  # type: ignore[no-any-return]
    except ImportError:
        return EOFError
