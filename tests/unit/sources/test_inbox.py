"""The queue between a source and the engine: bounded, and nothing goes from it uncounted."""

import anyio
import pytest

from tocsin.sources.source import Connected, Inbox, Received, SourceEvent
from tocsin.testing import EPOCH, make_tweet


def tweets(count: int) -> list[SourceEvent]:
    return [Received(make_tweet(id=str(number))) for number in range(count)]


@pytest.mark.anyio
async def test_what_was_put_is_taken_in_order_and_in_batches() -> None:
    inbox = Inbox()
    events = tweets(5)
    for event in events:
        inbox.put(event)
    assert [await inbox.take(3), await inbox.take(3)] == [events[:3], events[3:]]


@pytest.mark.anyio
async def test_a_full_inbox_gives_up_its_oldest_tweet_and_counts_it() -> None:
    inbox = Inbox(capacity=2)
    events = tweets(4)
    for event in events:
        inbox.put(event)
    assert await inbox.take(9) == events[2:]
    assert [inbox.take_shed(), inbox.take_shed()] == [2, 0]


@pytest.mark.anyio
async def test_news_of_the_connection_outlives_a_flood_of_tweets() -> None:
    inbox = Inbox(capacity=2)
    connected = Connected(EPOCH)
    inbox.put(connected)
    for event in tweets(5):
        inbox.put(event)
    assert connected in await inbox.take(9)


@pytest.mark.anyio
async def test_a_closed_inbox_is_drained_once_everything_was_taken() -> None:
    inbox = Inbox()
    inbox.put(tweets(1)[0])
    inbox.close()
    assert not inbox.is_drained
    await inbox.take(9)
    assert inbox.is_drained
    assert await inbox.take(9) == []


@pytest.mark.anyio
async def test_taking_waits_for_something_to_come() -> None:
    inbox = Inbox()
    [event] = tweets(1)
    taken: list[SourceEvent] = []

    async def take() -> None:
        taken.extend(await inbox.take(9))

    async with anyio.create_task_group() as group:
        group.start_soon(take)
        await anyio.wait_all_tasks_blocked()
        assert taken == []
        inbox.put(event)
    assert taken == [event]
