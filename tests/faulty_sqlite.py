"""A SQLite connection of which chosen calls fail, as they do when the disk does."""

import sqlite3
from collections.abc import Callable
from typing import Any

ERRORS = {
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database is locked": sqlite3.SQLITE_BUSY,
}


class Faults:
    """Fails the calls `first` to `last`, counted from 1; `count` says how many there were."""

    def __init__(self) -> None:
        self.begin(0, 0)

    def begin(self, first: int, last: int, message: str = "disk I/O error") -> None:
        """Count anew, and fail other calls from now on."""
        self.first, self.last, self.message = first, last, message
        self.count = 0
        self.failed: list[str] = []

    def meet(self, statement: str) -> None:
        """Count a call, and fail it if it is one of those."""
        self.count += 1
        if self.first <= self.count <= self.last:
            self.failed.append(statement)
            error = sqlite3.OperationalError(self.message)
            error.sqlite_errorcode = ERRORS[self.message]
            raise error


class FaultyConnection:
    """Passes everything on to a real connection, but for the calls that fail."""

    def __init__(self, connection: sqlite3.Connection, faults: Faults) -> None:
        self._connection = connection
        self.faults = faults

    def __getattr__(self, name: str) -> Any:
        """Return the connection's own attribute; of those that execute, one that may fail."""
        value = getattr(self._connection, name)
        return self._failing(value) if name in ("execute", "executemany") else value

    def cursor(self) -> "FaultyCursor":
        """Return a cursor that may fail as well."""
        return FaultyCursor(self._connection.cursor(), self.faults)

    def _failing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(statement: str, *values: Any) -> Any:
            self.faults.meet(statement)
            return method(statement, *values)

        return call


class FaultyCursor:
    """A cursor whose statements may fail."""

    def __init__(self, cursor: sqlite3.Cursor, faults: Faults) -> None:
        object.__setattr__(self, "_cursor", cursor)
        object.__setattr__(self, "_faults", faults)

    def __getattr__(self, name: str) -> Any:
        """Return the cursor's own attribute."""
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set it on the cursor."""
        setattr(self._cursor, name, value)

    def execute(self, statement: str, *values: Any) -> Any:
        """Execute, unless this call fails."""
        self._faults.meet(statement)
        return self._cursor.execute(statement, *values)
