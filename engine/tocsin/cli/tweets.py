"""Tweets for a command: from a file or standard input, one a line, or a single one over many lines."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Final

from tocsin.clock import Clock
from tocsin.errors import ConfigError
from tocsin.model import Tweet
from tocsin.sources.events import Received
from tocsin.sources.jsonl import MAX_LINE, Line, read_tweets

_OPENING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\n")
"""How JSON begins that goes on in the next line."""


def tweets_in(name: str, *, source: str, clock: Clock) -> Iterator[Tweet | tuple[int, str]]:
    """Yield each tweet in a file (`-`: standard input), and the number of each line that is none with the reason.

    Raises:
        ConfigError: the file can't be read.
    """
    try:
        with _opened(name) as file:
            for line in read_tweets(_one_a_line(file), source=source, clock=clock):
                yield _content(line)
    except OSError as error:
        raise ConfigError(f"{name}: can't be read: {error.strerror}") from error


def _content(line: Line) -> Tweet | tuple[int, str]:
    match line.content:
        case Received(tweet):
            return tweet
        case content:
            return line.number, getattr(content, "reason", "a message of the stream that holds no tweet")


def _opened(name: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _one_a_line(file: IO[bytes]) -> IO[bytes]:
    """Return the file; where it is one JSON object over many lines, that object in one."""
    if not isinstance(file, BufferedReader) or not _OPENING.match(file.peek(64)):
        return file
    whole = file.read(MAX_LINE + 1)
    try:
        return BytesIO(json.dumps(json.loads(whole)).encode())
    except (ValueError, RecursionError):
        return BytesIO(whole)
