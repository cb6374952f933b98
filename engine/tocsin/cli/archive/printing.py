"""What was found in an archive, printed: alerts on standard output, notes on standard error."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Final

import click

from tocsin.alerting.memory import AlertMemory
from tocsin.cli.archive.finds import Found, Note, Said
from tocsin.sources.blocks import BLOCK_BYTES

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)


class Printer:
    """Prints what was found of each block of a file, whose name it tells with the lines that notes are about.

    Every block must come, in order. `shadow` says whether alerts of rules in stage shadow are wanted; `repeats` that
    blocks may tell again what others did: each alert is then printed once.
    """

    def __init__(self, name: str, *, shadow: bool, repeats: bool) -> None:
        self._name = name
        self._before = _LinesBefore(name)
        self._shadow = shadow
        self._repeats = repeats
        self._known = AlertMemory()
        self._known_shadows = AlertMemory()

    def show(self, found: Found) -> None:
        """Print notes on standard error and alerts on standard output, in turn."""
        for is_note, several in groupby(found.said, key=lambda said: isinstance(said, Note)):
            lines = [self._line(said, found) for said in several if self._is_wanted(said)]
            if lines:
                click.echo("\n".join(lines), err=is_note)
        self._before.add(found)

    def _line(self, said: Said | Note, found: Found) -> str:
        if isinstance(said, Said):
            return said.line
        if said.line is None:
            return said.text
        return f"{self._name}:{self._before.of(found) + said.line + 1}: {said.text}"

    def _is_wanted(self, said: Said | Note) -> bool:
        if isinstance(said, Note):
            return True
        if said.is_shadow and not self._shadow:
            return False
        if not self._repeats:
            return True
        known = self._known_shadows if said.is_shadow else self._known
        if said.alert_id in known:
            return False
        known.remember(said.alert_id, _ANY_TIME)
        return True


class _LinesBefore:
    """Counts lines of a file in order, and those that nobody counted while they were read only if they are asked for.

    Hardly a note names a line, and to count lines takes as long as to search them.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines = 0
        self._uncounted_from: int | None = None

    def add(self, found: Found) -> None:
        """Note that a block has been dealt with."""
        if self._uncounted_from is None and found.lines is None:
            self._uncounted_from = found.begins_at
        if self._uncounted_from is None:
            self._lines += found.lines or 0

    def of(self, found: Found) -> int:
        """Return how many lines come before those of a block."""
        if self._uncounted_from is not None:
            with Path(self._name).open("rb") as file:
                file.seek(self._uncounted_from)
                self._lines += sum(piece.count(b"\n") for piece in _pieces(file, found.begins_at))
            self._uncounted_from = found.begins_at
        return self._lines


def _pieces(file: IO[bytes], end: int) -> Iterator[bytes]:
    while piece := file.read(min(BLOCK_BYTES, end - file.tell())):
        yield piece
