"""The long run in small, the oracle held to itself, and whether it would notice anything."""

from tests.differential import workload
from tests.differential.columns import TextColumn, is_plain
from tests.differential.comparing import Ours, by_tweet, differences
from tests.differential.oracle import Oracle
from tests.property.wild import PIECES

SEED, RULES, TWEETS = 7, 600, 400


def test_ours_are_the_verdicts_of_the_oracle_in_the_same_order() -> None:
    conditions = workload.rules(SEED, RULES)
    tweets = workload.tweets(SEED, 0, TWEETS)
    expected = by_tweet(Oracle(conditions, workload.MACROS, workload.LISTS).told(tweets), TWEETS)
    assert sum(map(len, expected)) > TWEETS // 2
    assert list(differences(Ours(conditions), tweets, expected)) == []


def test_the_oracle_finds_words_by_cutting_as_by_searching() -> None:
    texts = [tweet.get("text") for tweet in workload.tweets(SEED, 1, TWEETS)]
    patterns = {word for text in texts[:100] if isinstance(text, str) for word in text.split() if is_plain(word)}
    patterns |= {f"{one} {other}" for one in ("btc", "ann", "速") for other in PIECES if is_plain(f"{one} {other}")}
    column = TextColumn(texts, patterns)
    for pattern in patterns:
        assert column.with_word(pattern) == column.with_word_by_search(pattern), pattern
