"""The simulator as a client on loopback sees it."""

import json
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from tests.websocket_client import Client, Ended, Refused, connected
from tocsin.simulator.server import Simulator, SimulatorOptions
from tocsin.simulator.session import SessionOptions

pytestmark = pytest.mark.anyio

SOON = timedelta(milliseconds=20)


def simulator(*, acks: bool = True, session: dict[str, Any] | None = None, **options: Any) -> Simulator:
    return Simulator(SimulatorOptions(session=SessionOptions(acks=acks, **(session or {})), **options))


def tweet(number: int, text: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "text": text, **fields}


async def subscribed(client: Client, **filters: Any) -> None:
    """Subscribe, and wait for the acknowledgement."""
    await client.subscribe(**filters)
    assert await client.next_json() == {"type": "subscribed", "filters": filters}


async def test_a_subscriber_receives_what_it_asked_for_in_the_specifications_form() -> None:
    data = tweet(1, "I ♥ javascript", user={"id": "1", "username": "a", "name": "A"}, metrics={"retweets": 1})
    async with simulator() as server, connected(server.url) as client:
        await subscribed(client, keywords=["javascript"])
        server.send(tweet(0, "nothing for us"))
        server.send(data)
        assert await client.next_json() == {"type": "tweet", "data": data}


async def test_nothing_is_sent_before_a_subscription_nor_to_others() -> None:
    async with simulator() as server, connected(server.url) as client, connected(server.url) as other:
        server.send(tweet(1))
        await subscribed(client)
        await subscribed(other, users=["nobody"])
        server.send(tweet(2))
        await subscribed(other)
        server.send(tweet(3))
        assert await client.tweet_ids(2) == ["2", "3"]
        assert await other.tweet_ids(1) == ["3"]


async def test_unsubscribing_takes_its_values_out() -> None:
    async with simulator() as server, connected(server.url) as client:
        await subscribed(client, keywords=["a", "b"])
        await client.send_json({"action": "unsubscribe", "filters": {"keywords": ["a"]}})
        assert (await client.next_json())["type"] == "unsubscribed"
        for number, text in enumerate("abc"):
            server.send(tweet(number, text))
        assert await client.tweet_ids(1) == ["1"]
        assert server.connections[0].messages[1]["action"] == "unsubscribe"


async def test_fields_can_be_left_out_of_tweets_but_still_be_filtered_by() -> None:
    data = tweet(1, user={"id": "1", "username": "ada"}, metrics={"retweets": 9})
    async with simulator(leave_out=frozenset({"user", "metrics"})) as server, connected(server.url) as client:
        await subscribed(client, users=["ada"], min_retweets=9)
        server.send(data)
        assert (await client.next_json())["data"] == tweet(1)


JUNK = ["", "nonsense", "[]", '"subscribe"', "{}", '{"action": "dance"}', '{"action": ["subscribe"]}', "[" * 50_000]


@pytest.mark.parametrize("acks", [True, False])
async def test_junk_ends_nothing_and_is_answered_only_with_acks(acks: bool) -> None:
    async with simulator(acks=acks) as server, connected(server.url) as client:
        for text in JUNK:
            await client.send(TextMessage(data=text))
        await client.send(BytesMessage(data=b"\xff\x00"))
        await client.subscribe(keywords="no list")
        await client.subscribe()
        await server.until_subscribed()
        server.send(tweet(1))
        types = [(await client.next_json())["type"] for _ in range(12 if acks else 1)]
    assert types == (["error"] * 10 + ["subscribed"] if acks else []) + ["tweet"]
    assert len(server.log.of("refused-message")) == 10


async def test_a_message_may_come_in_fragments_with_pings_between() -> None:
    async with simulator() as server, connected(server.url) as client:
        await client.send(TextMessage(data='{"action": "sub', message_finished=False))
        await client.send(Ping(payload=b"in between"))
        await client.send(TextMessage(data='scribe"}'))
        pong = await client.next_of(Pong)
        assert pong.payload == b"in between"
        assert (await client.next_json())["type"] == "subscribed"


@pytest.mark.parametrize("finished", [True, False])
async def test_a_message_that_is_too_long_closes_with_1009(finished: bool) -> None:
    async with simulator(session={"message_bytes": 100}) as server, connected(server.url) as client:
        await client.send(TextMessage(data="x" * 101, message_finished=finished))
        assert await client.close_code() == 1009


@pytest.mark.parametrize(
    ("sent", "code"), [(b"\xff\x80abcd", 1002), (b"\x81\x81\x00\x00\x00\x00\xff", 1007), (b"\x81\x01a", 1002)]
)
async def test_frames_that_are_none_are_answered_with_the_right_code(sent: bytes, code: int) -> None:
    async with simulator() as server, connected(server.url) as client:
        await client.stream.send(sent)
        assert await client.close_code() == code


@pytest.mark.parametrize(("sent", "answered"), [(1000, 1000), (4001, 4001), (None, 1005)])
async def test_a_clients_close_is_answered_in_kind(sent: int | None, answered: int) -> None:
    async with simulator() as server, connected(server.url) as client:
        await client.send(CloseConnection(code=sent))  # type: ignore[arg-type]
        close = await client.next_of(CloseConnection)
        assert int(close.code) == answered
        with pytest.raises(Ended):
            await client.next_event()
        await server.until_gone()
    assert server.log.of("closed")[0].details == {"code": sent or 1005, "reason": "", "by": "client"}


