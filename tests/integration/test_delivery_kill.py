"""kill -9 while alerts are on their way: none is lost, and no more arrive twice than there were kills."""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver, Posted
from tocsin.clock import SystemClock
from tocsin.model import Delivery, DestinationName
from tocsin.store.sqlite import SqliteStore

ALERTS, KILLS = 30, 3

DELIVER = """
import sys
from pathlib import Path
from random import Random
import anyio, anyio.to_thread
from tocsin.alerting.limit import parse_limit
from tocsin.clock import SystemClock
from tocsin.config.secret import Secret
from tocsin.config.settings import DestinationSettings
from tocsin.model import DestinationName
from tocsin.notify.apprise import AppriseDestination
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.store.sqlite import SqliteStore

async def main():
    store = SqliteStore.open(Path(sys.argv[1]))
    hook = AppriseDestination(DestinationName("hook"), (Secret(sys.argv[2]),))
    limiter = anyio.CapacityLimiter(1)
    async def run_in_store(func, *args):
        return await anyio.to_thread.run_sync(func, *args, limiter=limiter)
    limit = parse_limit(sys.argv[3]) if len(sys.argv) > 3 else None
    settings = {hook.name: DestinationSettings(name=hook.name, limit=limit)}
    dispatcher = Dispatcher(
        store, {hook.name: hook}, settings, SystemClock(), Random(1), lambda entry: None, run_in_store
    )
    await dispatcher.run()

anyio.run(main)
"""


@pytest.mark.slow
def test_kills_lose_nothing_and_double_at_most_what_was_in_flight(tmp_path: Path) -> None:
    database = tmp_path / "t.db"
    fill(database)
    with HttpReceiver() as receiver:
        command = [sys.executable, "-c", DELIVER, str(database), f"json://127.0.0.1:{receiver.port}"]
        for kill in range(KILLS):
            run_until(command, receiver, (kill + 1) * ALERTS // (KILLS + 1))
        run_until(command, receiver, ALERTS, distinct=True)
        copies = Counter(post.json["alert_id"] for post in receiver.posted)
    assert set(copies) == {make_alert(number).id for number in range(ALERTS)}
    assert copies.total() - len(copies) <= KILLS


@pytest.mark.slow
def test_kills_leave_messages_for_several_whole_and_under_their_ids(tmp_path: Path) -> None:
    """The receiver is slow, so that most kills come while a message is on its way."""
    database = tmp_path / "t.db"
    with HttpReceiver(otherwise=Answer(after_s=0.2)) as receiver:
        command = [sys.executable, "-c", DELIVER, str(database), f"json://127.0.0.1:{receiver.port}", "6/s"]
        for kill in range(KILLS):
            fill(database, first=kill * ALERTS)
            run_until(command, receiver, len(receiver.posted) + 1)
        run_until(command, receiver, KILLS * ALERTS, distinct=True)
    messages: dict[str, set[tuple[str, ...]]] = {}
    for post in receiver.posted:
        messages.setdefault(post.json["alert_id"], set()).add(tuple(ids_of(post)))
    assert all(len(told) == 1 for told in messages.values())
    ids = Counter(identity for told in messages.values() for identity in next(iter(told)))
    assert ids == Counter(make_alert(number).id for number in range(KILLS * ALERTS))
    assert len(receiver.posted) - len(messages) <= KILLS


def ids_of(post: Posted) -> list[str]:
    return post.json["folded"] or [post.json["alert_id"]]


def fill(database: Path, first: int = 0) -> None:
    now = SystemClock().now()
    deliveries = [
        Delivery(alert=make_alert(number), destination=DestinationName("hook"), due_at=now)
        for number in range(first, first + ALERTS)
    ]
    store = SqliteStore.open(database)
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])
    store.close()


def run_until(command: list[str], receiver: HttpReceiver, arrived: int, *, distinct: bool = False) -> None:
    """Run the program and kill it as soon as so many posts have arrived."""
    process = subprocess.Popen(command)
    waiting = threading.Event()
    try:
        for _ in range(6_000):
            posts = list(receiver.posted)
            if len({identity for post in posts for identity in ids_of(post)} if distinct else posts) >= arrived:
                return
            assert process.poll() is None, "the program ended by itself"
            waiting.wait(0.005)
        pytest.fail(f"{len(receiver.posted)} of {arrived} arrived in 30 s")
    finally:
        process.kill()
        process.wait()
