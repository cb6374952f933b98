"""Messages cut out of what was read are those that a general parser finds, however the bytes came."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Message, Ping, Pong, TextMessage

from tests.property.counts import examples
from tocsin.sources.scrapest.session import BoundedConnection, Messages

LIMIT = 3_000
texts = st.one_of(st.text(max_size=10), st.integers(100, 700).map(lambda size: "é" * size))
whole = st.one_of(
    texts.map(lambda text: TextMessage(data=text)), st.binary(max_size=9).map(lambda b: BytesMessage(data=b))
)
events = st.one_of(
    whole, whole, whole,
    st.binary(max_size=5).map(lambda payload: Ping(payload=payload)),
    st.binary(max_size=5).map(lambda payload: Pong(payload=payload)),
    texts.map(lambda text: TextMessage(data=text, message_finished=False)),
    st.just(CloseConnection(1001, "bye")),
    st.sampled_from([
        b"\x81\x02\xc3\x28", b"\xf1\x01x", b"\x81\x81abcdx", b"\x89\x7e\x00\x80" + b"x" * 128, b"\x83\x01x",
        b"\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00", b"\x81\x7e\x00\x01x", b"\x88\x01x", b"\x80\x01x", b"\x01\x00",
    ]),
)  # fmt: skip


def sent(wanted: list[Any]) -> bytes:
    """Return the bytes of frames, up to the server's own close."""
    server, found = Connection(ConnectionType.SERVER), b""
    for event in wanted:
        try:
            found += event if isinstance(event, bytes) else server.send(event)
        except TypeError:  # a binary in the middle of a text: a broken server's
            found += Connection(ConnectionType.SERVER).send(event)
        if isinstance(event, CloseConnection):
            break
    return found


def told(connection: Connection, pieces: list[bytes]) -> list[Any]:
    """Return what a connection makes of pieces: messages as bytes, parts of them joined."""
    found: list[Any] = []
    begun = b""
    for piece in pieces:
        connection.receive_data(piece)
        for event in connection.events():
            match event:
                case Messages(payloads):
                    found += payloads
                case Message(data=data):
                    begun += data.encode() if isinstance(data, str) else bytes(data)
                    if event.message_finished:
                        found.append(begun)
                        begun = b""
                case CloseConnection(code=code):
                    return [*found, code]
                case _:
                    found.append(event)
    return found


@settings(max_examples=examples(400), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events, max_size=8), st.lists(st.integers(0, 4_000), max_size=8))
def test_what_comes_is_what_a_general_parser_finds(wanted: list[Any], cuts: list[int]) -> None:
    data = sent(wanted)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[begin:end] for begin, end in itertools.pairwise(places)]
    assert told(BoundedConnection(LIMIT), pieces) == told(Connection(ConnectionType.CLIENT), pieces)


@settings(max_examples=50, deadline=None)
@given(st.lists(whole, min_size=1, max_size=5))
def test_whole_messages_that_come_together_stay_together(wanted: list[Any]) -> None:
    connection = BoundedConnection(LIMIT)
    connection.receive_data(sent(wanted))
    [messages] = connection.events()
    assert isinstance(messages, Messages)
    assert len(messages.payloads) == len(wanted)


def test_a_byte_at_a_time_costs_no_more_than_the_message() -> None:
    connection = BoundedConnection(limit_bytes=1_000_000)
    data = sent([TextMessage(data="x" * 100_000)])
    for place in range(len(data) - 1):
        connection.receive_data(data[place : place + 1])
        assert list(connection.events()) == []
    connection.receive_data(data[-1:])
    assert [event.payloads for event in connection.events() if isinstance(event, Messages)] == [[b"x" * 100_000]]
