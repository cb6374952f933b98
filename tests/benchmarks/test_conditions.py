"""What evaluating rules costs, as a ratio against json-logic-qubit in the same run.

`make test` runs each once, for correctness. `make bench` measures and prints the ratio; nothing fails on time.
"""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.reference import evaluate
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary

RULES, TWEETS = 200, 20
WORDS = ["btc", "outage", "down", "exploit", "launch", "refund", "quake", "alert", "breaking", "patch"]


def rules(rng: random.Random) -> list[Any]:
    """Return conditions that both sides know, as people write them."""
    return [
        {
            "and": [
                {"in": [rng.choice(WORDS), {"var": "text"}]},
                {">": [{"var": "metrics.likes"}, rng.randrange(500)]},
                {"!": [{"==": [{"var": "user.username"}, rng.choice(WORDS)]}]},
            ]
        }
        for _ in range(RULES)
    ]


def tweets(rng: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "text": " ".join(rng.choices(WORDS, k=12)),
            "metrics": {"likes": rng.randrange(1000)},
            "user": {"username": "someone"},
        }
        for _ in range(TWEETS)
    ]


def both() -> tuple[Callable[[], list[bool]], Callable[[], list[bool]]]:
    """Return two ways to the same verdicts: ours and the reference's."""
    rng = random.Random(1)
    vocabulary = standard_vocabulary()
    written, data = rules(rng), tweets(rng)
    conditions = []
    for rule in written:
        expr = parse(rule, Scope(vocabulary)).expr
        assert expr is not None
        conditions.append(compile_condition(expr, vocabulary))

    def ours() -> list[bool]:
        found = []
        for tweet in data:
            facts = Facts(tweet)
            found += [isinstance(condition.evaluate(facts), Matched) for condition in conditions]
        return found

    return ours, lambda: [bool(evaluate(rule, tweet)) for tweet in data for rule in written]


def test_two_hundred_rules_on_twenty_tweets(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    ours, reference = both()
    verdicts = benchmark(ours)
    began = time.perf_counter()
    assert verdicts == reference()
    took_s = time.perf_counter() - began
    if benchmark.stats is not None:
        with capsys.disabled():
            ratio = took_s / benchmark.stats.stats.median
            print(f"\n{RULES} rules on {TWEETS} tweets: {ratio:.1f} times the speed of json-logic-qubit")
