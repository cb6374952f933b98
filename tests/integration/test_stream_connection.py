"""The source against a real server on loopback: what it says, what it survives, what it leaves behind."""

import gc
import os
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from tests.integration.stream_runs import KEY, QUICK, running
from tests.integration.stream_server import Peer, closes, cuts, refuses, resets, sends_stray_pong, stays
from tocsin.config.settings import Subscription
from tocsin.sources.source import Connected, Disconnected, Duplicate, Received

pytestmark = pytest.mark.anyio


async def test_the_handshake_carries_the_key_and_the_subscription_follows() -> None:
    async with running(stays) as run:
        await run.until(Connected, Received)
        [peer] = run.server.peers
    assert peer.request is not None
    headers = dict(peer.request.extra_headers)
    assert headers[b"authorization"] == f"Bearer {KEY}".encode()
    assert peer.messages == [{"action": "subscribe", "filters": {"keywords": ["outage"]}}]


async def test_a_server_on_this_machine_is_reached_past_the_environments_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with running(stays) as run:
        await run.until(Connected, Received)
    assert run.pauses == []


async def test_stray_pongs_and_binary_frames_are_survived() -> None:
    async with running(sends_stray_pong) as run:
        await run.until(Connected, Received, Received)
    assert [event.tweet.id for event in run.events if isinstance(event, Received)] == ["binary", "after the pong"]


async def test_the_whole_set_is_asked_for_again_after_a_reconnect() -> None:
    async with running(cuts, resets, stays) as run:
        await run.until(Connected, Connected, Connected)
        asked = [peer.messages for peer in run.server.peers]
    assert asked == [[{"action": "subscribe", "filters": {"keywords": ["outage"]}}]] * 3


async def test_a_changed_subscription_is_sent_as_a_difference() -> None:
    async with running(stays) as run:
        await run.until(Connected, Received)
        run.source.replace_subscriptions([Subscription(users=("nasa",))])
        await run.until_server_heard(3)
        [peer] = run.server.peers
    assert peer.messages[1:] == [
        {"action": "subscribe", "filters": {"users": ["nasa"]}},
        {"action": "unsubscribe", "filters": {"keywords": ["outage"]}},
    ]


async def test_a_change_that_no_message_brings_about_connects_anew_and_says_so() -> None:
    """To take `outage` out of one subscription could, on some servers, take it out of the other too."""
    async with running(stays) as run:
        await run.until(Connected, Received)
        run.source.replace_subscriptions([Subscription(keywords=("outage",), users=("nasa",))])
        await run.until(Disconnected, Connected)
        asked = run.server.peers[1].messages
    assert asked == [{"action": "subscribe", "filters": {"keywords": ["outage"], "users": ["nasa"]}}]
    assert "change the subscription" in str(run.events)


async def test_a_tweet_sent_again_after_a_reconnect_is_a_duplicate_unless_it_changed() -> None:
    async def sends_again(peer: Peer) -> None:
        await peer.open()
        await peer.tweet(1)
        await peer.tweet(1, metrics={"retweets": 100})

    async with running(stays_for_one_tweet, sends_again, stays) as run:
        await run.until(Received, Disconnected, Connected, Duplicate, Received)


async def stays_for_one_tweet(peer: Peer) -> None:
    await peer.open()
    await peer.tweet(1)


async def test_a_slow_consumer_keeps_its_connection_and_loses_nothing() -> None:
    """While nobody takes from the inbox, pings are answered and tweets read."""

    async def sends_many(peer: Peer) -> None:
        await peer.open()
        for number in range(2000):
            await peer.tweet(number)
        await peer.until_gone()

    async with running(sends_many, timing=QUICK) as run:
        await run.until(Connected)
        await anyio.sleep(2 * QUICK.silence_limit.total_seconds())
        await run.until(*[Received] * 2000)
    assert not any(isinstance(event, Disconnected) for event in run.events)
    assert len(run.server.peers) == 1


@pytest.mark.slow  # fifty subscriptions take five seconds at ten messages a second
async def test_fifty_reconnects_leave_sockets_and_tasks_flat() -> None:
    behaviours = [*[cuts, resets, closes(1001), closes(1011), closes(1012)] * 10, stays]
    async with running(*behaviours) as run:
        await run.until(Connected)
        before = (open_sockets(), len(anyio.get_running_tasks()))
        await run.until(*[Connected] * 50, Received)
        await anyio.wait_all_tasks_blocked()
        after = (open_sockets(), len(anyio.get_running_tasks()))
    assert len(run.server.peers) == 51
    assert after[0] <= before[0] + 1
    assert after[1] <= before[1] + 1


async def test_cancelling_leaves_nothing_behind() -> None:
    before = (open_sockets(), len(anyio.get_running_tasks()))
    async with running(stays) as run:
        await run.until(Connected, Received)
        with anyio.fail_after(3):
            run.cancel()
            await run.server.peers[0].gone.wait()
    assert run.server.peers[0].close_code == 1000
    assert (open_sockets(), len(anyio.get_running_tasks())) == before


async def test_every_stretch_between_connections_is_one_gap() -> None:
    """However many attempts it took; the first connection misses nothing."""
    async with running(cuts, refuses(502), refuses(502), closes(1001), stays) as run:
        await run.until(Connected, Connected, Connected)
    gaps = [event.gap for event in run.events if isinstance(event, Connected)]
    assert gaps[0] is None
    assert all(gap is not None and gap.until is not None and gap.since <= gap.until for gap in gaps[1:])


async def test_no_more_than_ten_messages_a_second_are_sent() -> None:
    many = [Subscription(keywords=(f"word{number}",)) for number in range(12)]
    async with running(stays, subscriptions=many) as run:
        started = anyio.current_time()
        await run.until(Connected)
        took = timedelta(seconds=anyio.current_time() - started)
    assert took > timedelta(seconds=1)


def open_sockets() -> int:
    gc.collect()
    links = (_target(link) for link in Path("/proc/self/fd").iterdir())
    return sum(target.startswith("socket:") for target in links)


def _target(link: Path) -> str:
    try:
        return os.readlink(link)  # noqa: PTH115 - the target is no path
    except OSError:
        return ""
