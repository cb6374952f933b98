"""The queue between a source and the engine: bounded, and nothing goes from it uncounted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import Gap
from tocsin.sources.source import Connected, Disconnected, Inbox, Received, SourceEvent, Unusable
from tocsin.testing import EPOCH, make_tweet

LATER = EPOCH + timedelta(seconds=1)


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


class Letters:
    """Reads what begins with `t` as a tweet and anything else as unusable; notes what it was shown."""

    def __init__(self) -> None:
        self.read_so_far: list[bytes] = []

    def read(self, messages: Sequence[bytes], came_at: datetime) -> list[SourceEvent]:
        self.read_so_far += messages
        return [event_of(message, came_at) for message in messages]

    def tweets_among(self, messages: Sequence[bytes], came_at: datetime) -> int:
        return sum(message.startswith(b"t") for message in messages)


def event_of(message: bytes, came_at: datetime) -> SourceEvent:
    if message.startswith(b"t"):
        return Received(make_tweet(id=message.decode()))
    return Unusable(came_at, message.decode())


def messages(*names: str) -> list[bytes]:
    return [name.encode() for name in names]


@pytest.mark.anyio
async def test_messages_are_read_when_they_are_taken_and_not_before() -> None:
    inbox, reader = Inbox(), Letters()
    inbox.put_unread(messages("t1", "x", "t2"), EPOCH, reader)
    assert (inbox.waiting, reader.read_so_far) == (3, [])
    assert await inbox.take(2) == [Received(make_tweet(id="t1")), Unusable(EPOCH, "x")]
    assert (inbox.waiting, reader.read_so_far) == (1, messages("t1", "x"))


@pytest.mark.anyio
async def test_messages_news_and_events_are_taken_in_the_order_in_which_they_came() -> None:
    inbox, reader, [event] = Inbox(), Letters(), tweets(1)
    inbox.put_unread(messages("t1"), EPOCH, reader)
    inbox.put(Disconnected(EPOCH, "reset"))
    inbox.put_unread(messages("t2"), EPOCH, reader)
    inbox.put(event)
    assert await inbox.take(9) == [
        event_of(b"t1", EPOCH), Disconnected(EPOCH, "reset"), event_of(b"t2", EPOCH), event,
    ]  # fmt: skip


def test_what_a_full_inbox_gives_up_is_never_read_and_only_tweets_are_counted() -> None:
    inbox, reader = Inbox(capacity=2), Letters()
    inbox.put_unread(messages("t1", "x"), EPOCH, reader)
    inbox.put_unread(messages("t2", "t3", "t4"), LATER, reader)
    assert (inbox.waiting, inbox.take_shed(), reader.read_so_far) == (2, 2, [])
    assert inbox.take_shed_gap() == Gap(EPOCH, LATER, "the queue was full: tweets came faster than they were evaluated")
    assert inbox.take_now(9) == [event_of(b"t3", LATER), event_of(b"t4", LATER)]


def test_an_inbox_is_full_by_bytes_too() -> None:
    inbox, reader = Inbox(capacity_bytes=10), Letters()
    inbox.put_unread(messages("t1", "t2234567", "t3"), EPOCH, reader)
    assert (inbox.waiting, inbox.take_shed()) == (2, 1)
    inbox.put(tweets(1)[0], 3)
    assert (inbox.waiting, inbox.take_shed()) == (2, 1)
    inbox.put_unread(messages("t4" * 9), EPOCH, reader)
    assert (inbox.waiting, inbox.take_shed()) == (0, 3)


def test_news_outlives_a_flood_of_messages_in_its_place_until_nothing_else_is_there() -> None:
    inbox, reader = Inbox(capacity=3), Letters()
    for state in (Connected(EPOCH), Disconnected(EPOCH, "reset"), Connected(LATER)):
        inbox.put_unread(messages("t1", "t2"), EPOCH, reader)
        inbox.put(state)
    inbox.put_unread(messages("t3"), EPOCH, reader)
    assert inbox.take_shed() == 7
    inbox.put(Disconnected(LATER, "again"))
    assert inbox.take_now(9) == [
        Disconnected(EPOCH, "reset"), Connected(LATER), Disconnected(LATER, "again"),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_a_source_that_can_wait_waits_for_room_of_both_kinds() -> None:
    inbox = Inbox(capacity=9, capacity_bytes=4)
    inbox.put(tweets(1)[0], 4)
    with anyio.move_on_after(0) as waiting:
        await inbox.wait_for_room()
    assert waiting.cancelled_caught
    async with anyio.create_task_group() as group:
        group.start_soon(inbox.wait_for_room)
        await anyio.wait_all_tasks_blocked()
        inbox.take_now(1)


def test_emptied_at_the_end_it_tells_the_news_and_how_many_tweets_were_left() -> None:
    inbox, reader = Inbox(), Letters()
    inbox.put(Connected(EPOCH))
    inbox.put_unread(messages("t1", "x", "t2"), EPOCH, reader)
    inbox.put(tweets(1)[0])
    inbox.put(Disconnected(LATER, "reset"))
    assert inbox.give_up() == ([Connected(EPOCH), Disconnected(LATER, "reset")], 3)
    assert (inbox.waiting, inbox.take_now(9), reader.read_so_far) == (0, [], [])


# What came, in order: how many messages came together (0 is a piece of news), and how many were taken before.
comings = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=30)


@given(comings, st.integers(1, 8), st.integers(20, 60))
def test_every_message_is_taken_in_order_or_counted_and_the_limits_hold(
    steps: list[tuple[int, int]], capacity: int, capacity_bytes: int
) -> None:
    inbox, reader, taken, came = Inbox(capacity, capacity_bytes), Letters(), list[SourceEvent](), 0
    for count, takes in steps:
        taken += inbox.take_now(takes)
        if count:
            inbox.put_unread([b"t%07d" % number for number in range(came, came + count)], EPOCH, reader)
            came += count
        else:
            inbox.put(Connected(EPOCH))
        assert inbox.waiting <= capacity
    taken += inbox.take_now(1_000)
    ids = [event.tweet.id for event in taken if isinstance(event, Received)]
    assert ids == sorted(ids)
    assert len(ids) + inbox.take_shed() == came
    assert (inbox.waiting, inbox.take_now(1)) == (0, [])
