"""What receiving costs, from the socket to Python's own objects, beside other clients on the same firehose."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from random import Random
from time import process_time
from typing import Any, Final

import anyio
import httpx
import msgspec
from httpx_ws import AsyncWebSocketClient, AsyncWebSocketSession

from tocsin.bench.firehose import firehose
from tocsin.clock import SystemClock
from tocsin.config.settings import SourceSettings, Subscription
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.sources.scrapest.link import READ_BYTES
from tocsin.sources.scrapest.session import Messages, StreamSession
from tocsin.sources.source import Inbox, Received

_PATIENCE_S: Final = 120.0
_HELLO: Final = '{"action": "subscribe"}'
_ROUNDS: Final = 3

Client = Callable[[str, int, Callable[[], None]], Awaitable[None]]
"""Receives so many tweets from an address, and says when it is connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Microseconds of processor time a tweet, by client; None for one that isn't installed.

    `session` is tocsin's session with httpx-ws, `httpx_ws` that library's own; both, like `picows`, give the message as
    it came. `picows_json` turns it into objects; `tocsin` has also checked each tweet and whether it came before.
    """

    tocsin: float
    session: float
    httpx_ws: float
    picows: float | None
    picows_json: float | None


def receiving(count: int) -> Receiving:
    """Return the least of several rounds, in each of which every client has its turn on one firehose."""
    clients: dict[str, tuple[Client, int]] = {
        "tocsin": (_tocsin, count),
        "session": (_session, count),
        "httpx_ws": (_httpx_ws, count // 10),
    }
    if find_spec("picows") is not None:
        clients |= {"picows": (_picows, count), "picows_json": (_picows_json, count)}
    least: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for name, (client, share) in clients.items():
            least[name] = min(least.get(name, float("inf")), anyio.run(_timed, client, share))
    return Receiving(
        tocsin=least["tocsin"],
        session=least["session"],
        httpx_ws=least["httpx_ws"],
        picows=least.get("picows"),
        picows_json=least.get("picows_json"),
    )


async def _timed(client: Client, count: int) -> float:
    began = [process_time()]

    def connected() -> None:
        began.append(process_time())

    with firehose(count) as url, anyio.fail_after(_PATIENCE_S):
        await client(url, count, connected)
        return (process_time() - began[-1]) / count * 1e6


async def _tocsin(url: str, count: int, connected: Callable[[], None]) -> None:
    settings = SourceSettings(type="scrapest", url=url)
    source = ScrapestSource(settings, (Subscription(),), clock=SystemClock(), rng=Random(1), log=_quiet)
    inbox = Inbox()
    seen = 0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(source.run, inbox)
        await inbox.take(1)  # that it is connected
        connected()
        while seen < count:
            seen += sum(isinstance(event, Received) for event in await inbox.take(5_000))
            seen += inbox.take_shed()
        tasks.cancel_scope.cancel()


async def _session(url: str, count: int, connected: Callable[[], None]) -> None:
    async with httpx.AsyncClient() as client:
        websocket = AsyncWebSocketClient(client, session_class=StreamSession, max_message_size_bytes=READ_BYTES)
        async with websocket.connect(url) as session:
            await session.send_text(_HELLO)
            connected()
            left = count
            while left > 0:
                event = await session.receive()
                left -= len(event.payloads) if isinstance(event, Messages) else 1


async def _httpx_ws(url: str, count: int, connected: Callable[[], None]) -> None:
    """Receive as the library's documentation has it."""
    async with httpx.AsyncClient() as client, _plain(client).connect(url) as session:
        await session.send_text(_HELLO)
        connected()
        for _ in range(count):
            await session.receive_text()


def _plain(client: httpx.AsyncClient) -> "AsyncWebSocketClient[AsyncWebSocketSession]":
    return AsyncWebSocketClient(client)


async def _picows(url: str, count: int, connected: Callable[[], None]) -> None:
    await _by_picows(url, count, connected, bytes)


async def _picows_json(url: str, count: int, connected: Callable[[], None]) -> None:
    await _by_picows(url, count, connected, msgspec.json.Decoder().decode)


async def _by_picows(url: str, count: int, connected: Callable[[], None], read: Callable[[memoryview], Any]) -> None:
    import picows  # type: ignore[import-not-found,unused-ignore]

    complete = anyio.Event()
    left = count

    class Listener(picows.WSListener):  # type: ignore[misc,name-defined,unused-ignore]
        def on_ws_connected(self, transport: Any) -> None:
            transport.send(picows.WSMsgType.TEXT, _HELLO.encode())
            connected()

        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            nonlocal left
            read(frame.get_payload_as_memoryview())
            left -= 1
            if left == 0:
                transport.disconnect()
                complete.set()

    await picows.ws_connect(Listener, url)
    await complete.wait()


def _quiet(*arguments: Any, **fields: Any) -> None:
    return None
