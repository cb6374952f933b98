"""The source against a real server on loopback: each way in which a connection can end, and what comes of it."""

from datetime import timedelta

import anyio
import pytest

from tests.integration.stream_runs import KEY, PATIENT, QUICK, new_run, refused, running
from tests.integration.stream_server import (
    Behaviour,
    babbles,
    breaks_frames,
    closes,
    cuts,
    freezes,
    hangs,
    refuses,
    resets,
    sends_huge_message,
    serving,
    stays,
)
from tocsin.sources.source import Connected, Disconnected, Received

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("behaviour", "reason", "at_least_s", "at_most_s"),
    [
        pytest.param(closes(1000), "closed with code 1000", 0, 1, id="1000"),
        pytest.param(closes(1001, "deploying"), "closed with code 1001: deploying", 0, 1, id="1001"),
        pytest.param(closes(1012), "closed with code 1012", 0, 1, id="1012"),
        pytest.param(closes(1005), "closed with code 1005", 0, 1, id="1005"),
        pytest.param(closes(1011), "closed with code 1011", 0, 1, id="1011"),
        pytest.param(closes(1013), "closed with code 1013", 5, 6, id="1013"),
        pytest.param(closes(1008, "too fast"), "closed with code 1008: too fast", 30, 31, id="1008"),
        pytest.param(cuts, "the connection was cut without a close frame (1006)", 0, 1, id="FIN"),
        pytest.param(resets, "the connection was cut without a close frame (1006)", 0, 1, id="RST"),
        pytest.param(babbles, "the server's answer breaks the protocol", 5, 6, id="no HTTP"),
        pytest.param(breaks_frames, "closed with code 1002", 5, 6, id="broken frame"),
        pytest.param(sends_huge_message, "a message was longer than 1048576 bytes", 5, 6, id="2 MiB"),
        pytest.param(refuses(429), "HTTP 429", 5, 6, id="429"),
        pytest.param(refuses(429, {"Retry-After": "7"}), "HTTP 429", 7, 8, id="429 and Retry-After"),
        pytest.param(refuses(503, {"Retry-After": "9"}, b"busy"), "HTTP 503: busy", 9, 10, id="503 and Retry-After"),
        pytest.param(refuses(502), "HTTP 502", 0, 1, id="502"),
    ],
)
async def test_after_each_ending_the_source_comes_back_no_sooner_than_it_may(
    behaviour: Behaviour, reason: str, at_least_s: float, at_most_s: float
) -> None:
    async with running(behaviour, stays) as run:
        await run.until(Disconnected, Connected, Received)
    [disconnected] = [event for event in run.events if isinstance(event, Disconnected)]
    assert reason in disconnected.reason
    assert at_least_s <= run.pauses[0] <= at_most_s
    assert disconnected.retry_at == disconnected.at + timedelta(seconds=run.pauses[0])


@pytest.mark.parametrize(
    ("status", "names"),
    [(401, "source.api_key"), (403, "source.api_key"), (302, "redirect"), (400, "source.url"), (404, "source.url")],
)
async def test_a_refusal_that_no_retry_can_mend_stops_at_once(status: int, names: str) -> None:
    run, error = await refused(refuses(status, {"Location": "http://127.0.0.1:9/"}, f"no {KEY}".encode()))
    assert (error.status, names in str(error)) == (status, True)
    assert (run.pauses, len(run.server.peers)) == ([], 1)
    assert KEY not in str(error)


async def test_a_policy_violation_that_names_the_key_stops_at_once() -> None:
    run, error = await refused(closes(1008, "invalid API key"))
    assert (run.pauses, "source.api_key" in str(error)) == ([], True)


async def test_five_policy_violations_in_a_row_stop_and_each_is_reported() -> None:
    run, error = await refused(closes(1008, "policy"))
    assert all(30 <= pause <= 31 for pause in run.pauses)
    assert (len(run.pauses), len(run.server.peers), error.status) == (4, 5, 1008)
    assert run.logged.count(("error", "policy-violation")) == 4


async def test_a_handshake_that_is_never_answered_is_given_up() -> None:
    async with running(hangs, stays, timing=QUICK) as run:
        await run.until(Disconnected, Connected)
    assert "no answer to the handshake within 0.8 s" in str(run.events[0])


async def test_nobody_listening_is_retried() -> None:
    async with serving(stays) as server:
        pass
    run = new_run(server, PATIENT)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run.source.run, run.inbox)
        await run.until(Disconnected, Disconnected)
        tasks.cancel_scope.cancel()
    assert "connection refused" in str(run.events[0])


async def test_a_server_that_speaks_no_tls_is_retried() -> None:
    async with serving(babbles) as server:
        server.url = server.url.replace("ws://", "wss://")
        run = new_run(server, PATIENT)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run.source.run, run.inbox)
            await run.until(Disconnected, Disconnected)
            tasks.cancel_scope.cancel()
    assert "SSL" in str(run.events[0])


async def test_a_half_open_connection_is_noticed_and_its_gap_begins_when_it_was_last_heard() -> None:
    async with running(freezes, stays, timing=QUICK) as run:
        await run.until(Connected, Disconnected, Connected)
    first, lost, again = (event for event in run.events if isinstance(event, Connected | Disconnected))
    assert isinstance(lost, Disconnected)
    assert isinstance(again, Connected)
    assert lost.reason == "silent for 0.8 s, taken as dead"
    assert lost.gap is not None
    assert again.gap is not None
    assert first.at <= lost.gap.since <= lost.at - QUICK.silence_limit / 2
    assert (lost.gap.until, again.gap.since, again.gap.until) == (None, lost.gap.since, again.at)


async def test_an_answered_ping_keeps_a_quiet_connection() -> None:
    async with running(stays, timing=QUICK) as run:
        await run.until(Connected, Received)
        with anyio.move_on_after(1.7):
            await run.until(Disconnected)
        assert run.server.peers[0].pings >= 3
    assert not any(isinstance(event, Disconnected) for event in run.events)


@pytest.mark.parametrize(("behaviour", "code"), [(sends_huge_message, 1009), (breaks_frames, 1002)])
async def test_the_server_is_told_why_we_leave(behaviour: Behaviour, code: int) -> None:
    async with running(behaviour, stays) as run:
        await run.until(Disconnected, Connected)
        assert run.server.peers[0].close_code == code
