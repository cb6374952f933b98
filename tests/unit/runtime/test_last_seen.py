"""Since when the stream has not been seen, as a start reads it from the journal."""

from datetime import datetime, timedelta

import pytest

from tocsin.journal import Attempted, Connection, Entry, Lifecycle, Seen, Unseen
from tocsin.model import AlertId, DestinationName, TweetId
from tocsin.runtime.ingest import last_seen_at
from tocsin.store.memory import MemoryStore
from tocsin.testing import EPOCH


def at(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def started(minute: int) -> Entry:
    return Lifecycle(at=at(minute), event="started", detail="")


def stopped(minute: int) -> Entry:
    return Lifecycle(at=at(minute), event="stopped", detail="")


def connection(minute: int, state: str) -> Entry:
    return Connection(at=at(minute), state=state, reason="")


def seen(minute: int) -> Entry:
    return Seen(at=at(minute), tweet_id=TweetId("1"), source="test")


def retried(minute: int) -> Entry:
    alert, chat = AlertId("a"), DestinationName("chat")
    return Attempted(
        at=at(minute), alert_id=alert, destination=chat, attempt=1, outcome="unreachable", detail="", next_at=None
    )


@pytest.mark.parametrize(
    ("entries", "minute"),
    [
        ([], None),
        ([started(0)], None),
        ([started(0), connection(1, "connected")], 1),
        ([started(0), connection(1, "connected"), seen(2), retried(9)], 2),
        ([seen(2), connection(3, "disconnected"), retried(9)], 2),
        ([seen(2), stopped(3), started(9), connection(9, "disconnected")], 3),
        ([seen(2), Unseen(at=at(5), since=at(2), until=at(5), cause="reset")], 5),
    ],
)
def test_a_gap_begins_when_the_stream_was_last_seen_whatever_else_happened_since(
    entries: list[Entry], minute: int | None
) -> None:
    store = MemoryStore()
    store.commit([], [], entries)
    assert last_seen_at(store) == (None if minute is None else at(minute))
