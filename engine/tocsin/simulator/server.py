"""The Scrapest-compatible server: lets clients in, plays tweets to them, and lets go wrong what it is told to."""

import json
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import IO, Any, Final, Self

import anyio
from anyio.abc import SocketAttribute, SocketStream, TaskStatus
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, Request
from wsproto.utilities import ProtocolError, RemoteProtocolError

from tocsin.clock import Clock, SystemClock
from tocsin.simulator.event_log import EventLog
from tocsin.simulator.faults import Fault, Refuse, name_of
from tocsin.simulator.handshake import PATH, Refusal, key_of
from tocsin.simulator.limits import CONNECTIONS_A_KEY, KeyUse
from tocsin.simulator.session import Session, SessionOptions
from tocsin.simulator.subscriptions import Post

logger = logging.getLogger(__name__)

_HANDSHAKE_WITHIN: Final = timedelta(seconds=10)
_OPEN_AT_MOST: Final = 500
_RETRY_AFTER: Final = "5"
_SHUTDOWN_WITHIN: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How the server behaves. Without `keys` any key is good; `leave_out` names fields that tweets are sent without."""

    host: str = "127.0.0.1"
    port: int = 0
    keys: frozenset[str] = frozenset()
    connections_a_key: int = CONNECTIONS_A_KEY
    leave_out: frozenset[str] = frozenset()
    session: SessionOptions = field(default_factory=SessionOptions)


@dataclass(slots=True)
class _Refusing:
    """A `Refuse` in force: until a monotonic time, or for some further attempts."""

    fault: Refuse
    until: float
    attempts: float

    def refusal(self) -> Refusal:
        named = (("retry-after", self.fault.retry_after), ("location", self.fault.location))
        headers = tuple((name, value) for name, value in named if value is not None)
        return Refusal(self.fault.status, "refused on request", headers)


class Simulator:
    """A server on loopback: `async with Simulator() as simulator:`, or `await tasks.start(simulator.serve)`.

    Belongs to one event loop. `log` says what happened; `connections` are the open ones, oldest first.
    """

    def __init__(
        self, options: SimulatorOptions | None = None, *, clock: Clock | None = None, event_log: IO[str] | None = None
    ) -> None:
        self.options = options or SimulatorOptions()
        self.clock = clock or SystemClock()
        self.log = EventLog(self.clock, event_log)
        self.subscribed = anyio.Event()
        """Set once any client has subscribed to something."""
        self.played = 0
        self._sessions: dict[int, Session] = {}
        self._handshakes = 0
        self._keys = KeyUse(self.options.connections_a_key)
        self._refusing: _Refusing | None = None
        self._port = 0
        self._changed = anyio.Event()

    @property
    def url(self) -> str:
        """Where clients connect, once it serves."""
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        return f"ws://{host}:{self._port}{PATH}"

    @property
    def connections(self) -> tuple[Session, ...]:
        """The open connections, oldest first."""
        return tuple(self._sessions.values())

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(anyio.create_task_group())
            await tasks.start(self.serve)
            stack.callback(tasks.cancel_scope.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, where)

    async def serve(self, *, task_status: TaskStatus[str] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; reports the URL once it listens.

        Raises:
            OSError: it can't listen there.
        """
        listener = await anyio.create_tcp_listener(local_host=self.options.host, local_port=self.options.port)
        async with listener:
            self._port = int(listener.extra(SocketAttribute.local_port))  # noqa: S610 - anyio's, not Django's
            task_status.started(self.url)
            await listener.serve(self._receive_client)

    def send(self, tweet: Mapping[str, Any], *, lang: str | None = None) -> None:
        """Send a tweet's data to every client that asked for it; `lang` is what the tweet itself need not say."""
        self.play(Post.of(tweet, lang=lang))

    def play(self, post: Post) -> None:
        """Send a tweet to every client that asked for it; never waits."""
        left_out = self.options.leave_out
        data = {name: value for name, value in post.data.items() if name not in left_out}
        message = json.dumps({"type": "tweet", "data": data}, ensure_ascii=False)
        self.played += 1
        for session in self.connections:
            session.offer(post, message)

    def send_raw(self, message: str) -> None:
        """Send any text to every client, subscribed or not."""
        for session in self.connections:
            session.send_text(message)

    def inject(self, fault: Fault, *, connection: int | None = None) -> None:
        """Let something go wrong now: on one connection, or on all that are open, or for coming handshakes."""
        if isinstance(fault, Refuse):
            self.log.note("fault", 0, fault=name_of(fault), status=fault.status)
            until = float("inf") if fault.lasts is None else self.clock.monotonic() + fault.lasts.total_seconds()
            unbounded = float("inf") if fault.lasts is not None else 1
            self._refusing = _Refusing(fault, until, unbounded if fault.attempts is None else fault.attempts)
            return
        for session in self.connections:
            if connection in (None, session.number):
                session.inject(fault)

    async def until_connected(self, count: int = 1) -> None:
        """Wait until that many connections are open."""
        while len(self._sessions) < count:
            await self._change()

    async def until_gone(self) -> None:
        """Wait until no connection is open."""
        while self._sessions:
            await self._change()

    async def until_subscribed(self, count: int = 1) -> None:
        """Wait until that many open connections have subscribed to something."""
        while sum(bool(session.subscriptions) for session in self.connections) < count:
            await self._change()

    async def room(self) -> None:
        """Wait until every client has taken in what it was sent, but for none longer than a second."""
        with anyio.move_on_after(1):
            for session in self.connections:
                await session.room()

    async def close(self, code: int = 1001, reason: str = "the simulation has ended") -> None:
        """Send every client what is still queued for it, then a close; waits until all are gone, at most 5 s."""
        with anyio.move_on_after(_SHUTDOWN_WITHIN.total_seconds()):
            for session in self.connections:
                session.close(code, reason)
            await self.until_gone()

    async def _change(self) -> None:
        await self._changed.wait()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _note_subscribed(self) -> None:
        self.subscribed.set()
        self._note_change()

    async def _receive_client(self, stream: SocketStream) -> None:
        self._handshakes += 1
        number = self._handshakes
        try:
            async with stream:
                websocket = WSConnection(ConnectionType.SERVER)
                with anyio.fail_after(_HANDSHAKE_WITHIN.total_seconds()):
                    request = await _handshake(stream, websocket)
                if isinstance(request, Request):
                    await self._admit(number, stream, websocket, request)
                else:
                    await self._refuse(number, stream, websocket, request)
        except (
            anyio.BrokenResourceError,
            anyio.ClosedResourceError,
            anyio.EndOfStream,
            TimeoutError,
            OSError,
        ) as error:
            logger.debug("connection %d ended early: %r", number, error)
        except ProtocolError as error:
            logger.debug("connection %d is no HTTP: %r", number, error)

    async def _admit(self, number: int, stream: SocketStream, websocket: WSConnection, request: Request) -> None:
        refusal = self._standing_refusal()
        if refusal is not None:
            return await self._refuse(number, stream, websocket, refusal)
        key = key_of(request, self.options.keys)
        if isinstance(key, Refusal):
            return await self._refuse(number, stream, websocket, key)
        if len(self._sessions) >= _OPEN_AT_MOST:
            full = Refusal(503, "too many connections", (("retry-after", _RETRY_AFTER),))
            return await self._refuse(number, stream, websocket, full)
        if not self._keys.enter(key):
            limit = self.options.connections_a_key
            over = Refusal(429, f"{limit} connections are open with this key", (("retry-after", _RETRY_AFTER),))
            return await self._refuse(number, stream, websocket, over)
        try:
            await self._serve_client(number, stream, websocket)
        finally:
            self._keys.leave(key)
        return None

    async def _serve_client(self, number: int, stream: SocketStream, websocket: WSConnection) -> None:
        session = Session(number, stream, websocket, self.options.session, self.clock, self.log, self._note_subscribed)
        self.log.note("handshake", number, status=101)
        await stream.send(websocket.send(AcceptConnection()))
        self._sessions[number] = session
        self._note_change()
        try:
            await session.run()
        finally:
            del self._sessions[number]
            self._note_change()

    def _standing_refusal(self) -> Refusal | None:
        refusing = self._refusing
        if refusing is None:
            return None
        if refusing.attempts <= 0 or self.clock.monotonic() >= refusing.until:
            self._refusing = None
            return None
        refusing.attempts -= 1
        return refusing.refusal()

    async def _refuse(self, number: int, stream: SocketStream, websocket: WSConnection, refusal: Refusal) -> None:
        self.log.note("handshake", number, status=refusal.status, reason=refusal.message)
        await stream.send(b"".join(websocket.send(event) for event in refusal.events()))


async def _handshake(stream: SocketStream, websocket: WSConnection) -> Request | Refusal:
    """Return the client's handshake, or how to answer what isn't one."""
    while True:
        try:
            websocket.receive_data(await stream.receive())
            requests = [event for event in websocket.events() if isinstance(event, Request)]
        except RemoteProtocolError as error:
            hint = error.event_hint
            status = hint.status_code if isinstance(hint, RejectConnection) else 400
            return Refusal(status, str(error))
        except UnicodeError:
            return Refusal(400, "unreadable headers")
        if requests:
            return requests[0]
