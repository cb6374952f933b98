"""The operators' paths are served beside the event loop: /livez tells of a loop that is stuck."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from tocsin.runtime import aside
from tocsin.runtime.aside import serving_aside
from tocsin.runtime.pulse import STUCK_AFTER, Pulse
from tocsin.runtime.web import Web
from tocsin.sources.source import Inbox
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.testing import ManualClock

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(clock: ManualClock, health: Health) -> AsyncIterator[str]:
    metrics = Metrics()
    web = Web(health, metrics, clock, Inbox())
    with serving_aside(("127.0.0.1", 0), web, Pulse(clock, metrics)) as port:
        yield f"http://127.0.0.1:{port}"


async def get(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


async def test_readyz_says_of_each_check_whether_it_holds_and_why_not() -> None:
    health = Health(connection="connected", rules=1)
    async with serving(ManualClock(), health) as url:
        ready = await get(f"{url}/readyz")
        health.store_problem, health.connection, health.connection_reason = "disk full", "disconnected", "reset"
        unready = await get(f"{url}/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert (unready.status_code, unready.json()["problems"]) == (
        503,
        ["stream: disconnected (reset)", "state: disk full"],
    )
    checks = {check["name"]: check["problem"] for check in unready.json()["checks"]}
    assert checks == {
        "stream": "disconnected (reset)", "tweets": None, "state": "disk full", "outbox": None, "rules": None,
    }  # fmt: skip


async def test_metrics_are_served_in_the_form_that_is_asked_for() -> None:
    async with serving(ManualClock(), Health()) as url:
        plain = await get(f"{url}/metrics")
        asked = await get(f"{url}/metrics", accept="application/openmetrics-text; version=1.0.0")
    assert plain.headers["content-type"].startswith("text/plain")
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    assert asked.text.endswith("# EOF\n")


async def test_livez_answers_while_the_event_loop_does_not_turn_and_says_so_once_it_is_stuck() -> None:
    clock = ManualClock()
    async with serving(clock, Health()) as url:
        # Not awaited on purpose: the event loop stands still for the length of each call.
        soon = httpx.get(f"{url}/livez", trust_env=False)
        clock.advance(STUCK_AFTER)
        late = httpx.get(f"{url}/livez", trust_env=False)
    assert (soon.status_code, soon.text) == (200, "alive\n")
    assert (late.status_code, late.text) == (503, "the event loop has not turned for 10 s\n")


async def test_what_only_a_stuck_event_loop_could_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "PATIENCE_S", 0.05)
    async with serving(ManualClock(), Health()) as url:
        answer = httpx.get(f"{url}/readyz", trust_env=False)
    assert answer.status_code == 503


async def test_a_request_that_is_under_way_does_not_hold_up_the_end() -> None:
    asked = anyio.Event()

    async def never(request: object) -> None:
        asked.set()
        await anyio.sleep_forever()

    with anyio.fail_after(4):
        with serving_aside(("127.0.0.1", 0), never, Pulse(ManualClock(), Metrics())) as port:  # type: ignore[arg-type]
            client = await anyio.connect_tcp("127.0.0.1", port)
            await client.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            await asked.wait()
        await client.aclose()
