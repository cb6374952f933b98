"""The stream's protocol without any I/O: what to send, and what a message that came means.

Time is passed in, nothing waits, nothing raises for what a server may send.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from tocsin.config.settings import Subscription
from tocsin.model import TweetId
from tocsin.sources.events import Received
from tocsin.sources.scrapest.decode import Malformed, parse_object, printable
from tocsin.sources.scrapest.duplicates import Duplicates
from tocsin.sources.scrapest.subscription import FreshConnection, SubscriptionState
from tocsin.sources.scrapest.tweet import tweet_of

SOURCE: Final = "scrapest"

_MOST_TYPES: Final = 100

_TWEET_BEGINS: Final = (b'{"type":"tweet",', b'{"type": "tweet",')
_TWEET_ENDS: Final = (b',"type":"tweet"}', b', "type": "tweet"}')


@dataclass(frozen=True, slots=True)
class DuplicateReceived:
    """A tweet that came before, the same to the letter."""

    tweet_id: TweetId


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A message of another type than `tweet`, e.g. an acknowledgement: allowed, of no use to us."""

    type: str


Read: TypeAlias = Received | Malformed | Unrecognised
Incoming: TypeAlias = Read | DuplicateReceived


def read_message(message: str | bytes | bytearray, *, source: str, received_at: datetime) -> Read:
    """Return what a message of the stream means; text or binary frame makes no difference."""
    parsed = parse_object(message)
    if isinstance(parsed, Malformed):
        return parsed
    return message_of(parsed, message, source=source, received_at=received_at)


def message_of(
    parsed: Mapping[str, Any], message: str | bytes | bytearray, *, source: str, received_at: datetime
) -> Read:
    """Return what a parsed message means; `message` is what it was parsed from."""
    if parsed.get("type") != "tweet":
        return Unrecognised(_name_of(parsed.get("type")))
    tweet = tweet_of(parsed.get("data"), message, source=source, received_at=received_at)
    return tweet if isinstance(tweet, Malformed) else Received(tweet)


class ScrapestProtocol:
    """One subscriber's side of the stream, over any number of connections, one at a time."""

    def __init__(self, subscriptions: Sequence[Subscription], duplicates: Duplicates | None = None) -> None:
        self._subscriptions = SubscriptionState(subscriptions)
        self._duplicates = duplicates if duplicates is not None else Duplicates()
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """What came, by kind: `tweet`, `duplicate`, `malformed`, `time unread`, and `type NAME` for every other.

        Tweets that were given up unread are `unread`, whether or not they came before.
        """
        return self._counts

    def connected(self) -> None:
        """Note a new connection: `changes` then begins with the whole wanted set."""
        self._subscriptions.reconnected()

    def want(self, subscriptions: Sequence[Subscription]) -> None:
        """Replace the wanted subscriptions; an empty sequence asks for nothing at all."""
        self._subscriptions.want(subscriptions)

    def changes(self) -> tuple[str, ...] | FreshConnection:
        """Return the messages to send now, taken as sent; if sending fails, the connection must not be used again."""
        return self._subscriptions.changes()

    def receive_all(self, messages: Iterable[str | bytes | bytearray], now: datetime) -> list[Incoming]:
        """Return what each of the messages means that came together, and count them."""
        return [self.receive(message, now) for message in messages]

    def give_up(self, messages: Iterable[bytes], now: datetime) -> int:
        """Return how many of the messages, of which nobody wants to know what they mean, are tweets, and count them.

        A tenth of what reading costs: what begins or ends as a tweet does is taken for one.
        """
        tweets = 0
        for message in messages:
            if message.startswith(_TWEET_BEGINS) or message.endswith(_TWEET_ENDS):
                tweets += 1
            else:
                read = read_message(message, source=SOURCE, received_at=now)
                if isinstance(read, Received):
                    tweets += 1
                else:
                    self._count_other(read)
        self._counts["unread"] += tweets
        return tweets

    def receive(self, message: str | bytes | bytearray, now: datetime) -> Incoming:
        """Return what a message means, and count it."""
        incoming = read_message(message, source=SOURCE, received_at=now)
        if isinstance(incoming, Received):
            return self._received(incoming)
        self._count_other(incoming)
        return incoming

    def _received(self, incoming: Received) -> Received | DuplicateReceived:
        tweet = incoming.tweet
        if self._duplicates.is_repeat(tweet.data):
            self._counts["duplicate"] += 1
            return DuplicateReceived(tweet.id)
        self._counts["tweet"] += 1
        if tweet.created_at is None and tweet.data.get("created_at") is not None:
            self._counts["time unread"] += 1
        return incoming

    def _count_other(self, read: Malformed | Unrecognised) -> None:
        if isinstance(read, Malformed):
            self._counts["malformed"] += 1
            return
        name = f"type {read.type}"
        # The server chooses the names: past a number of them they share one.
        self._counts[name if name in self._counts or len(self._counts) < _MOST_TYPES else "type (others)"] += 1


def _name_of(kind: Any) -> str:
    if kind is None:
        return "(none)"
    return printable(kind, 40) if isinstance(kind, str) else "(not text)"
