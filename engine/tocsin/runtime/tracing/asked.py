"""Whether the stream was asked for a tweet."""

from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.stream_filter import filter_condition
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Tweet


def is_asked_for(subscriptions: Iterable[Mapping[str, Any]], tweet: Tweet, vocabulary: Vocabulary) -> bool:
    """Return whether one of the subscriptions takes in the tweet, read as rules read `match:`.

    The server's reading may differ: of words that are no plain ones, and of a language that it alone knows.
    """
    return any(_takes_in(subscription, tweet, vocabulary) for subscription in subscriptions)


def _takes_in(subscription: Mapping[str, Any], tweet: Tweet, vocabulary: Vocabulary) -> bool:
    condition = filter_condition(
        subscription.get("keywords", ()),
        subscription.get("users", ()),
        subscription.get("language"),
        subscription.get("min_retweets"),
    )
    return isinstance(compile_condition(condition, vocabulary).evaluate(Facts(tweet.data)), Matched)
