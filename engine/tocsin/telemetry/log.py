"""Structured logs: one event a line, as key=value or JSON, on standard error.

Values are escaped, so that no tweet, server or plugin can forge a line or colour a terminal.
"""

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO, TypeAlias

from tocsin.clock import Clock

Format: TypeAlias = Literal["text", "json"]

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Log(Protocol):
    """Records an event: a short fixed name, and what there is to know about it."""

    def __call__(self, level: str, event: str, **fields: Any) -> None:
        """Record at `level`: debug, info, warning or error."""
        ...


class LineLog:
    """Writes events that reach `threshold` to a stream, by default standard error, a line each."""

    def __init__(
        self, clock: Clock, *, threshold: str = "info", form: Format = "text", stream: TextIO | None = None
    ) -> None:
        self._clock = clock
        self._threshold = LEVELS[threshold]
        self._encode = _as_json if form == "json" else _as_text
        self._stream = stream

    def __call__(self, level: str, event: str, **fields: Any) -> None:
        """Write the event, unless its level is below the threshold."""
        if LEVELS[level] < self._threshold:
            return
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = self._encode({"at": at, "level": level, "event": event, **fields})
        try:
            # Looked up at each line: while a status line is shown, sys.stderr is what writes above it.
            print(line, file=sys.stderr if self._stream is None else self._stream, flush=True)
        except (OSError, ValueError):
            # Nobody reads the log any more, or its disk is full; the alerts matter more than the lines about them.
            return


def silence_libraries() -> None:
    """Keep other libraries' log records off the terminal: some of them print URLs, and a URL can hold a key."""
    root = logging.getLogger()
    root.handlers[:] = [logging.NullHandler()]
    logging.captureWarnings(True)


def report_faults(log: Log) -> None:
    """Have what tocsin's own modules record as a warning or worse written by `log`; other libraries stay silent."""
    ours = logging.getLogger("tocsin")
    ours.handlers[:] = [_Faults(log)]


class _Faults(logging.Handler):
    """Says what failed, as what and where; not the words of the exception, which may hold what was sent to us."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as an event."""
        fields = {"detail": record.getMessage()}
        kind, _, trace = record.exc_info or (None, None, None)
        if kind is not None and trace is not None:
            last = traceback.extract_tb(trace)[-1]
            fields |= {"error": kind.__name__, "where": f"{Path(last.filename).name}:{last.lineno}"}
        self._log("error" if record.levelno >= logging.ERROR else "warning", "fault", **fields)


def _as_json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, default=str)


def _as_text(fields: dict[str, Any]) -> str:
    at, level, event = fields.pop("at"), fields.pop("level"), fields.pop("event")
    rest = " ".join(f"{name}={_value(value)}" for name, value in fields.items())
    return f"{at} {level:<7} {event}{' ' + rest if rest else ''}"


def _value(value: Any) -> str:
    text = str(value)
    plain = text.isascii() and text.isprintable() and not set(text) & set(' "=\\')
    return text if plain and text else json.dumps(text)
