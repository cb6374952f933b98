"""Running one command with one alert: no shell, a bare environment, an end in time, a bounded last word."""

import json
import os
import signal
import subprocess
from collections import deque
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any, Final

from tocsin.hookspecs import Alert, Delivered, Outcome, Refused, Unreachable

KEPT_VARIABLES: Final = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""What the command sees of the environment: the rest may hold tocsin's own secrets."""

TAIL_BYTES: Final = 4096
"""How much of the end of standard error is kept."""

LINE_LENGTH: Final = 200
"""How many characters of its last line go into the outcome."""


def perform(alert: Alert, command: tuple[str, ...], *, timeout_s: float) -> Outcome:
    """Run the command and return how it ended; after `timeout_s` it and all of its process group are killed.

    Exit status 0 is Delivered, 75 (EX_TEMPFAIL of sysexits.h) and a timeout are Unreachable, so the alert is tried
    again; any other is Refused, with the last line of standard error.
    """
    with TemporaryFile() as standard_input:
        # A file, not a pipe: a command that never reads can't block the writer.
        standard_input.write(as_json(alert))
        standard_input.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the program is on the user's allow-list, and no shell is used
                command,
                stdin=standard_input,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
                start_new_session=True,
            )
        except BlockingIOError as error:
            return Unreachable(f"{command[0]} can't be started now: {error.strerror}")
        except (OSError, ValueError) as error:
            return Refused(f"{command[0]} can't be started: {error}")
    tail = _Tail(process.stderr)
    try:
        status = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        return Unreachable(f"{command[0]} was killed after {timeout_s:g} s")
    return _outcome(command[0], status, tail)


def as_json(alert: Alert) -> bytes:
    """Return the alert as one JSON object: what the command reads. Its texts are escaped for nothing but JSON."""
    return json.dumps(
        {
            "id": alert.id,
            "rule": alert.rule_id,
            "key": alert.key,
            "severity": alert.severity.value,
            "at": alert.at.isoformat(),
            "title": alert.title.plain(),
            "body": alert.body.plain(),
            "labels": dict(alert.labels),
            "because": list(alert.because),
            "tweet": dict(alert.tweet.data),
        }
    ).encode("ascii")


def _outcome(program: str, status: int, tail: "_Tail") -> Outcome:
    if status == 0:
        return Delivered(f"{program} exited with 0")
    how = f"was ended by signal {-status}" if status < 0 else f"exited with {status}"
    said = tail.last_line()
    reason = f"{program} {how}: {said}" if said else f"{program} {how}"
    return Unreachable(reason) if status == os.EX_TEMPFAIL else Refused(reason)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        # The command leads a session of its own, so its id is also that of the group with all that it started.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Tail:
    """Reads a stream to its end in a thread, keeping the last `TAIL_BYTES`: a flood neither blocks nor fills memory."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream: Any = stream
        self._kept: deque[int] = deque(maxlen=TAIL_BYTES)
        self._reader = Thread(target=self._read, name="tocsin-exec-stderr", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(TAIL_BYTES):
                self._kept.extend(chunk)

    def last_line(self) -> str:
        """Return the last line that isn't blank, cleaned and cut; call it once the command has ended."""
        # A grandchild may hold the stream open for as long as it likes; what the command itself wrote is there by now.
        self._reader.join(timeout=0.5)
        lines = bytes(list(self._kept)).decode("utf-8", "replace").splitlines()
        printable = ("".join(char if char.isprintable() else " " for char in line) for line in lines)
        return next((line for text in reversed(list(printable)) if (line := " ".join(text.split()))), "")[:LINE_LENGTH]
