"""What our session leans on in httpx-ws that isn't public: when an upgrade changes it, these tests fail first."""

import inspect
from typing import Any

import anyio
import httpcore
import pytest
from httpx_ws import AsyncWebSocketSession
from httpx_ws._ping import AsyncPingManager
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Pong, TextMessage

from tocsin.sources.scrapest.session import BoundedConnection, StreamSession

SERVER = ConnectionType.SERVER


class Quiet(httpcore.AsyncNetworkStream):
    """A network stream on which nothing ever comes and nothing can be written: a half-open peer."""

    def __init__(self) -> None:
        self.closed = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await anyio.sleep_forever()
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await anyio.sleep_forever()

    async def aclose(self) -> None:
        self.closed += 1


def test_the_private_names_that_we_override_are_still_the_ones_that_are_used() -> None:
    receiving = inspect.getsource(AsyncWebSocketSession._background_receive)
    assert "await self._read_stream(max_bytes)" in receiving
    assert "self.connection.events()" in receiving
    assert "self._ping_manager.ack(event.payload)" in receiving
    assert "self._pings.pop(" in inspect.getsource(AsyncPingManager.ack)
    leaving = inspect.getsource(AsyncWebSocketSession.__asynccontextmanager__)
    assert "await self.close()" in leaving
    assert list(inspect.signature(AsyncWebSocketSession.close).parameters) == ["self", "code", "reason"]


@pytest.mark.anyio
async def test_our_session_puts_its_own_parts_where_the_library_looks_for_them() -> None:
    session = StreamSession(Quiet())
    assert isinstance(session.connection, BoundedConnection)
    session._ping_manager.ack(b"an answer to no ping of ours")
    ping_id, answered = session._ping_manager.create(b"ours")
    session._ping_manager.ack(ping_id)
    assert answered.is_set()


@pytest.mark.anyio
async def test_closing_ends_although_the_peer_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.sources.scrapest.session._CLOSE_LIMIT_S", 0.02)
    stream = Quiet()
    with anyio.fail_after(2):
        async with StreamSession(stream, keepalive_ping_interval_seconds=None):
            pass
    assert stream.closed >= 1


def received(connection: BoundedConnection, *messages: Any) -> list[Any]:
    server = Connection(SERVER)
    events = []
    for message in messages:
        connection.receive_data(server.send(message))
        events += list(connection.events())
    return events


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([TextMessage(data="x" * 101)], id="one frame"),
        pytest.param([BytesMessage(data=b"x" * 101)], id="binary"),
        pytest.param([TextMessage(data="x" * 60, message_finished=False), TextMessage(data="x" * 60)], id="fragments"),
        pytest.param([TextMessage(data="", message_finished=False)] * 5000, id="endless empty fragments"),
    ],
)
def test_a_message_past_the_limit_ends_the_connection_with_1009(messages: list[Any]) -> None:
    connection = BoundedConnection(limit_bytes=100)
    events = received(connection, *messages, TextMessage(data="more"))
    assert events[-1] == CloseConnection(1009, "message too large")
    assert connection.parting_code == 1009


def test_messages_up_to_the_limit_pass_one_after_the_other() -> None:
    connection = BoundedConnection(limit_bytes=100)
    events = received(connection, *[TextMessage(data="x" * 100)] * 3, Pong(payload=b""))
    assert [type(event) for event in events] == [TextMessage] * 3 + [Pong]
    assert connection.parting_code is None


def test_a_broken_frame_names_the_code_that_we_close_with_and_the_servers_own_close_does_not() -> None:
    broken, closed = BoundedConnection(), BoundedConnection()
    broken.receive_data(b"\xf1\x01x")
    assert [type(event) for event in broken.events()] == [CloseConnection]
    assert broken.parting_code == 1002
    received(closed, CloseConnection(1001))
    assert closed.parting_code is None
