"""A WebSocket server on loopback that does to each connection what a test tells it to."""

import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import anyio
from anyio.abc import SocketAttribute, SocketStream
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

Behaviour: TypeAlias = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one connection."""

    def __init__(self, stream: SocketStream) -> None:
        self.stream = stream
        self.websocket = WSConnection(ConnectionType.SERVER)
        self.request: Request | None = None
        self.messages: list[Any] = []
        self.pings = 0
        self.close_code: int | None = None
        self.gone = anyio.Event()

    async def events(self) -> list[Event]:
        """Wait for bytes; return what they meant, pings answered; empty at the end."""
        try:
            self.websocket.receive_data(await self.stream.receive())
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return []
        events = list(self.websocket.events())
        for event in events:
            await self._note(event)
        return events

    async def accept(self) -> None:
        """Take the handshake and open the WebSocket."""
        await self.handshake()
        await self.send(AcceptConnection())

    async def handshake(self) -> None:
        """Wait for the handshake's request."""
        while self.request is None and await self.events():
            pass

    async def subscribed(self) -> dict[str, Any]:
        """Wait for the first message of the client and return it."""
        while not self.messages and await self.events():
            pass
        message: dict[str, Any] = self.messages[0]
        return message

    async def open(self) -> None:
        """Accept and wait for the subscription."""
        await self.accept()
        await self.subscribed()

    async def tweet(self, number: int | str, **fields: Any) -> None:
        """Send a tweet."""
        data = {"id": str(number), "text": f"tweet {number}", **fields}
        await self.send(TextMessage(data=json.dumps({"type": "tweet", "data": data})))

    async def send(self, event: Event) -> None:
        """Send any WebSocket event."""
        await self.stream.send(self.websocket.send(event))

    async def refuse(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Answer the handshake with an HTTP status."""
        await self.handshake()
        lines = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        lines.append((b"content-length", str(len(body)).encode()))
        await self.send(RejectConnection(status_code=status, headers=lines, has_body=True))
        await self.send(RejectData(data=body, body_finished=True))

    async def until_gone(self) -> None:
        """Read on until the client has closed."""
        while await self.events():
            if self.close_code is not None:
                return

    def reset(self) -> None:
        """Let the connection end in a reset."""
        raw: socket.socket = self.stream.extra(SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def _note(self, event: Event) -> None:
        match event:
            case Request():
                self.request = event
            case Ping():
                self.pings += 1
                await self.send(event.response())
            case TextMessage():
                self.messages.append(json.loads(event.data))
            case CloseConnection():
                self.close_code = int(event.code)


class StreamServer:
    """Treats the nth connection as the nth behaviour says, and later ones as the last does."""

    def __init__(self, port: int, behaviours: Sequence[Behaviour]) -> None:
        self.url = f"ws://127.0.0.1:{port}/ws"
        self.peers: list[Peer] = []
        self._behaviours = behaviours

    async def handle(self, stream: SocketStream) -> None:
        """Serve one connection."""
        peer = Peer(stream)
        self.peers.append(peer)
        behaviour = self._behaviours[min(len(self.peers), len(self._behaviours)) - 1]
        async with stream:
            try:
                await behaviour(peer)
            except anyio.BrokenResourceError:
                return
            finally:
                peer.gone.set()


@asynccontextmanager
async def serving(*behaviours: Behaviour) -> AsyncIterator[StreamServer]:
    """Run a server on an ephemeral port until the block ends."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    server = StreamServer(listener.extra(SocketAttribute.local_port), behaviours)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.handle)
        yield server
        tasks.cancel_scope.cancel()


async def stays(peer: Peer) -> None:
    """Accept, send one tweet, and keep the connection."""
    await peer.open()
    await peer.tweet(len(peer.messages))
    await peer.until_gone()


def closes(code: int, reason: str = "") -> Behaviour:
    """Accept, then close with a code; 1005 is a close frame without one."""

    async def behave(peer: Peer) -> None:
        await peer.open()
        if code == 1005:
            await peer.stream.send(b"\x88\x00")
        else:
            await peer.send(CloseConnection(code=code, reason=reason))
        await peer.until_gone()

    return behave


def refuses(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Behaviour:
    """Answer the handshake with an HTTP status."""

    async def behave(peer: Peer) -> None:
        await peer.refuse(status, headers, body)

    return behave


async def cuts(peer: Peer) -> None:
    """Accept, then end the connection without a close frame (FIN)."""
    await peer.open()


async def resets(peer: Peer) -> None:
    """Accept, then reset the connection (RST)."""
    await peer.open()
    peer.reset()


async def babbles(peer: Peer) -> None:
    """Answer the handshake with what is no HTTP."""
    await peer.stream.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def hangs(peer: Peer) -> None:
    """Take the handshake and never answer it."""
    while await peer.events():
        pass


async def breaks_frames(peer: Peer) -> None:
    """Send a frame with reserved bits set, and note what the client closes with."""
    await peer.open()
    await peer.stream.send(b"\xf1\x01x")
    await peer.until_gone()


async def freezes(peer: Peer) -> None:
    """Keep the connection, but neither read nor write: half open."""
    await peer.open()
    await anyio.sleep_forever()


async def sends_huge_message(peer: Peer) -> None:
    """Send a message of 2 MiB, and note what the client closes with."""
    await peer.open()
    with anyio.move_on_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(peer.until_gone)
            await peer.send(TextMessage(data="x" * (2 * 1024 * 1024)))


async def sends_stray_pong(peer: Peer) -> None:
    """Send a pong that answers nothing, a binary frame and a tweet."""
    await peer.open()
    await peer.send(Pong(payload=b"stray"))
    data = json.dumps({"type": "tweet", "data": {"id": "binary"}}).encode()
    await peer.send(BytesMessage(data=data))
    await peer.tweet("after the pong")
    await peer.until_gone()
