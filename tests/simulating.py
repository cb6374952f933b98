"""`tocsin simulate` as a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = (sys.executable, "-m", "tocsin", "simulate", "--port", "0")


@contextmanager
def simulate(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port; yield the process and the URL from its first line. Killed at the end."""
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("listening on ws://127.0.0.1:"), line
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()
