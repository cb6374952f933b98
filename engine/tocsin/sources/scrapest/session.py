"""The httpx-ws session with what it lacks: a size limit, tolerance of stray pongs, a close that ends.

It leans on names of httpx-ws 0.9 that are not public (`_ping_manager`, `_read_stream`);
tests/unit/sources/test_session.py fails when an upgrade changes them.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpcore
from httpx_ws import AsyncWebSocketSession, HTTPXWSException
from httpx_ws._ping import AsyncPingManager
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Event, Message
from wsproto.frame_protocol import CloseReason

from tocsin.sources.scrapest.frames import FrameCutter

MESSAGE_LIMIT_BYTES: Final = 1024 * 1024
_MOST_PIECES: Final = 4096
"""Frames, or parts of them that arrived apart, in one message: joining a million of a byte each would take minutes."""

_CLOSE_LIMIT_S: Final = 2.0

_DEAF: Final = (ConnectionState.REMOTE_CLOSING, ConnectionState.CLOSED)
"""Nothing that comes after the server's close is heard."""


@dataclass(frozen=True, slots=True)
class Messages(Event):
    """Whole messages that one read brought, texts as UTF-8, in order."""

    payloads: list[bytes]


class BoundedConnection(Connection):
    """A client's WebSocket connection that ends itself at the first message past the limit.

    `parting_code` is the code that we must close with, None as long as the server did nothing wrong.
    """

    def __init__(self, limit_bytes: int = MESSAGE_LIMIT_BYTES) -> None:
        self._cutter = FrameCutter(limit_bytes)
        self._came: deque[list[bytes] | bytes] = deque()
        super().__init__(ConnectionType.CLIENT)
        self.parting_code: int | None = None
        self._limit_bytes = limit_bytes
        self._size = 0
        self._pieces = 0

    def receive_data(self, data: bytes | None) -> None:
        """Take what was read; `events` says what it means."""
        if data is None or self.state is ConnectionState.CLOSED:
            super().receive_data(data)
        else:
            self._came.extend(self._cutter.cut(data))

    def events(self) -> Generator[Event, None, None]:
        """Yield what came; past the limit a CloseConnection of our own, then nothing more."""
        yield from self._parsed_events()  # what wsproto has to say by itself
        while self._came and self.parting_code is None and self.state not in _DEAF:
            came = self._came.popleft()
            if isinstance(came, list):
                yield Messages(came)
            else:
                super().receive_data(came)
                yield from self._parsed_events()

    def _parsed_events(self) -> Generator[Event, None, None]:
        if self.parting_code is not None:
            return
        for event in super().events():
            if isinstance(event, Message) and self._is_too_large(event):
                self.parting_code = CloseReason.MESSAGE_TOO_BIG
                yield CloseConnection(self.parting_code, "message too large")
                return
            if isinstance(event, CloseConnection) and self.state is ConnectionState.OPEN:
                # wsproto found a broken frame: the server still waits to be told.
                self.parting_code = int(event.code)
            yield event

    def _is_too_large(self, event: Message[Any]) -> bool:
        # A text's characters are counted, not its bytes: encoding it again only to measure would cost more.
        self._size += len(event.data)
        self._pieces += 1
        is_too_large = self._size > self._limit_bytes or self._pieces > _MOST_PIECES
        if event.message_finished:
            self._size = self._pieces = 0
        return is_too_large


class _TolerantPings(AsyncPingManager):
    """Lets a pong that answers no ping pass, as RFC 6455 (5.5.3) allows it; the original raises KeyError."""

    def ack(self, ping_id: bytes | bytearray) -> None:
        if bytes(ping_id) in self._pings:
            super().ack(ping_id)


class StreamSession(AsyncWebSocketSession):
    """One WebSocket session; `on_bytes` is called whenever anything at all came from the server."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connection: BoundedConnection = BoundedConnection()
        self._ping_manager = _TolerantPings()
        self.on_bytes: Callable[[], None] = _nothing

    @property
    def is_too_large(self) -> bool:
        """Whether a message was past the limit."""
        return self.connection.parting_code == CloseReason.MESSAGE_TOO_BIG

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Say goodbye if the server still listens, and let go of the socket, within two seconds each."""
        if self.connection.parting_code is not None and self.connection.state is ConnectionState.OPEN:
            await self._part(self.connection.parting_code)
        with anyio.move_on_after(_CLOSE_LIMIT_S, shield=True) as attempt:
            await super().close(code, reason)
        if attempt.cancelled_caught:
            with anyio.move_on_after(_CLOSE_LIMIT_S, shield=True):
                await self.stream.aclose()

    async def _part(self, code: int) -> None:
        """Tell the server why we go, and read on until it has gone, within `_CLOSE_LIMIT_S`.

        Closing a socket with unread bytes resets it, and a reset can overtake the close frame that explains it.
        """
        with anyio.move_on_after(_CLOSE_LIMIT_S, shield=True):
            try:
                await self.send(CloseConnection(code))
                while await self.stream.read(65_536):
                    pass
            except (HTTPXWSException, httpcore.NetworkError):
                return  # it was quicker

    async def _read_stream(self, max_bytes: int) -> bytes:
        data = await super()._read_stream(max_bytes)
        self.on_bytes()
        return data


def _nothing() -> None:
    return None
