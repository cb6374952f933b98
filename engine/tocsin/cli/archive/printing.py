"""What was found in an archive, printed: alerts on standard output, notes on standard error."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import click

from tocsin.alerting.memory import AlertMemory
from tocsin.cli.archive.matching import Found, Note, Said

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)


class Printer:
    """Prints what was found of each block of a file, whose name it tells with the lines that notes are about.

    `shadow` says whether alerts of rules in stage shadow are wanted; `repeats` that blocks may tell again what others
    did: each alert is then printed once.
    """

    def __init__(self, name: str, *, shadow: bool, repeats: bool) -> None:
        self._name = name
        self._lines = 0
        self._shadow = shadow
        self._repeats = repeats
        self._known = AlertMemory()
        self._known_shadows = AlertMemory()

    def show(self, found: Found) -> None:
        """Print notes on standard error and alerts on standard output, in turn."""
        for is_note, several in groupby(found.said, key=lambda said: isinstance(said, Note)):
            lines = [self._line(said) for said in several if self._is_wanted(said)]
            if lines:
                click.echo("\n".join(lines), err=is_note)
        self._lines += found.lines

    def _line(self, said: Said | Note) -> str:
        if isinstance(said, Said):
            return said.line
        return said.text if said.line is None else f"{self._name}:{self._lines + said.line + 1}: {said.text}"

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
