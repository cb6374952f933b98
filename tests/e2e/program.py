"""The real program as a process, and its journal as it left it.

`tocsin run`, which is killed, stopped and started in earnest, is always a fresh interpreter. Other commands, of which
there are hundreds, are forked where the system can.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.forking import CAN_FORK, Forked
from tocsin.store.sqlite import SqliteStore

PATIENCE_S = 60.0
"""How long anything is waited for before a test fails; nothing waits this long when all is well."""


def until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until `condition` is true; fail with `what` if it never is."""
    ends_at = time.perf_counter() + patience_s
    while not condition():
        if time.perf_counter() > ends_at:
            raise AssertionError(f"waited {patience_s:g} s in vain: {what}")
        threading.Event().wait(0.02)


class Program:
    """`tocsin` with arguments, running; its output is collected line by line."""

    def __init__(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> None:
        self.arguments = arguments
        environ = {**os.environ, **(env or {})}
        self.process: subprocess.Popen[bytes] | Forked
        if CAN_FORK and arguments[:1] != ("run",):
            self.process = Forked(arguments, cwd, environ)
        else:
            command, pipe = [sys.executable, "-m", "tocsin", *arguments], subprocess.PIPE
            self.process = subprocess.Popen(command, cwd=cwd, env=environ, stdin=pipe, stdout=pipe, stderr=pipe)
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=_collect, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()
        assert self.process.stdin is not None
        self.process.stdin.write(stdin)
        self.process.stdin.close()

    def line(self, containing: str) -> str:
        """Wait for a line of output (either stream) that contains a text, and return it."""

        def found() -> bool:
            return any(containing in line for line in (*self.out, *self.err)) or self.process.poll() is not None

        until(found, f"{containing!r} from tocsin {' '.join(self.arguments)}")
        for line in (*self.out, *self.err):
            if containing in line:
                return line
        raise AssertionError(f"tocsin ended without {containing!r}:\n{self.output()}")

    def send(self, number: signal.Signals) -> None:
        """Signal the process."""
        self.process.send_signal(number)

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(patience_s)
        for reader in self._readers:
            reader.join(patience_s)
        return status

    def worked_s(self) -> float:
        """Return how long it has had the processor so far, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def output(self) -> str:
        """Return everything that it printed so far."""
        return "\n".join([*self.out, *self.err])

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.process.kill()
        self.wait()


def _collect(stream: Any, lines: list[str]) -> None:
    with stream:
        lines.extend(line.decode("utf-8", "replace").rstrip("\n") for line in stream)


@contextmanager
def running(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Run `tocsin` for the length of the block; kill it if it is still there at the end."""
    program = Program(*arguments, cwd=cwd, env=env)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.kill()


def finished(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    patience_s: float = PATIENCE_S,
) -> Program:
    """Run `tocsin` to its end and return it."""
    program = Program(*arguments, cwd=cwd, env=env, stdin=stdin)
    try:
        program.wait(patience_s)
    except subprocess.TimeoutExpired:
        program.kill()
        raise
    return program


def completed(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `tocsin` to its end and return what it printed as two texts."""
    program = finished(*arguments, cwd=cwd, env=env)
    out, err = ("".join(f"{line}\n" for line in lines) for lines in (program.out, program.err))
    return subprocess.CompletedProcess(arguments, program.wait(), out, err)


def journal_of(database: Path) -> list[dict[str, Any]]:
    """Return the journal of a state file, oldest first."""
    store = SqliteStore.visit(database)
    try:
        return store.journal(limit=1_000_000)[::-1]
    finally:
        store.close()
