"""The page behind the link in a message, asked over a real socket."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.abc import TaskStatus

from tests.alerts import make_alert
from tocsin.alerting.acklinks import LASTS, AckLinks
from tocsin.journal import Entry
from tocsin.model import AlertId, Delivery, DestinationName
from tocsin.runtime.ackpage import AckPage
from tocsin.runtime.serial import Serial
from tocsin.runtime.web import Web
from tocsin.sources.source import Inbox
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.http import serve_http
from tocsin.telemetry.metrics import Metrics
from tocsin.testing import EPOCH, ManualClock

pytestmark = pytest.mark.anyio

LINKS = AckLinks("", b"k" * 32)
ALERT = make_alert(1, "<script>alert(1)</script> & \u202e more")
MAIL = DestinationName("mail")


class Page:
    """The page, served, with a store in which ALERT waits to escalate."""

    def __init__(self, store: SqliteStore, port: int, clock: ManualClock, entries: list[Entry]) -> None:
        self.store = store
        self.clock = clock
        self.entries = entries
        self._base = f"http://127.0.0.1:{port}"

    async def ask(self, path: str, method: str = "GET", **form: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.request(method, self._base + path, data=form or None)

    def is_acknowledged(self) -> bool:
        return self.store.acks.of(ALERT.id) is not None


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Page]:
    store, clock, entries = SqliteStore.open(folder / "t.db"), ManualClock(), list[Entry]()
    delivery = Delivery(
        alert=ALERT, destination=MAIL, due_at=EPOCH + timedelta(minutes=15), escalation=timedelta(minutes=15)
    )
    store.commit([ALERT], [delivery], [])
    acks = AckPage(links=LINKS, store=store, in_store=Serial(), clock=clock, on_entry=entries.append)
    web = Web(Health(), Metrics(), clock, Inbox(), acks)
    async with anyio.create_task_group() as tasks:

        async def serve(*, task_status: TaskStatus[int]) -> None:
            await serve_http(("127.0.0.1", 0), web, task_status=task_status)

        yield Page(store, await tasks.start(serve), clock, entries)
        tasks.cancel_scope.cancel()
    store.close()


async def test_looking_at_the_page_acknowledges_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        for method in ("GET", "HEAD"):
            answer = await page.ask(LINKS.url(ALERT), method)
            assert answer.status_code == 200
        assert not page.is_acknowledged()


async def test_the_button_acknowledges_and_stops_what_would_have_escalated(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        answer = await page.ask(LINKS.url(ALERT), "POST", by="Ada <b>")
        assert answer.status_code == 200
        assert "Acknowledged by Ada &lt;b&gt;" in answer.text
        assert "mail" in answer.text
        assert page.store.outbox() == []
        assert [entry.kind for entry in page.entries] == ["acknowledged"]


async def test_pressed_again_it_says_who_was_first(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        await page.ask(LINKS.url(ALERT), "POST", by="ada")
        again = await page.ask(LINKS.url(ALERT), "POST", by="bob")
        assert "Acknowledged by ada" in again.text
        assert "Acknowledged by ada" in (await page.ask(LINKS.url(ALERT))).text
        assert len(page.entries) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_good_token_nothing_is_told_or_done(tmp_path: Path, method: str) -> None:
    other = LINKS.url(make_alert(2)).partition("?")[2]
    async with served(tmp_path) as page:
        for path in (
            f"/ack/{ALERT.id}",
            f"/ack/{ALERT.id}?token=",
            f"/ack/{ALERT.id}?{other}",
            "/ack/",
            "/ack/x/y?token=1",
        ):
            answer = await page.ask(path, method)
            assert answer.status_code == 403
            assert "Hack" not in answer.text
        assert not page.is_acknowledged()


async def test_an_old_link_does_nothing_and_names_the_command(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        page.clock.advance(LASTS)
        answer = await page.ask(LINKS.url(ALERT), "POST")
        assert (answer.status_code, f"tocsin ack {ALERT.id}" in answer.text) == (410, True)
        assert not page.is_acknowledged()


async def test_an_alert_that_is_gone_is_not_found(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        assert (await page.ask(LINKS.url(make_alert(3)), "POST")).status_code == 404


async def test_nothing_of_a_tweet_is_live_in_the_page_and_its_headers_guard_it(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        answer = await page.ask(LINKS.url(ALERT))
    assert "<script" not in answer.text
    assert "\u202e" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_other_methods_are_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        assert (await page.ask(LINKS.url(ALERT), "DELETE")).status_code == 405


async def test_a_form_of_somebody_else_acknowledges_all_the_same(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        answer = await page.ask(LINKS.url(ALERT), "POST", **{f"field{number}": "x" for number in range(40)})
        assert answer.status_code == 200
        assert "somebody with the link" in answer.text
        assert page.is_acknowledged()


async def test_no_token_is_ever_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    # What asks is not the program: httpx logs the addresses that it is given.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    caplog.set_level(logging.DEBUG)
    async with served(tmp_path) as page:
        page.store.close()
        answer = await page.ask(LINKS.url(ALERT), "POST")
        assert answer.status_code in (500, 503)
    assert LINKS.url(ALERT).partition("token=")[2] not in caplog.text


async def test_a_digest_acknowledges_all_that_it_stands_for(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        digest = replace(make_alert(9), id=AlertId("d" * 16), folded=(ALERT.id,))
        page.store.commit([digest], [], [])
        await page.ask(LINKS.url(digest), "POST")
        assert page.is_acknowledged()


async def test_a_message_of_several_alerts_acknowledges_each(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        chat = DestinationName("chat")
        others = [make_alert(number) for number in (4, 5)]
        page.store.commit(others, [Delivery(alert=alert, destination=chat, due_at=EPOCH) for alert in others], [])
        bundle = page.store.claim_due(EPOCH, 9, bundling={chat: 9})[0].bundle
        assert bundle is not None
        answer = await page.ask(LINKS.url(replace(others[0], id=bundle)), "POST", by="ada")
        assert "and 1 more" in answer.text
        assert all(page.store.acks.of(alert.id) is not None for alert in others)
        assert not page.is_acknowledged()
