"""What each part of the store on disk does in the same way: read rows, and write them together with the journal."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.journal import Entry
from tocsin.store.database import transaction, translated, undo_unfinished
from tocsin.store.journaling import write_journal


class Tables:
    """The tables of one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translated(self._path):
            undo_unfinished(self._connection)
            yield

    @contextmanager
    def _writing(self, entries: Sequence[Entry], *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
        with translated(self._path), transaction(self._connection, lasting=lasting):
            yield self._connection
            self._write_journal(entries)

    def _write_journal(self, entries: Sequence[Entry]) -> None:
        write_journal(self._connection, entries)

    def _read(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        with self._reading():
            cursor = self._connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, values).fetchall()
