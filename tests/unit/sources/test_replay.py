"""The source that reads a file, and how it shares an inbox."""

from pathlib import Path

import anyio
import pytest

from tocsin.errors import ConfigError
from tocsin.model import Gap
from tocsin.sources.replay import ReplaySource
from tocsin.sources.source import Connected, Inbox, Received, SourceEvent, Unusable
from tocsin.testing import EPOCH, ManualClock, make_tweet

pytestmark = pytest.mark.anyio


async def replay(path: Path, inbox: Inbox) -> list[SourceEvent]:
    """Return all that a replay puts, taken three at a time."""

    async def run() -> None:
        await ReplaySource(path, ManualClock()).run(inbox)
        inbox.close()

    events: list[SourceEvent] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        while not inbox.is_drained:
            events += await inbox.take(3)
    return events


async def test_a_file_is_read_to_its_end_in_order_with_bad_lines_by_number(tmp_path: Path) -> None:
    file = tmp_path / "tweets.jsonl"
    file.write_text('{"id": "1"}\njunk\n{"type": "ack"}\n{"id": "2"}\n')
    connected, _, bad, other, _ = events = await replay(file, Inbox())
    assert connected == Connected(EPOCH)
    assert [event.tweet.id for event in events if isinstance(event, Received)] == ["1", "2"]
    assert bad == Unusable(EPOCH, "tweets.jsonl:2: not JSON: Expecting value at character 1")
    assert other == Unusable(EPOCH, "tweets.jsonl:3: a message of type ack", expected=True)


async def test_a_slow_engine_makes_the_file_wait_and_nothing_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "tweets.jsonl"
    file.write_text("".join(f'{{"id": "{number}"}}\n' for number in range(1000)))
    inbox = Inbox(capacity=5)
    events = await replay(file, inbox)
    ids = [event.tweet.id for event in events if isinstance(event, Received)]
    assert (ids, inbox.take_shed()) == ([str(number) for number in range(1000)], 0)


async def test_a_file_that_isnt_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.jsonl can't be read: No such file"):
        await ReplaySource(tmp_path / "no.jsonl", ManualClock()).run(Inbox())


async def test_what_a_full_inbox_gave_up_is_a_gap() -> None:
    inbox = Inbox(capacity=2)
    assert inbox.take_shed_gap() is None
    for number in range(5):
        inbox.put(Received(make_tweet(id=str(number))))
    gap = inbox.take_shed_gap()
    assert gap == Gap(EPOCH, EPOCH, "the queue was full: tweets came faster than they were evaluated")
    assert inbox.take_shed_gap() is None


async def test_a_flood_of_unusable_messages_displaces_itself_and_not_the_news() -> None:
    inbox = Inbox(capacity=3)
    inbox.put(Connected(EPOCH))
    for number in range(9):
        inbox.put(Unusable(EPOCH, str(number)))
    assert await inbox.take(9) == [Connected(EPOCH), Unusable(EPOCH, "7"), Unusable(EPOCH, "8")]
    assert inbox.take_shed() == 0
