"""What a source says: tweets, what is none, and news of the connection."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from tocsin.model import Gap, Tweet, TweetId


@dataclass(frozen=True, slots=True)
class Received:
    """A tweet arrived."""

    tweet: Tweet


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A tweet arrived that has been received before, the same to the letter; the rules need not see it again."""

    tweet_id: TweetId
    at: datetime


@dataclass(frozen=True, slots=True)
class Unusable:
    """A message that is no tweet (`expected` if the protocol allows it, e.g. an acknowledgement) or can't be read."""

    at: datetime
    reason: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is being seen; `gap` is the stretch before it, None at the first connection."""

    at: datetime
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The stream is no longer being seen; `retry_at` is the next attempt, None if there will be none.

    `gap` has begun and is still open (its `until` is None): since when the stream has not been seen, which is earlier
    than `at` where a dead connection was noticed late. The next `Connected` brings it closed.
    """

    at: datetime
    reason: str
    retry_at: datetime | None = None
    gap: Gap | None = None


SourceEvent: TypeAlias = Received | Duplicate | Unusable | Connected | Disconnected
