"""The receiver that the demo and tests let alerts arrive at."""

from datetime import timedelta

import anyio
import httpx
import pytest

from tocsin.simulator.receiver import Answer, Received, Receiver

pytestmark = pytest.mark.anyio


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=5)


async def test_what_is_posted_is_recorded_in_order() -> None:
    async with Receiver() as receiver, client() as http:
        for number in range(3):
            answer = await http.post(f"{receiver.url}/hook/{number}", json={"n": number}, headers={"X-Id": "7"})
            assert (answer.status_code, answer.text) == (200, "ok")
        await receiver.until(3)
    assert [(each.path, each.json) for each in receiver.received] == [(f"/hook/{n}", {"n": n}) for n in range(3)]
    assert receiver.received[0].headers["x-id"] == "7"


async def test_answers_follow_the_script_of_their_path_and_then_go_well() -> None:
    async with Receiver() as receiver, client() as http:
        receiver.answer(
            "/slow",
            Answer(status=429, retry_after="5"),
            Answer(status=301, location="/elsewhere"),
            Answer(status=503, delay=timedelta(milliseconds=1)),
        )
        answers = [await http.post(f"{receiver.url}/slow", content=b"x") for _ in range(4)]
        other = await http.post(f"{receiver.url}/other", content=b"x")
    assert [each.status_code for each in answers] == [429, 301, 503, 200]
    assert answers[0].headers["retry-after"] == "5"
    assert answers[1].headers["location"] == "/elsewhere"
    assert other.status_code == 200


async def test_a_path_can_fail_for_good() -> None:
    async with Receiver() as receiver, client() as http:
        receiver.answer("/dead", then=Answer(status=410))
        assert [(await http.post(f"{receiver.url}/dead")).status_code for _ in range(3)] == [410] * 3


async def test_a_hanging_answer_holds_up_nobody_else() -> None:
    async with Receiver() as receiver, client() as http, anyio.create_task_group() as tasks:
        receiver.answer("/hangs", Answer(hangs=True))
        tasks.start_soon(lambda: http.post(f"{receiver.url}/hangs"))
        await receiver.until(1)
        assert (await http.post(f"{receiver.url}/fine")).status_code == 200
        tasks.cancel_scope.cancel()


async def test_the_callback_sees_each_post_before_it_is_answered() -> None:
    seen: list[Received] = []

    async def note(received: Received) -> None:
        seen.append(received)

    async with Receiver(on_received=note) as receiver, client() as http:
        await http.post(f"{receiver.url}/", content=b"not json")
        assert seen[0].json is None
        assert seen[0].body == b"not json"


async def test_only_posts_are_taken() -> None:
    async with Receiver() as receiver, client() as http:
        assert (await http.get(receiver.url)).status_code == 405
    assert not receiver.received
