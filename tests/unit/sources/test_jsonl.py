"""Tweets as JSON lines: plain, compressed, damaged."""

import gzip
import importlib.util
import io
import json
import sys
from collections.abc import Sequence
from typing import IO

import pytest

from tocsin.errors import ConfigError
from tocsin.sources.events import Received
from tocsin.sources.jsonl import MAX_LINE, read_tweets, tweet_from_line
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import Unrecognised
from tocsin.testing import EPOCH, ManualClock

LINES = b'{"id": "1", "text": "a"}\n\n{"type": "tweet", "data": {"id": 2}}\n  \n{"id": "3"}'


def read(file: IO[bytes] | IO[str]) -> list[tuple[int, str]]:
    """Return each line's number, and its tweet's id or the reason why it is none."""
    found = []
    for line in read_tweets(file, source="test", clock=ManualClock()):
        match line.content:
            case Received(tweet):
                found.append((line.number, tweet.id + ""))
            case Malformed(reason):
                found.append((line.number, reason))
            case Unrecognised(kind):
                found.append((line.number, f"type {kind}"))
    return found


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(io.BytesIO(LINES), id="binary"),
        pytest.param(io.BufferedReader(io.BytesIO(LINES)), id="pipe"),
        pytest.param(io.StringIO(LINES.decode()), id="text"),
        pytest.param(io.BytesIO(gzip.compress(LINES)), id="gzip"),
        pytest.param(io.BytesIO(LINES.replace(b"\n", b"\r\n")), id="CR LF"),
    ],
)
def test_bare_tweets_and_messages_of_the_stream_are_read_from_any_file(file: IO[bytes] | IO[str]) -> None:
    assert read(file) == [(1, "1"), (3, "2"), (5, "3")]


def test_a_bad_line_is_reported_with_its_number_and_the_next_is_read() -> None:
    file = io.BytesIO(b'junk\n\xff\n{"type": "subscribed"}\n[]\n{"id": "1"}\n')
    assert read(file) == [
        (1, "not JSON: Expecting value at character 1"),
        (2, "not UTF-8"),
        (3, "type subscribed"),
        (4, "a list, not an object"),
        (5, "1"),
    ]


def test_a_line_without_end_is_passed_over_within_bounded_memory() -> None:
    file = io.BytesIO(b"x" * (3 * MAX_LINE) + b'\n{"id": "1"}\n')
    assert read(file) == [(1, f"longer than {MAX_LINE} bytes"), (2, "1")]


def test_a_truncated_gzip_file_ends_with_what_is_wrong() -> None:
    many = b'{"id": "1"}\n' * 50_000
    lines = read(io.BytesIO(gzip.compress(many)[:-20]))
    assert lines[0] == (1, "1")
    assert lines[-1][1] == "the compressed input breaks off or is damaged (EOFError)"


def test_text_in_another_encoding_ends_with_what_is_wrong() -> None:
    file = io.TextIOWrapper(io.BytesIO(b'{"id": "1"}\n\xff\n'), encoding="utf-8")
    assert read(file)[-1][1] == "not text in the encoding that the file was opened with"


def test_the_caller_keeps_the_file() -> None:
    file = io.BytesIO(gzip.compress(LINES))
    read(file)
    assert not file.closed


def test_zstandard_without_its_extra_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ConfigError, match=r"tocsin\[zstd\]"):
        read(io.BytesIO(b"\x28\xb5\x2f\xfd...."))


@pytest.mark.skipif(importlib.util.find_spec("zstandard") is None, reason="the extra `zstd` is not installed")
def test_zstandard_is_read_where_its_extra_is_installed() -> None:
    packed = importlib.import_module("zstandard").compress(LINES + b"\n")
    assert read(io.BytesIO(packed)) == [(1, "1"), (3, "2"), (5, "3")]
    assert read(io.BytesIO(packed * 500))[-1] == (2500, "3")
    assert "breaks off or is damaged" in read(io.BytesIO(packed[:-1]))[-1][1]
    assert "breaks off or is damaged" in read(io.BytesIO(packed[:8] + b"\xff" * 40))[-1][1]


@pytest.mark.parametrize(
    ("record", "tweet_id"),
    [({"id": "1", "type": "tweet"}, "1"), ({"type": "tweet", "data": {"id": "2"}, "id": "9"}, "2"), ({"id": 3}, "3")],
)
def test_a_bare_tweet_may_have_a_type_of_its_own(record: dict[str, Sequence[str]], tweet_id: str) -> None:
    line = tweet_from_line(json.dumps(record), source="test", received_at=EPOCH)
    assert isinstance(line, Received)
    assert line.tweet.id == tweet_id