async def test_closing_sends_what_is_queued_first() -> None:
    async with simulator() as server, connected(server.url) as client:
        await subscribed(client)
        for number in range(500):
            server.send(tweet(number))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.close, 1001, "bye")
            assert await client.tweet_ids(500) == [str(number) for number in range(500)]
            assert await client.close_code() == 1001
    assert server.log.of("closed")[0].details == {"code": 1001, "reason": "bye", "by": "server"}


async def test_closes_that_cross_each_other_both_arrive() -> None:
    async with simulator() as server, connected(server.url) as client:
        await subscribed(client)
        for number in range(1_000):
            server.send(tweet(number, "x" * 10_000))
        await anyio.wait_all_tasks_blocked()
        server.connections[0].close(1012)
        await client.send(CloseConnection(code=1000))
        assert int((await client.next_of(CloseConnection)).code) == 1012


KEYS = [
    ("/ws", {"Authorization": "Bearer good"}, 101),
    ("/ws", {"authorization": "bearer good"}, 101),
    ("/ws?api_key=good", {}, 101),
    ("/ws", {}, 401),
    ("/ws", {"Authorization": "Bearer"}, 401),
    ("/ws", {"Authorization": "Bearer bad"}, 401),
    ("/ws", {"Authorization": "Basic good"}, 401),
    ("/ws?api_key=bad", {}, 401),
    ("/elsewhere", {"Authorization": "Bearer good"}, 404),
]


@pytest.mark.parametrize(("path", "headers", "status"), KEYS)
async def test_only_a_known_key_at_the_right_path_is_let_in(path: str, headers: dict[str, str], status: int) -> None:
    async with simulator(keys=frozenset({"good"})) as server:
        try:
            async with connected(server.url.removesuffix("/ws") + path, headers=headers):
                seen = 101
        except Refused as refused:
            seen = refused.status
        assert seen == status
        assert server.log.of("handshake")[0].details["status"] == status
        assert "good" not in " ".join(entry.line() for entry in server.log.entries)


async def test_without_keys_any_is_good() -> None:
    async with simulator() as server, connected(server.url, key="whatever"):
        assert len(server.connections) == 1


async def test_the_sixth_connection_of_a_key_is_refused_until_one_goes() -> None:
    async with simulator() as server, anyio.create_task_group() as tasks:
        leave = anyio.Event()

        async def stay() -> None:
            async with connected(server.url):
                await leave.wait()

        for _ in range(5):
            tasks.start_soon(stay)
        await server.until_connected(5)
        with pytest.raises(Refused) as refused:
            async with connected(server.url):
                pass
        assert (refused.value.status, refused.value.headers["retry-after"]) == (429, "5")
        async with connected(server.url, key="another"):
            pass
        leave.set()
        await server.until_gone()
        async with connected(server.url):
            pass


@pytest.mark.parametrize("request_head", [b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", b"nonsense\r\n\r\n"])
async def test_plain_http_is_answered_with_400(request_head: bytes) -> None:
    async with simulator() as server:
        port = httpx.URL(server.url).port
        assert port is not None
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(request_head)
            assert (await stream.receive()).startswith(b"HTTP/1.1 400")


async def test_a_sustained_excess_of_messages_closes_with_1008() -> None:
    async with simulator(acks=False) as server, connected(server.url) as client:
        message = client.websocket.send(TextMessage(data='{"action": "subscribe"}'))
        await client.stream.send(message * 250)
        assert await client.close_code() == 1008
        assert server.log.of("limit-exceeded")


async def test_a_limit_on_what_is_sent_withholds_the_excess() -> None:
    async with simulator(session={"limit_out_per_s": 10}) as server, connected(server.url) as client:
        await subscribed(client)
        for number in range(30):
            server.send(tweet(number))
        assert await client.tweet_ids(10) == [str(number) for number in range(10)]
        assert server.connections[0].dropped in (19, 20)


async def test_clients_are_pinged() -> None:
    async with simulator(session={"ping_every": SOON}) as server, connected(server.url) as client:
        for _ in range(3):
            assert await client.next_of(Ping)


async def test_a_client_that_answers_no_pings_is_dropped() -> None:
    session = {"ping_every": SOON, "silent_after": 5 * SOON}
    async with simulator(session=session) as server, connected(server.url) as client:
        client.answers_pings = False
        with pytest.raises(Ended):
            await client.next_of(CloseConnection)
        await server.until_gone()
        assert "silent" in server.log.of("closed")[0].details["reason"]


async def test_a_client_that_does_not_read_is_bounded_and_holds_up_nobody() -> None:
    text = "x" * 10_000
    async with (
        simulator(session={"queue": 20}) as server,
        connected(server.url) as slow,
        connected(server.url) as quick,
    ):
        await subscribed(slow)
        await subscribed(quick)
        for number in range(2_000):
            server.send(tweet(number, text))
            assert await quick.tweet_ids(1) == [str(number)]
        stuck, served = server.connections
        assert stuck.dropped > 1_000
        assert served.dropped == 0
        assert server.log.of("dropped")[0].details["why"] == "slow"


async def test_the_event_log_tells_the_story_of_a_connection(tmp_path: Any) -> None:
    path = tmp_path / "events.jsonl"
    with path.open("w") as file:
        async with Simulator(event_log=file) as server, connected(server.url, key="s3cr3t") as client:
            await client.subscribe(keywords=["hello"])
            await server.until_subscribed()
            server.send(tweet(7))
            await client.next_json()
            await client.send(CloseConnection(code=1000))
            await server.until_gone()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["handshake", "subscribed", "sent", "closed"]
    assert [line["connection"] for line in lines] == [1] * 4
    assert (lines[0]["status"], lines[2]["id"], lines[3]["code"]) == (101, "7", 1000)
    assert "s3cr3t" not in path.read_text()
