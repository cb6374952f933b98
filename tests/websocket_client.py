"""A WebSocket client with nothing hidden: each frame is written and read as it is."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import anyio
from anyio.abc import SocketStream
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)


class Ended(Exception):
    """The TCP connection has ended: by FIN (`reset` false) or RST."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__("reset" if reset else "end of stream")
        self.reset = reset


class Refused(Exception):
    """The handshake was answered with an HTTP status."""

    def __init__(self, answer: RejectConnection, body: bytes) -> None:
        super().__init__(answer.status_code)
        self.status = answer.status_code
        self.headers = {name.decode(): value.decode() for name, value in answer.headers}
        self.body = body


class Client:
    """One connection. Pings are answered unless `answers_pings` is false; all events are kept in `seen`."""

    def __init__(self, stream: SocketStream) -> None:
        self.stream = stream
        self.websocket = WSConnection(ConnectionType.CLIENT)
        self.answers_pings = True
        self.seen: list[Event] = []
        self._ready: list[Event] = []

    async def send(self, event: Event) -> None:
        """Send one event."""
        await self.stream.send(self.websocket.send(event))

    async def send_json(self, message: Any) -> None:
        """Send a text message."""
        await self.send(TextMessage(data=json.dumps(message)))

    async def subscribe(self, **filters: Any) -> None:
        """Send a subscription."""
        await self.send_json({"action": "subscribe", "filters": filters})

    async def next_event(self) -> Event:
        """Return the next event.

        Raises:
            Ended: there is none.
        """
        while not self._ready:
            try:
                self.websocket.receive_data(await self.stream.receive())
            except anyio.EndOfStream as error:
                raise Ended(reset=False) from error
            except anyio.BrokenResourceError as error:
                raise Ended(reset=isinstance(error.__cause__, ConnectionResetError)) from error
            self._ready.extend(self.websocket.events())
        event = self._ready.pop(0)
        self.seen.append(event)
        if isinstance(event, Ping) and self.answers_pings:
            await self.send(event.response())
        return event

    async def next_of(self, *kinds: type[Event]) -> Any:
        """Return the next event of these kinds, passing over others."""
        while True:
            event = await self.next_event()
            if isinstance(event, kinds):
                return event

    async def next_text(self) -> str:
        """Return the next text message, whole."""
        text = ""
        while True:
            event: TextMessage = await self.next_of(TextMessage)
            text += event.data
            if event.message_finished:
                return text

    async def next_json(self) -> Any:
        """Return the next text message as JSON."""
        return json.loads(await self.next_text())

    async def tweet_ids(self, count: int) -> list[str]:
        """Return the ids of the next tweets."""
        return [(await self.next_json())["data"]["id"] for _ in range(count)]

    async def close_code(self) -> int:
        """Wait for the server's close, answer it, and return its code."""
        event: CloseConnection = await self.next_of(CloseConnection)
        await self.send(event.response())
        return int(event.code)

    async def until_close(self) -> tuple[list[str], int]:
        """Return the ids of all tweets up to the server's close, and its code."""
        code = await self.close_code()
        messages = "".join(event.data for event in self.seen if isinstance(event, TextMessage))
        return _ids(messages), code

    async def handshake(self, url: str, headers: dict[str, str]) -> None:
        """Ask for a WebSocket.

        Raises:
            Refused: the answer was another.
        """
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send(Request(host=parts.netloc, target=target, extra_headers=named))
        answer = await self.next_of(AcceptConnection, RejectConnection)
        if isinstance(answer, RejectConnection):
            body = b""
            while True:
                data: RejectData = await self.next_of(RejectData)
                body += data.data
                if data.body_finished:
                    raise Refused(answer, body)


def _ids(messages: str) -> list[str]:
    """Return the ids in messages of tweets that follow one another without anything between."""
    decoder, ids, place = json.JSONDecoder(), [], 0
    while place < len(messages):
        message, place = decoder.raw_decode(messages, place)
        ids.append(message["data"]["id"])
    return ids


@asynccontextmanager
async def connected(url: str, key: str = "a-key", headers: dict[str, str] | None = None) -> AsyncIterator[Client]:
    """Connect with a key; `headers` in its place if given. Everything has to be over within 10 seconds."""
    parts = urlsplit(url)
    stream = await anyio.connect_tcp(parts.hostname or "127.0.0.1", parts.port or 80)
    with anyio.fail_after(10):
        async with stream:
            client = Client(stream)
            await client.handshake(url, {"Authorization": f"Bearer {key}"} if headers is None else headers)
            yield client
