"""One connection, from the handshake to its ending, which comes back as a value."""

import math
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from socket import gaierror
from typing import Final, cast, final

import anyio
import httpcore
import httpx
from httpx_ws import (
    AsyncWebSocketClient,
    HTTPXWSException,
    WebSocketDisconnect,
    WebSocketNetworkError,
    WebSocketUpgradeError,
)
from wsproto.events import BytesMessage, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, ProtocolError

from tocsin.clock import Clock
from tocsin.sources.scrapest.decode import printable
from tocsin.sources.scrapest.endings import (
    Broken,
    Closed,
    Ending,
    Garbled,
    HandshakeRefused,
    Replaced,
    Silent,
    TooLarge,
    Unreachable,
)
from tocsin.sources.scrapest.protocol import ScrapestProtocol
from tocsin.sources.scrapest.sending import SendLimit
from tocsin.sources.scrapest.session import MESSAGE_LIMIT_BYTES, Messages, StreamSession
from tocsin.sources.scrapest.standstill import TURN_S, Standstill
from tocsin.sources.scrapest.subscription import FreshConnection

READ_BYTES: Final = 256 * 1024
"""What is read at once at the most; the library calls it a message's size, which it isn't."""

_ANSWER_LIMIT_BYTES: Final = 4096
_ANSWER_LIMIT_S: Final = 2.0

