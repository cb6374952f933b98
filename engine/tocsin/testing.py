"""What tests of rules, plugins and tocsin itself are written with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.model import Tweet, TweetId

EPOCH = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""The instant at which a `ManualClock` starts."""


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which it was advanced in all."""
        return self._elapsed

    def advance(self, by: timedelta) -> None:
        """Move both clocks on."""
        self._now += by
        self._elapsed += by.total_seconds()


def make_tweet(text: str = "hello", **fields: Any) -> Tweet:
    """Return a neutral tweet with `text`; other fields by name, dots as double underscores: `user__id="1"`."""
    data: dict[str, Any] = {
        "id": "1",
        "text": text,
        "user": {"id": "100", "username": "someone", "name": "Some One"},
        "created_at": EPOCH.isoformat().replace("+00:00", "Z"),
        "metrics": {"retweets": 0, "likes": 0, "replies": 0},
    }
    for name, value in fields.items():
        *parents, leaf = name.split("__")
        node = data
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return Tweet(id=TweetId(str(data["id"])), data=data, source="test", received_at=EPOCH, created_at=EPOCH)
