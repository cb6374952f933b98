"""Spans: a plain file cut where lines end, whoever reads them."""

import io
from pathlib import Path
from random import Random

import pytest

from tocsin.errors import ConfigError
from tocsin.sources.blocks import Block, read_blocks
from tocsin.sources.jsonl import MAX_LINE
from tocsin.sources.spans import Span, block_of, can_be_cut, read_spans

SIZES = [1, 7, 100, 5000, 100_000]


def read(content: bytes, size: int) -> list[Block]:
    file = io.BytesIO(content)
    pieces = list(read_spans(file, name="tweets", size=size))
    return [piece if isinstance(piece, Block) else block_of(piece, file, name="tweets") for piece in pieces]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", [b"\n", b""])
def test_spans_are_the_lines_of_the_file_each_whole(size: int, end: bytes) -> None:
    rng = Random(size)
    content = b"\n".join(b"x" * rng.choice([0, 1, 5, 90, 4000, 20_000]) for _ in range(60)) + end
    blocks = read(content, size)
    assert b"".join(block.lines for block in blocks) == content
    assert all(block.lines.endswith(b"\n") for block in blocks[:-1])
    assert all(len(block.lines) <= size or block.lines.count(b"\n", 0, -1) == 0 for block in blocks)


def test_an_empty_file_has_no_spans() -> None:
    assert read(b"", 100) == []


@pytest.mark.parametrize("beyond", [0, 1, 2 * MAX_LINE])
def test_a_line_too_long_is_told_as_blocks_tell_it(beyond: int) -> None:
    content = b'{"id": "1"}\n' + b"x" * (MAX_LINE + beyond) + b'\n{"id": "2"}\n'
    as_blocks = list(read_blocks(io.BytesIO(content), name="tweets"))
    told = [(block.begins_at, block.is_too_long) for block in read(content, MAX_LINE) if block.is_too_long]
    assert told == [(block.begins_at, True) for block in as_blocks if block.is_too_long]
    assert bool(told) is bool(beyond)


def test_what_is_added_meanwhile_is_read_too() -> None:
    file = io.BytesIO(b"a\nb\n")
    spans = read_spans(file, name="tweets", size=2)
    assert next(spans) == Span(0, 2)
    file.seek(0, 2)
    file.write(b"c\n")
    assert list(spans) == [Span(2, 2), Span(4, 2)]


def test_a_file_that_became_shorter_is_no_silent_end() -> None:
    with pytest.raises(ConfigError, match="tweets: became shorter while it was read"):
        block_of(Span(2, 10), io.BytesIO(b"a\nb\n"), name="tweets")


@pytest.mark.parametrize(("content", "can"), [(b'{"id": "1"}\n', True), (b"", True), (b"\x1f\x8b\x08", False)])
def test_only_what_is_not_packed_can_be_cut(tmp_path: Path, content: bytes, can: bool) -> None:
    (tmp_path / "tweets").write_bytes(content)
    with (tmp_path / "tweets").open("rb") as file:
        assert can_be_cut(file) is can
        assert file.read() == content
