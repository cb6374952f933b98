"""Each fault, as a client sees it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import pytest
from wsproto.events import BytesMessage, Message, Ping, Pong, TextMessage

from tests.websocket_client import Client, Ended, Refused, connected
from tocsin.clock import Clock
from tocsin.simulator.faults import (
    Close,
    Drop,
    Fault,
    Garbage,
    HalfOpen,
    Malformed,
    Oversize,
    Refuse,
    Reset,
    Stall,
    UnsolicitedPong,
)
from tocsin.simulator.malformed import MESSAGES
from tocsin.simulator.server import Simulator, SimulatorOptions
from tocsin.simulator.session import SessionOptions
from tocsin.testing import ManualClock

pytestmark = pytest.mark.anyio

SOON = timedelta(milliseconds=20)


@asynccontextmanager
async def subscribed(clock: Clock | None = None) -> AsyncIterator[tuple[Simulator, Client]]:
    """A server that pings often, and a client that asks for everything."""
    options = SimulatorOptions(session=SessionOptions(ping_every=SOON))
    async with Simulator(options, clock=clock) as server, connected(server.url) as client:
        await client.subscribe()
        await server.until_subscribed()
        yield server, client


def send(server: Simulator, number: int) -> None:
    server.send({"id": str(number), "text": f"tweet {number}"})


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1008, 1011, 1012, 1013, 4000])
async def test_a_close_has_the_code_that_was_asked_for(code: int) -> None:
    async with subscribed() as (server, client):
        server.inject(Close(code))
        assert await client.close_code() == code
        await server.until_gone()
    assert server.log.of("closed")[0].details["by"] == "fault"


async def test_a_close_without_a_code_leaves_a_reason_out() -> None:
    async with subscribed() as (server, client):
        server.inject(Close(1005, "unsayable"))
        assert await client.close_code() == 1005


async def test_a_close_may_give_a_reason() -> None:
    async with subscribed() as (server, client):
        server.inject(Close(1008, "key revoked"))
        await client.close_code()
        assert getattr(client.seen[-1], "reason", None) == "key revoked"


@pytest.mark.parametrize(("fault", "reset"), [(Drop(), False), (Close(1006), False), (Reset(), True)])
async def test_a_dropped_connection_ends_without_a_close(fault: Fault, reset: bool) -> None:
    async with subscribed() as (server, client):
        server.inject(fault)
        with pytest.raises(Ended) as ended:
            await client.next_of(Message)
        assert ended.value.reset is reset
        await server.until_gone()


async def test_a_stalled_connection_answers_pings_but_sends_no_tweets_until_it_goes_on() -> None:
    clock = ManualClock()
    async with subscribed(clock) as (server, client):
        server.inject(Stall(timedelta(minutes=5)))
        send(server, 1)
        await client.send(Ping(payload=b"still there?"))
        assert (await client.next_of(Pong)).payload == b"still there?"
        clock.advance(timedelta(minutes=5))
        send(server, 2)
        assert await client.tweet_ids(1) == ["2"]
    assert [entry.details["why"] for entry in server.log.of("dropped")] == ["stalled"]


async def test_a_half_open_connection_stays_open_and_silent() -> None:
    async with subscribed() as (server, client):
        server.inject(HalfOpen())
        send(server, 1)
        await client.send(Ping(payload=b"anyone?"))
        with anyio.move_on_after(5 * SOON.total_seconds()) as waited:
            await client.next_of(TextMessage, Pong)
        assert waited.cancelled_caught
        assert len(server.connections) == 1


async def test_a_half_open_connection_may_end_after_a_time() -> None:
    async with subscribed() as (server, client):
        server.inject(HalfOpen(SOON))
        with pytest.raises(Ended):
            await client.next_of(Pong)


async def test_malformed_messages_are_proper_frames_and_tweets_go_on_after_them() -> None:
    async with subscribed() as (server, client):
        server.inject(Malformed())
        send(server, 1)
        assert [await client.next_text() for _ in MESSAGES] == list(MESSAGES)
        await client.next_of(BytesMessage)
        assert await client.tweet_ids(1) == ["1"]


async def test_an_oversize_tweet_has_the_size_that_was_asked_for() -> None:
    async with subscribed() as (server, client):
        server.inject(Oversize(300_000))
        message = json.loads(await client.next_text())
        assert len(message["data"]["text"]) == 300_000


async def test_an_unsolicited_pong_arrives_unasked() -> None:
    async with subscribed() as (server, client):
        server.inject(UnsolicitedPong())
        assert (await client.next_of(Pong)).payload == b"nobody asked"


async def test_garbage_can_not_be_read_as_frames() -> None:
    async with subscribed() as (server, client):
        server.inject(Garbage())
        assert await client.close_code() == 1002


async def statuses(server: Simulator, count: int) -> list[int]:
    """Return how that many handshakes, one after the other, are answered."""
    found = []
    for _ in range(count):
        try:
            async with connected(server.url):
                found.append(101)
        except Refused as refused:
            found.append(refused.status)
    return found


async def test_handshakes_are_refused_as_often_as_asked_while_open_connections_stay() -> None:
    async with subscribed() as (server, client):
        server.inject(Refuse(503, attempts=2))
        assert await statuses(server, 3) == [503, 503, 101]
        send(server, 1)
        assert await client.tweet_ids(1) == ["1"]


async def test_handshakes_are_refused_for_a_time() -> None:
    clock = ManualClock()
    async with Simulator(clock=clock) as server:
        server.inject(Refuse(429, lasts=timedelta(minutes=5)))
        assert await statuses(server, 2) == [429, 429]
        clock.advance(timedelta(minutes=5))
        assert await statuses(server, 1) == [101]


async def test_a_refusal_says_when_to_come_back_and_where_to_go() -> None:
    async with Simulator() as server:
        server.inject(Refuse(302, retry_after="7", location="http://127.0.0.1:1/ws"))
        with pytest.raises(Refused) as refused:
            async with connected(server.url):
                pass
    assert refused.value.headers["retry-after"] == "7"
    assert refused.value.headers["location"] == "http://127.0.0.1:1/ws"
    assert json.loads(refused.value.body) == {"error": "refused on request"}


async def test_a_fault_can_befall_one_connection_only() -> None:
    async with subscribed() as (server, first), connected(server.url) as second:
        await second.subscribe()
        await server.until_subscribed(2)
        server.inject(Close(1012), connection=2)
        send(server, 1)
        assert await second.close_code() == 1012
        assert await first.tweet_ids(1) == ["1"]
