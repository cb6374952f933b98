"""Services on loopback that record what reaches them and answer as they are told."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request is answered: by a status and body, or badly; `after_s` seconds late."""

    status: int = 200
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = ()
    how: Literal["well", "never", "dripping", "broken"] = "well"
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class HttpReceiver:
    """Answers requests with `answers`, one after the other, and then with `otherwise`; GETs are kept by their paths."""

    answers: list[Answer] = field(default_factory=list)
    otherwise: Answer = field(default_factory=Answer)
    posted: list[Posted] = field(default_factory=list)
    got: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self
        self._closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.posted.append(Posted(self.path, dict(self.headers), body))
                receiver._answer(self, receiver.answers.pop(0) if receiver.answers else receiver.otherwise)

            def do_GET(self) -> None:
                receiver.got.append(self.path)
                self.do_POST()

            do_PUT = do_POST  # noqa: N815 - the standard library's names

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Clients that go away are part of the game."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.close_connection = True
        self._closing.wait(answer.after_s)
        if answer.how == "never":
            self._closing.wait(30)
            return
        if answer.how == "broken":
            return
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        if answer.how == "dripping":
            for byte in answer.body:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                if self._closing.wait(0.05):
                    return
            return
        handler.wfile.write(answer.body)


class _Controller(Controller):
    """aiosmtpd's controller, for a port of the system's choice: it tries the port that it was given."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class MailReceiver:
    """An SMTP server that keeps each message, or refuses each with `reply`."""

    def __init__(self, reply: str = "250 OK") -> None:
        self.reply = reply
        self.messages: list[bytes] = []
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: object, envelope: Any
    ) -> str:
        """Called by aiosmtpd with each message."""
        if self.reply.startswith("250"):
            self.messages.append(envelope.content)
        return self.reply

    def __enter__(self) -> Self:
        self._controller.start()
        self.port: int = self._controller.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._controller.stop()