# What httpx-ws's own tasks may die of when the connection does; anything else is a bug and goes up.
_LOST: Final = (
    HTTPXWSException,
    ProtocolError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    OSError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a connection may take and be silent. A half-open one is noticed after `silence_limit` at the latest.

    `ping_every` must be well below `silence_limit`: each ping's answer is a sign of life.
    """

    handshake_limit: timedelta = timedelta(seconds=10)
    ping_every: timedelta = timedelta(seconds=5)
    silence_limit: timedelta = timedelta(seconds=12)


@final
class Link:
    """One connection to the stream; use it for one `run`.

    `on_messages` gets messages as they came, texts as UTF-8, those together that came together, and when that was;
    `on_subscribed` is called once everything wanted was asked for.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        headers: dict[str, str],
        *,
        protocol: ScrapestProtocol,
        send_limit: SendLimit,
        timing: Timing,
        clock: Clock,
        on_messages: Callable[[Sequence[bytes], datetime], None],
        on_subscribed: Callable[[datetime], None],
    ) -> None:
        self._client = client
        self._url = url
        self._headers = headers
        self._protocol = protocol
        self._send_limit = send_limit
        self._timing = timing
        self._clock = clock
        self._on_messages = on_messages
        self._on_subscribed = on_subscribed
        self._scope = anyio.CancelScope()
        self._changed = anyio.Event()
        self._ending: Ending | None = None
        self._opened_s: float | None = None
        self._heard_s = 0.0
        self._standstill = Standstill(clock.monotonic())
        self.last_seen_at: datetime | None = None
        """When we last knew that we were seeing the stream; None if we never were."""

    @property
    def lived(self) -> timedelta:
        """How long the connection has been open; zero if it never was."""
        return (
            timedelta(seconds=self._clock.monotonic() - self._opened_s) if self._opened_s is not None else timedelta()
        )

    def wake(self) -> None:
        """Send what has changed in the wanted subscriptions."""
        self._changed.set()

    async def run(self) -> Ending:
        """Connect, subscribe and receive until the connection ends; return how it did."""
        try:
            return await self._connect()
        except WebSocketUpgradeError as error:
            response = error.response
            answer = response.extensions.get("tocsin_answer", "")
            return HandshakeRefused(response.status_code, response.headers.get("retry-after"), answer)
        except (TimeoutError, httpx.TimeoutException):
            return Unreachable(f"no answer to the handshake within {self._timing.handshake_limit.total_seconds():g} s")
        except httpx.ProtocolError as error:
            return Garbled(printable(str(error), 200))
        except httpx.HTTPError as error:
            return Unreachable(_said(error))
        except BaseExceptionGroup as group:
            lost, others = group.split(_LOST)
            if others is not None or lost is None:
                raise
            return self._ending or Broken()

    async def _connect(self) -> Ending:
        websocket = AsyncWebSocketClient(
            self._client,
            session_class=StreamSession,
            max_message_size_bytes=READ_BYTES,
            # The library's keepalive takes any slow consumer for a dead server; ours listens for signs of life.
            keepalive_ping_interval_seconds=None,
        )
        with anyio.fail_after(self._timing.handshake_limit.total_seconds()) as handshake:
            # A dict of its own: httpx-ws writes the handshake's headers into it.
            async with websocket.connect(self._url, headers=dict(self._headers)) as session:
                handshake.deadline = math.inf
                return await self._live(session)

    async def _live(self, session: StreamSession) -> Ending:
        self._opened_s = self._clock.monotonic()
        self._standstill = Standstill(self._opened_s)
        self._heard()
        session.on_bytes = self._heard
        self._protocol.connected()
        with self._scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._pump, session)
                tasks.start_soon(self._subscribe, session)
                tasks.start_soon(self._ping, session)
                tasks.start_soon(self._watch)
        return self._ending or Broken()

    def _end(self, ending: Ending) -> None:
        """Let the first ending that is noticed be the one that counts."""
        if self._ending is None:
            self._ending = ending
        self._scope.cancel()

    def _heard(self) -> None:
        self._heard_s = self._clock.monotonic()
        # After a standstill the system hands out what it kept, and perhaps an end of long ago: a gap begins before it.
        if not self._standstill.is_behind(self._heard_s) and self.last_seen_at is not None:
            self.last_seen_at = self._clock.now()

    async def _pump(self, session: StreamSession) -> None:
        # Nothing here waits for the consumer: while it did, pings would go unanswered and the server hang up. Nor is
        # anything read here: what the consumer can't keep up with should cost no more than to be received.
        try:
            while True:
                event = await session.receive()
                if isinstance(event, Messages):
                    self._on_messages(event.payloads, self._clock.now())
                elif isinstance(event, TextMessage):
                    self._on_messages((event.data.encode(),), self._clock.now())
                elif isinstance(event, BytesMessage):
                    self._on_messages((bytes(event.data),), self._clock.now())
        except WebSocketDisconnect as error:
            if session.is_too_large:
                self._end(TooLarge(MESSAGE_LIMIT_BYTES))
            else:
                self._end(Closed(int(error.code), printable(error.reason, 125)))
        except (WebSocketNetworkError, anyio.EndOfStream, anyio.ClosedResourceError):
            self._end(Broken())

    async def _subscribe(self, session: StreamSession) -> None:
        while True:
            self._changed = anyio.Event()
            messages = self._protocol.changes()
            if isinstance(messages, FreshConnection):
                self._end(Replaced())
                return
            for message in messages:
                await self._send(session, TextMessage(data=message))
            if self.last_seen_at is None:
                # The server sends no acknowledgement, so "subscribed" is our own belief.
                self.last_seen_at = self._clock.now()
                self._on_subscribed(self.last_seen_at)
            await self._changed.wait()

    async def _ping(self, session: StreamSession) -> None:
        while True:
            await anyio.sleep(self._timing.ping_every.total_seconds())
            await self._send(session, Ping(payload=b"tocsin"))

    async def _watch(self) -> None:
        limit_s = self._timing.silence_limit.total_seconds()
        while True:
            now_s = self._clock.monotonic()
            self._standstill.is_behind(now_s)
            silence_s = now_s - self._heard_s
            if silence_s >= limit_s:
                self._end(Silent(self._timing.silence_limit))
                return
            await anyio.sleep(min(limit_s - silence_s, TURN_S))

    async def _send(self, session: StreamSession, event: Event) -> None:
        await anyio.sleep(self._send_limit.book(self._clock.monotonic()))
        try:
            await session.send(event)
        except WebSocketNetworkError:
            self._end(Broken())
        except LocalProtocolError:
            # The connection is closing: the pump is about to learn how it ended, and ends this task.
            await anyio.sleep_forever()


async def keep_answer(response: httpx.Response) -> None:
    """Read the beginning of a refused handshake's body while it can be read; for httpx's `response` event hook."""
    if response.status_code == 101:
        return
    answer = b""
    with anyio.move_on_after(_ANSWER_LIMIT_S):
        try:
            async with aclosing(cast("AsyncGenerator[bytes]", response.aiter_raw())) as chunks:
                async for chunk in chunks:
                    answer += chunk
                    if len(answer) >= _ANSWER_LIMIT_BYTES:
                        break
        except httpx.HTTPError:
            pass  # the status says enough
    response.extensions["tocsin_answer"] = printable(answer.decode("utf-8", "replace").strip(), 200)


def _said(error: httpx.HTTPError) -> str:
    """Return an error in words; some of httpx's carry none, or do not say why."""
    root: BaseException = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    if isinstance(root, ConnectionRefusedError):
        return "connection refused"
    if isinstance(root, gaierror):
        return "the host name can't be resolved"
    return printable(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__, 200)
