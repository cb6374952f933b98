"""What happened to each connection, for tests to judge by: in memory, and as JSON lines if a file is given.

Keys are never noted.
"""

import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final, Literal, TypeAlias

from tocsin.clock import Clock

EventKind: TypeAlias = Literal[
    "handshake", "subscribed", "unsubscribed", "refused-message", "limit-exceeded", "fault", "sent", "dropped", "closed"
]

_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing that happened. `connection` counts handshakes from 1; 0 is the server itself."""

    at: datetime
    event: EventKind
    connection: int
    details: dict[str, Any]

    def line(self) -> str:
        """Return it as one line of JSON."""
        moment = self.at.isoformat().replace("+00:00", "Z")
        return json.dumps({"at": moment, "event": self.event, "connection": self.connection, **self.details})


class EventLog:
    """The last 100,000 entries, oldest first; the caller owns and closes `file`, which gets every one."""

    def __init__(self, clock: Clock, file: IO[str] | None = None) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=_KEPT)
        self._clock = clock
        self._file = file

    def note(self, event: EventKind, connection: int, **details: Any) -> None:
        """Add an entry."""
        entry = LogEntry(self._clock.now(), event, connection, details)
        self.entries.append(entry)
        if self._file is not None:
            # Flushed line by line: whoever judges by this file may be reading it already.
            self._file.write(entry.line() + "\n")
            self._file.flush()

    def of(self, event: EventKind) -> list[LogEntry]:
        """Return the entries of one kind, oldest first."""
        return [entry for entry in self.entries if entry.event == event]
