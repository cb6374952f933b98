"""One client's connection, from its open WebSocket to its end.

One task reads, one writes, one keeps alive; whoever sees the end first sets `_ending`, and all stop. Only the writer
touches the socket's sending side, so everything to be sent goes through one bounded queue.
"""

import json
import os
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, assert_never

import anyio
from anyio.abc import SocketAttribute, SocketStream
from wsproto import WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from tocsin.clock import Clock
from tocsin.simulator.event_log import EventLog
from tocsin.simulator.faults import (
    Close,
    Drop,
    Garbage,
    HalfOpen,
    Malformed,
    Oversize,
    Reset,
    SessionFault,
    Stall,
    UnsolicitedPong,
    name_of,
)
from tocsin.simulator.limits import Bucket
from tocsin.simulator.malformed import malformed_events, oversize_tweet
from tocsin.simulator.subscriptions import BadFilter, Post, Subscriptions, read_filter

CLOSE_WITHIN: Final = timedelta(seconds=2)
"""How long a client may take to answer a close."""

_GARBAGE: Final = b"\xff\xff\x00\x01 this is no frame \xfe\xfe\xfe\xfe"
_WRITTEN_AT_ONCE: Final = 64
_MESSAGES_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How every connection is treated. `queue` is how many messages may wait for a slow client."""

    acks: bool = False
    queue: int = 1_000
    message_bytes: int = 1024 * 1024
    ping_every: timedelta = timedelta(seconds=30)
    silent_after: timedelta = timedelta(seconds=60)
    limit_in_per_s: float = 100
    limit_out_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """Something to be written; `tweet` is the id of the tweet that it is, if it is one."""

    what: Event | bytes
    tweet: str | None = None


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a connection ended: the close and who began it, and what becomes of the socket."""

    by: str
    code: int = 1006
    reason: str = ""
    leave: Drop | Reset | HalfOpen = Drop()  # noqa: RUF009 - frozen


