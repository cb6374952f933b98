"""A command at the price of a fork: a process with tocsin imported becomes the command that is asked for.

A fresh interpreter spends most of a short command's time on imports. What is forked is a process of its own all the
same: its folder, environment, arguments, streams, signals and end are those of any program.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any

CAN_FORK = sys.platform == "linux"


class Forked:
    """A command that runs, or ran: as much of `subprocess.Popen` as the tests use, its streams being pipes."""

    def __init__(self, arguments: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> None:
        asked = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": dict(env)})
        (stdin, write), (read, stdout), (read_err, stderr), (self._told, telling) = (os.pipe() for _ in range(4))
        socket.send_fds(_server(), [asked.encode()], [stdin, stdout, stderr, telling])
        for theirs in (stdin, stdout, stderr, telling):
            os.close(theirs)
        self.stdin: IO[bytes] | None = os.fdopen(write, "wb")
        self.stdout: IO[bytes] | None = os.fdopen(read, "rb")
        self.stderr: IO[bytes] | None = os.fdopen(read_err, "rb")
        self.pid = int(os.read(self._told, 32))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status if it has ended: below zero, the signal that ended it."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status.

        Raises:
            subprocess.TimeoutExpired: it has not ended by then.
        """
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("tocsin", timeout or 0)
            self.returncode = int(os.read(self._told, 32))
            os.close(self._told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the process, if it is still there."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@cache
def _server() -> socket.socket:
    """Return the line to the process that is forked; it is there as long as whoever asks it."""
    # Each message is received whole, with its descriptors.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # What Python makes of its streams it decides once, when it starts: pipes, as those of the commands.
    server = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    theirs.close()

    def end() -> None:
        ours.close()
        server.communicate(timeout=10)

    atexit.register(end)
    return ours


def _serve(line: socket.socket) -> None:
    """Fork for each message; return in the commands only."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, 1 << 20, 4)
        if not message:
            sys.exit()
        if not os.fork():
            line.close()
            return _watch(json.loads(message), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those whose command has ended
                pass


def _watch(asked: dict[str, Any], stdin: int, stdout: int, stderr: int, telling: int) -> None:
    """Fork the command and tell of its start and its end; return in the command only."""
    command = os.fork()
    if command:
        for descriptor in (stdin, stdout, stderr):
            os.close(descriptor)
        os.write(telling, b"%d\n" % command)
        status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        with suppress(BrokenPipeError):
            os.write(telling, b"%d\n" % status)
        os._exit(0)
    os.close(telling)
    for place, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["tocsin", *asked["arguments"]]
    # As `python -m tocsin` has it.
    sys.path[:1] = [asked["cwd"], *filter(None, asked["env"].get("PYTHONPATH", "").split(os.pathsep))]


if __name__ == "__main__":
    from tocsin.cli.main import COMMANDS, load_command, main

    for name in COMMANDS:
        load_command(name)
    for plugin in entry_points(group="tocsin"):
        plugin.load()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    main()
