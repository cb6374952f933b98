"""A small HTTP/1.1 server for a few local paths: health, metrics, a test receiver. h11 speaks, anyio listens.

Everything that a client sends is bounded: connections, head, body, and the time to send them. What it does wrong is
answered with a status and a closed connection, never raised.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import anyio
import h11
from anyio.abc import SocketAttribute, SocketListener, SocketStream, TaskStatus
from anyio.streams.stapled import MultiListener

logger = logging.getLogger(__name__)

_HEAD_LIMIT_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, whole. Names of headers are in lower case; of repeated headers and parameters the last one counts."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. Length, connection and content type are written for you."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain; charset=utf-8"


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Listener: TypeAlias = SocketListener | MultiListener[SocketStream]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """What one server grants its clients. `read_within` counts for a whole request, `idle` between two."""

    connections: int = 64
    body_bytes: int = 1024 * 1024
    read_within: timedelta = timedelta(seconds=10)
    write_within: timedelta = timedelta(seconds=10)
    idle: timedelta = timedelta(seconds=30)


DEFAULT_LIMITS: Final = HttpLimits()


async def serve_http(
    where: Listener | tuple[str, int],
    handler: Handler,
    *,
    limits: HttpLimits = DEFAULT_LIMITS,
    task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled; `where` is a listener, closed at the end, or host and port (0 picks a free one).

    Reports the port once it listens: `port = await tasks.start(serve_http, ("127.0.0.1", 0), handler)`. Requests of
    one connection are handled one after the other, those of different ones at the same time. What `handler` raises is
    logged and answered with 500; how long it takes is its own business.

    Raises:
        OSError: it can't listen there.
    """
    if isinstance(where, tuple):
        listener: Listener = await anyio.create_tcp_listener(local_host=where[0], local_port=where[1])
    else:
        listener = where
    places = _Places(limits.connections)

    async def converse(stream: SocketStream) -> None:
        await _converse(stream, handler, limits, places)

    async with listener:
        task_status.started(int(listener.extra(SocketAttribute.local_port)))  # noqa: S610 - anyio's, not Django's
        await listener.serve(converse)


class _Rejected(Exception):
    """A request that is answered without asking the handler."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Places:
    """Who is being served, at most so many at once.

    If all places are taken, whoever has waited longest without having sent a whole head makes room for the next one:
    who only holds connections open must not keep /livez from those who ask.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: set[_Conversation] = set()
        self._waiting: dict[_Conversation, anyio.CancelScope] = {}

    def take(self, conversation: "_Conversation") -> bool:
        """Take a place; return whether there was one or could be made."""
        if len(self._taken) >= self._count and self._waiting:
            longest = next(iter(self._waiting))
            self._waiting.pop(longest).cancel()
            self._taken.discard(longest)
        if len(self._taken) >= self._count:
            return False
        self._taken.add(conversation)
        return True

    def leave(self, conversation: "_Conversation") -> None:
        """Give the place back, if it is still held."""
        self._taken.discard(conversation)

    @contextmanager
    def waiting(self, conversation: "_Conversation") -> Iterator[None]:
        """Wait for the next head, for as long as is granted and the place is not needed."""
        with anyio.move_on_after(conversation.limits.idle.total_seconds()) as scope:
            self._waiting[conversation] = scope
            try:
                yield
            finally:
                self._waiting.pop(conversation, None)


@dataclass(slots=True, eq=False)
class _Conversation:
    """One connection: requests in, responses out."""

    stream: SocketStream
    limits: HttpLimits
    places: _Places
    http: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT_BYTES)
    )

    async def request(self) -> Request | None:
        """Return the next request; None if the client went away or stayed silent."""
        head: h11.Event | None = None
        with self.places.waiting(self):
            head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        try:
            with anyio.fail_after(self.limits.read_within.total_seconds()):
                return _request(head, await self._body())
        except TimeoutError as error:
            raise _Rejected(HTTPStatus.REQUEST_TIMEOUT) from error

    async def respond(self, response: Response, *, to_head: bool = False) -> None:
        """Send a response."""
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            *response.headers,
        ]
        head = h11.Response(status_code=response.status, headers=headers)
        parts: list[h11.Event] = [head, h11.EndOfMessage()]
        if response.body and not to_head:
            parts.insert(1, h11.Data(data=response.body))
        data = b"".join(self.http.send(part) or b"" for part in parts)
        with anyio.fail_after(self.limits.write_within.total_seconds()):
            await self.stream.send(data)

    def is_reusable(self) -> bool:
        """Return whether a further request may come, and make ready for it."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        return True

    async def _body(self) -> bytes:
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if not isinstance(event, h11.Data):
                raise _Rejected(HTTPStatus.BAD_REQUEST)
            body += event.data
            if len(body) > self.limits.body_bytes:
                raise _Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    async def _event(self) -> h11.Event | None:
        while True:
            event = self.http.next_event()
            if isinstance(event, h11.Event):
                return event
            if event is not h11.NEED_DATA:
                return None
            if self.http.they_are_waiting_for_100_continue:
                proceed = h11.InformationalResponse(status_code=HTTPStatus.CONTINUE, headers=[])
                await self.stream.send(self.http.send(proceed) or b"")
            try:
                self.http.receive_data(await self.stream.receive())
            except anyio.EndOfStream:
                self.http.receive_data(b"")


async def _converse(stream: SocketStream, handler: Handler, limits: HttpLimits, places: _Places) -> None:
    conversation = _Conversation(stream, limits, places)
    try:
        async with stream:
            if not places.take(conversation):
                await conversation.respond(_refusal(HTTPStatus.SERVICE_UNAVAILABLE))
                return
            try:
                await _answer_all(conversation, handler)
            finally:
                places.leave(conversation)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, TimeoutError, OSError, h11.ProtocolError) as error:
        logger.debug("an HTTP client went away: %r", error)


async def _answer_all(conversation: _Conversation, handler: Handler) -> None:
    while True:
        try:
            request = await conversation.request()
        except h11.RemoteProtocolError as error:
            await conversation.respond(_refusal(error.error_status_hint))
            return
        except _Rejected as rejected:
            await conversation.respond(_refusal(rejected.status))
            return
        if request is None:
            return
        try:
            response = await handler(request)
        except Exception:  # the top of a task
            logger.exception("answering %s %s failed", request.method, request.path)
            response = Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, body=b"internal error\n")
        await conversation.respond(response, to_head=request.method == "HEAD")
        if not conversation.is_reusable():
            return


def _request(head: h11.Request, body: bytes) -> Request:
    # h11 let only visible ASCII through; urlsplit still raises on brackets that hold no address.
    try:
        target = urlsplit(head.target.decode("ascii"))
    except ValueError as error:
        raise _Rejected(HTTPStatus.BAD_REQUEST) from error
    return Request(
        method=head.method.decode("ascii"),
        path=unquote(target.path),
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers={name.decode("ascii"): value.decode("latin-1") for name, value in head.headers},
        body=body,
    )


def _refusal(status: int) -> Response:
    text = HTTPStatus(status).phrase.lower()
    return Response(status=status, body=f"{text}\n".encode(), headers=(("Connection", "close"),))
