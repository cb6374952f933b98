"""The real program as a process, and the receivers that judge it from outside."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

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
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tocsin", *arguments],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
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


def finished(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Program:
    """Run `tocsin` to its end and return it."""
    program = Program(*arguments, cwd=cwd, env=env, stdin=stdin)
    program.wait()
    return program


@dataclass
class Webhooks:
    """An HTTP receiver: every JSON body that was posted, and how slowly it answers."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answer_after_s: float = 0.0
    answer: bytes = b"ok"
    url: str = ""

    def alert_ids(self) -> list[str]:
        """Return the alert ids in the order in which they were posted."""
        return [post["alert_id"] for post in self.posts]


@contextmanager
def webhooks() -> Iterator[Webhooks]:
    """Run an HTTP receiver on loopback; its `url` is an apprise URL."""
    received = Webhooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.raw.append(body)
            if received.answer_after_s:
                threading.Event().wait(received.answer_after_s)
            # Counted when read, answered afterwards: a sender killed in between has delivered.
            with_json = self.headers.get("Content-Type", "").startswith("application/json")
            received.posts.append(json.loads(body) if with_json else {"body": body.decode()})
            self.send_response(200)
            self.send_header("Content-Length", str(len(received.answer)))
            self.end_headers()
            self.wfile.write(received.answer)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of senders that were killed."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    received.url = f"json://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


class Mailbox:
    """An SMTP receiver's messages."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Keep a message."""
        message = BytesParser(policy=default_policy).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run an SMTP receiver on loopback; its `url` is an apprise URL."""
    received = Mailbox()
    controller = Controller(received, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        assert isinstance(controller.server, asyncio.Server)
        port = controller.server.sockets[0].getsockname()[1]
        received.url = f"mailto://127.0.0.1:{port}?from=tocsin@example.org&to=someone@example.org"
        yield received
    finally:
        controller.stop()


def journal_of(database: Path) -> list[dict[str, Any]]:
    """Return the journal of a state file, oldest first."""
    from tocsin.store.sqlite import SqliteStore

    store = SqliteStore.visit(database)
    try:
        return store.journal(limit=1_000_000)[::-1]
    finally:
        store.close()
