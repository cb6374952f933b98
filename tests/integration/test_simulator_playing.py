"""Tweets played at a rate, from a generator or a file, with faults at their moments; and the command itself."""

import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.e2e.program import completed
from tests.simulating import simulate
from tests.websocket_client import Refused, connected
from tocsin.errors import ConfigError
from tocsin.simulator.faults import Close, Drop, Refuse, Timed
from tocsin.simulator.playing import NextPost, Play, from_file, made_up, play
from tocsin.simulator.server import Simulator

pytestmark = pytest.mark.anyio


def tweets_in(path: Path, count: int) -> NextPost:
    lines = [json.dumps({"id": str(number), "text": f"number {number}"}) for number in range(count)]
    path.write_text("\n\n".join(lines), encoding="utf-8")
    return from_file(path)


async def play_to_one(server: Simulator, next_post: NextPost, plan: Play) -> tuple[list[str], int]:
    """Play to one client that asks for everything; return the tweets' ids and the code of the close."""
    async with connected(server.url) as client, anyio.create_task_group() as tasks:
        await client.subscribe()
        tasks.start_soon(play, server, next_post, plan)
        ids, code = await client.until_close()
    return ids, code


async def test_a_counted_play_reaches_the_client_to_the_last_tweet_and_closes() -> None:
    async with Simulator() as server:
        ids, code = await play_to_one(server, made_up(1), Play(rate_per_s=0, count=3_000))
    expected = made_up(1)
    posts = [expected(server.clock.now()) for _ in range(3_000)]
    assert ids == [post.id for post in posts if post]
    assert code == 1001


async def test_a_file_is_played_once_in_order(tmp_path: Path) -> None:
    async with Simulator() as server:
        ids, _ = await play_to_one(server, tweets_in(tmp_path / "t.jsonl", 5), Play(rate_per_s=0))
    assert ids == ["0", "1", "2", "3", "4"]


async def test_a_file_can_be_played_over_and_over(tmp_path: Path) -> None:
    tweets_in(tmp_path / "t.jsonl", 2)
    async with Simulator() as server:
        ids, _ = await play_to_one(server, from_file(tmp_path / "t.jsonl", loop=True), Play(rate_per_s=0, count=5))
    assert ids == ["0", "1", "0", "1", "0"]


@pytest.mark.parametrize("loop", [True, False])
async def test_an_empty_file_ends_at_once(tmp_path: Path, loop: bool) -> None:
    (tmp_path / "t.jsonl").write_text("\n")
    async with Simulator() as server:
        ids, _ = await play_to_one(server, from_file(tmp_path / "t.jsonl", loop=loop), Play())
    assert ids == []


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "no id"}', '{"type": "tweet", "data": null}'])
def test_a_line_that_holds_no_tweet_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "t.jsonl").write_text('{"type": "tweet", "data": {"id": "1"}}\n' + line)
    next_post = from_file(tmp_path / "t.jsonl")
    clock = Simulator().clock
    assert next_post(clock.now())
    with pytest.raises(ConfigError, match=r"t\.jsonl, line 2"):
        next_post(clock.now())


async def test_a_rate_is_kept() -> None:
    async with Simulator() as server:
        began = server.clock.monotonic()
        ids, _ = await play_to_one(server, made_up(1), Play(rate_per_s=200, count=41))
        assert server.clock.monotonic() - began >= 0.2
    assert len(ids) == 41


async def test_a_play_ends_when_its_time_is_over_even_if_nobody_came() -> None:
    async with Simulator() as server:
        with anyio.fail_after(5):
            await play(server, made_up(1), Play(lasts=timedelta(milliseconds=20)))
        assert server.played == 0


async def test_faults_come_at_their_moments() -> None:
    faults = (
        Timed(Refuse(503), at=timedelta(0)),
        Timed(Close(1012), after=7),
        Timed(Drop(), at=timedelta(hours=1)),
    )
    async with Simulator() as server:
        plan = Play(rate_per_s=0, count=10, faults=faults)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(play, server, made_up(1), plan)
            await anyio.wait_all_tasks_blocked()
            ids, code = await play_past_a_refusal(server)
    assert (len(ids), code) == (7, 1012)
    assert [entry.details["fault"] for entry in server.log.of("fault")] == ["refuse", "close"]


async def play_past_a_refusal(server: Simulator) -> tuple[list[str], int]:
    """Be refused once, then subscribe and stay to the close."""
    with pytest.raises(Refused):
        async with connected(server.url):
            pass
    async with connected(server.url) as client:
        await client.subscribe()
        return await client.until_close()


async def test_the_command_serves_and_ends_by_count(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    with simulate("--rate", "0", "--count", "25", "--seed", "3", "--event-log", str(log)) as (process, url):
        async with connected(url) as client:
            await client.subscribe()
            ids, code = await client.until_close()
        assert process.wait(5) == 0
    entries: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["id"] for entry in entries if entry["event"] == "sent"] == ids
    assert (len(ids), code) == (25, 1001)


async def test_the_command_ends_by_a_signal_with_a_close() -> None:
    with simulate("--start-at-once") as (process, url):
        async with connected(url) as client:
            await client.subscribe()
            await client.tweet_ids(1)
            process.send_signal(signal.SIGTERM)
            _, code = await client.until_close()
        assert process.wait(5) == 0
        assert code == 1001


BAD = [
    (["--fault", "explode at=1s"], "no fault 'explode'"),
    (["--for", "soon"], "no duration"),
    (["--file", "missing.jsonl"], "missing.jsonl"),
    (["--faults", "missing.yaml"], "missing.yaml"),
    (["--event-log", "/"], "event"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_a_mistake_on_the_command_line_is_named_with_exit_status_2(options: list[str], message: str) -> None:
    done = completed("simulate", "--port", "0", *options, cwd=Path.cwd())
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
