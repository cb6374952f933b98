"""What an alert is about, so that the same is told once: the tweet, or what `once_per` computes of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.alerting.madeonce import MadeOnce
from tocsin.logic.evaluation.compile import TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Tweet
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Occasion:
    """What goes into the alert's id; `problem` says why `once_per` gave nothing, where it failed."""

    text: str
    problem: str | None = None


class Occasions:
    """Computes `once_per` of the rules that have it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        def compiled(rule: Rule) -> Callable[[Facts], Any] | None:
            return None if rule.once_per is None else compile_value(rule.once_per, vocabulary)

        self._made = MadeOnce(compiled)

    def of(self, rule: Rule, tweet: Tweet, facts: Facts) -> Occasion:
        """Return the occasion of a match.

        Without `once_per` it is the tweet's id. Where `once_per` fails, or gives null or an empty text, it is the tweet
        too, apart from any value: what can't be told apart is told rather than taken for the same.
        """
        compute = None if rule.once_per is None else self._made.of(rule)
        if compute is None:
            return Occasion(tweet.id)
        try:
            value = compute(facts)
        except TermFailed as failure:
            return Occasion(_tweet_alone(tweet), failure.error)
        if value is None or value == "":
            return Occasion(_tweet_alone(tweet))
        try:
            return Occasion(value if isinstance(value, str) else json.dumps(value, sort_keys=True))
        except (ValueError, RecursionError):
            # Integers of thousands of digits and lists nested thousands deep: values all the same, and never a text.
            return Occasion(_tweet_alone(tweet), "a value that can't be written out")


def _tweet_alone(tweet: Tweet) -> str:
    return f"\x1ftweet\x1f{tweet.id}"
