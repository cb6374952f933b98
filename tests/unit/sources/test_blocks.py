"""Blocks of lines: whole, in order, numbered, whatever the input is packed in."""

import gzip
import io
import os
from typing import IO

import pytest

from tocsin.errors import ConfigError
from tocsin.sources.blocks import Block, read_blocks
from tocsin.sources.jsonl import MAX_LINE

LINES = b'{"id": "1"}\n\n{"id": "2"}\n{"id": "3"}'


def read(file: IO[bytes], size: int = 1024) -> list[Block]:
    return list(read_blocks(file, name="tweets", size=size))


@pytest.mark.parametrize("size", [1, 5, 12, 13, 14, 1024])
def test_blocks_are_the_lines_of_the_file(size: int) -> None:
    blocks = read(io.BytesIO(LINES), size)
    assert b"".join(block.lines for block in blocks) == LINES
    assert all(block.lines.endswith(b"\n") for block in blocks[:-1])
    assert all(LINES[block.begins_at :].startswith(block.lines) for block in blocks)


def test_gzip_is_unpacked_and_its_pieces_put_together() -> None:
    many = b'{"id": "1"}\n' * 50_000
    blocks = read(io.BytesIO(gzip.compress(many)), 100_000)
    assert b"".join(block.lines for block in blocks) == many
    assert len(blocks) < 10


@pytest.mark.parametrize("cut", [20, 2000])
def test_gzip_that_breaks_off_is_told_with_the_place_after_what_could_be_read(cut: int) -> None:
    many = b"".join(b'{"id": "%d"}\n' % number for number in range(50_000))
    blocks = read_blocks(io.BytesIO(gzip.compress(many)[:-cut]), name="tweets", size=10_000)
    found: list[Block] = []
    with pytest.raises(ConfigError, match=r"tweets: the compressed input breaks off .* behind line \d+; what came"):
        found.extend(blocks)
    whole = b"".join(block.lines for block in found)
    assert many.startswith(whole)
    assert len(whole) > len(many) - 40_000


@pytest.mark.parametrize("size", [1000, MAX_LINE])
def test_a_line_without_end_is_one_number_and_nothing_of_it_is_kept(size: int) -> None:
    file = io.BytesIO(b'{"id": "1"}\n' + b"x" * (3 * MAX_LINE) + b'\n{"id": "2"}\n')
    assert [(block.begins_at, block.lines[:12], block.is_too_long) for block in read(file, size)] == [
        (0, b'{"id": "1"}\n', False),
        (12, b"", True),
        (12 + 3 * MAX_LINE + 1, b'{"id": "2"}\n', False),
    ]


def test_a_line_too_long_may_be_the_last() -> None:
    blocks = read(io.BytesIO(b"x" * (MAX_LINE + 1)), 100_000)
    assert [(block.begins_at, block.is_too_long) for block in blocks] == [(0, True)]


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_line_is_too_long_past_the_limit_and_not_before(beyond: int) -> None:
    file = io.BytesIO(b"x" * (MAX_LINE + beyond) + b"\n")
    assert [block.is_too_long for block in read(file, 100_000)] == [bool(beyond)]


def test_a_pipe_is_read_as_it_comes() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as file, open(writing, "wb", buffering=0) as pipe:  # noqa: PTH123 - descriptors
        blocks = read_blocks(file, name="-")
        pipe.write(b'{"id": "1"}\n{"id"')
        assert next(blocks).lines == b'{"id": "1"}\n'
        pipe.write(b': "2"}\n')
        assert next(blocks) == Block(b'{"id": "2"}\n', begins_at=12)