class Session:
    """An accepted client. `run` does everything; the other methods may be called meanwhile."""

    def __init__(
        self,
        number: int,
        stream: SocketStream,
        websocket: WSConnection,
        options: SessionOptions,
        clock: Clock,
        log: EventLog,
        on_subscribed: Callable[[], None],
    ) -> None:
        self.number = number
        self.subscriptions = Subscriptions()
        self.messages: deque[Any] = deque(maxlen=_MESSAGES_KEPT)
        self.dropped = 0
        self._stream = stream
        self._websocket = websocket
        self._options = options
        self._clock = clock
        self._log = log
        self._on_subscribed = on_subscribed
        self._queue: deque[_Outgoing] = deque()
        self._wake = anyio.Event()
        self._room = anyio.Event()
        self._incoming = Bucket(options.limit_in_per_s, burst=2 * options.limit_in_per_s)
        self._outgoing = Bucket(options.limit_out_per_s, options.limit_out_per_s) if options.limit_out_per_s else None
        self._heard_at = clock.monotonic()
        self._stalled_until = float("-inf")
        self._closing: _Ended | None = None
        self._ending: _Ended | None = None
        self._ended = anyio.Event()
        self._partial: list[str | bytes] = []
        self._partial_size = 0

    async def run(self) -> None:
        """Serve the client until either side ends the connection; the socket is closed afterwards."""
        try:
            async with anyio.create_task_group() as tasks:
                for task in (self._read, self._write, self._keep_alive):
                    tasks.start_soon(task)
                await self._ended.wait()
                tasks.cancel_scope.cancel()
        finally:
            ended = self._ending or _Ended("server")
            self._log.note("closed", self.number, code=ended.code, reason=ended.reason, by=ended.by)
        await self._leave(ended.leave)

    def offer(self, post: Post, message: str) -> None:
        """Send a tweet if the client asked for it; dropped and counted if it reads too slowly or is over its limit."""
        if self._closing is not None or not self.subscriptions.include(post):
            return None
        now = self._clock.monotonic()
        if now < self._stalled_until:
            return self._drop(post, "stalled")
        if self._outgoing is not None and not self._outgoing.take(now):
            return self._drop(post, "limit-out")
        if len(self._queue) >= self._options.queue:
            return self._drop(post, "slow")
        return self._put(TextMessage(data=message), post.id)

    def inject(self, fault: SessionFault) -> None:
        """Let something go wrong, after what is already in the queue where it is something that is sent."""
        self._log.note("fault", self.number, fault=name_of(fault))
        match fault:
            case Close(code=1006) | Drop():
                self._end(_Ended("fault", leave=Drop()))
            case Close(code=code, reason=reason):
                self.close(code, reason, by="fault")
            case Reset() | HalfOpen():
                self._end(_Ended("fault", leave=fault))
            case Stall(lasts=lasts):
                seconds = float("inf") if lasts is None else lasts.total_seconds()
                self._stalled_until = self._clock.monotonic() + seconds
            case Malformed():
                for event in malformed_events():
                    self._put(event)
            case Oversize(size_bytes=size_bytes):
                self._put(TextMessage(data=oversize_tweet(size_bytes)))
            case UnsolicitedPong():
                self._put(Pong(payload=b"nobody asked"))
            case Garbage():
                self._put(_GARBAGE)
            case _:
                assert_never(fault)

    def close(self, code: int, reason: str = "", *, by: str = "server") -> None:
        """Send what is in the queue, then close, and wait a little for the client's own close."""
        if self._closing is None:
            self._closing = _Ended(by, code, reason)
            self._put(_close_frame(code, reason))

    def send_text(self, message: str) -> None:
        """Send any text, asked for or not."""
        self._put(TextMessage(data=message))

    async def room(self) -> None:
        """Wait until less than half of the queue is taken, or the connection has ended."""
        while len(self._queue) > self._options.queue // 2 and not self._ended.is_set():
            self._room = anyio.Event()
            await self._room.wait()

    def _end(self, ending: _Ended) -> None:
        if self._ending is None:
            self._ending = ending
        self._ended.set()
        self._room.set()

    def _put(self, what: Event | bytes, tweet: str | None = None) -> None:
        # Pongs and error frames have to stop somewhere too: a client may ask for them without ever reading.
        is_close = isinstance(what, CloseConnection)
        if len(self._queue) < 2 * self._options.queue or is_close:
            self._queue.append(_Outgoing(what, tweet))
        self._wake.set()

    def _drop(self, post: Post, why: str) -> None:
        self.dropped += 1
        self._log.note("dropped", self.number, id=post.id, why=why)

    async def _keep_alive(self) -> None:
        ping_every = self._options.ping_every.total_seconds()
        silent_after = self._options.silent_after.total_seconds()
        pinged_at = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            if now - self._heard_at >= silent_after:
                return self._end(_Ended("server", reason=f"silent for {silent_after:g} s"))
            if now - pinged_at >= ping_every:
                pinged_at = now
                self._put(Ping(payload=str(self.number).encode()))
            await anyio.sleep(min(self._heard_at + silent_after, pinged_at + ping_every) - now)

    async def _write(self) -> None:
        while True:
            while not self._queue:
                self._wake = anyio.Event()
                await self._wake.wait()
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), _WRITTEN_AT_ONCE))]
            encoded = [self._encode(each.what) for each in batch]
            try:
                await self._stream.send(b"".join(encoded))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
                return self._end(_Ended("client"))
            for each, data in zip(batch, encoded, strict=True):
                if data and each.tweet is not None:
                    self._log.note("sent", self.number, id=each.tweet)
            self._room.set()
            if self._closing is not None and any(isinstance(each.what, CloseConnection) for each in batch):
                with anyio.move_on_after(CLOSE_WITHIN.total_seconds()):
                    if self._websocket.state is not ConnectionState.CLOSED:
                        await self._ended.wait()
                return self._end(self._closing)

    def _encode(self, what: Event | bytes) -> bytes:
        if isinstance(what, bytes):
            return what
        try:
            return self._websocket.send(what)
        except ProtocolError:
            return b""  # either side has closed: nothing may follow

    async def _read(self) -> None:
        while True:
            try:
                data = await self._stream.receive()
                self._heard_at = self._clock.monotonic()
                self._websocket.receive_data(data)
                events = list(self._websocket.events())
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ProtocolError, OSError):
                return self._end(self._closing or _Ended("client"))
            for event in events:
                self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Ping():
                self._put(event.response())
            case CloseConnection(code=code, reason=reason):
                self._take_close(int(code), reason or "")
            case TextMessage() | BytesMessage():
                self._take_fragment(event)
            case _:
                pass  # pongs count as a sign of life, which is already noted

    def _take_close(self, code: int, reason: str) -> None:
        is_first_close = self._websocket.state is ConnectionState.REMOTE_CLOSING
        if self._closing is not None:
            # If ours is still in the queue, the client has yet to get it.
            if not is_first_close:
                self._end(self._closing)
        elif is_first_close:
            self._closing = _Ended("client", code, reason)
            self._put(_close_frame(code))
        else:
            self.close(code, reason)  # wsproto's verdict on frames that can't be read

    def _take_fragment(self, event: Message[Any]) -> None:
        if self._closing is not None:
            return
        self._partial.append(event.data)
        self._partial_size += len(event.data)
        if self._partial_size > self._options.message_bytes:
            self._partial.clear()
            self.close(CloseReason.MESSAGE_TOO_BIG, f"messages may hold {self._options.message_bytes} bytes")
        elif event.message_finished:
            parts, self._partial, self._partial_size = self._partial, [], 0
            self._take_message("".join(part if isinstance(part, str) else "" for part in parts), event)

    def _take_message(self, text: str, last: Message[Any]) -> None:
        if not self._incoming.take(self._clock.monotonic()):
            self._log.note("limit-exceeded", self.number, limit_per_s=self._options.limit_in_per_s)
            return self.close(CloseReason.POLICY_VIOLATION, "rate limit exceeded")
        if not isinstance(last, TextMessage):
            return self._refuse("messages are text")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return self._refuse("not JSON")
        if not isinstance(message, dict):
            return self._refuse("not a JSON object")
        self.messages.append(message)
        return self._obey(message)

    def _obey(self, message: dict[str, Any]) -> None:
        action = message.get("action")
        if action not in ("subscribe", "unsubscribe"):
            return self._refuse("action must be subscribe or unsubscribe")
        filters = read_filter(message.get("filters"))
        if isinstance(filters, BadFilter):
            return self._refuse(filters.reason)
        if action == "subscribe":
            problem = self.subscriptions.add(filters)
            if problem is not None:
                return self._refuse(problem.reason)
        else:
            self.subscriptions.remove(filters)
        self._log.note(
            "subscribed" if action == "subscribe" else "unsubscribed", self.number, filters=message.get("filters")
        )
        self._acknowledge({"type": f"{action}d", "filters": message.get("filters")})
        if action == "subscribe":
            self._on_subscribed()
        return None

    def _refuse(self, reason: str) -> None:
        self._log.note("refused-message", self.number, reason=reason)
        self._acknowledge({"type": "error", "message": reason})

    def _acknowledge(self, message: dict[str, Any]) -> None:
        if self._options.acks:
            self._put(TextMessage(data=json.dumps(message)))

    async def _leave(self, how: Drop | Reset | HalfOpen) -> None:
        if isinstance(how, HalfOpen):
            if how.lasts is None:
                await anyio.sleep_forever()
            else:
                await anyio.sleep(how.lasts.total_seconds())
        if isinstance(how, Reset):
            _reset(self._stream.extra(SocketAttribute.raw_socket))  # noqa: S610 - anyio's, not Django's
        await self._stream.aclose()


def _close_frame(code: int, reason: str = "") -> CloseConnection:
    if code == CloseReason.NO_STATUS_RCVD:
        return CloseConnection(code=CloseReason.NO_STATUS_RCVD)
    return CloseConnection(code=code, reason=reason or None)


def _reset(raw: socket.socket) -> None:
    """Make the kernel send RST, now.

    Lingering for no time makes closing a reset. But anyio's `aclose` shuts the sending side down first, which sends
    the FIN that a reset does without; so the socket is closed by laying another file over its descriptor.
    """
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), raw.fileno(), inheritable=False)
