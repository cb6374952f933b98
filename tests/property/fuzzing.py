"""Wild rules on wild tweets, by the million: `python -m tests.property.fuzzing --verdicts 100000000`.

Three comparisons, each counted by itself: what the index finds against every compiled rule, the compiled rule against
its exact evaluation, and rules in plain JSON-logic against json-logic-qubit.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.property.wild import SCOPE, VOCABULARY, Wild
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import parse
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.reference import evaluate
from tocsin.logic.verdict import Failed, Matched, Verdict
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.index import CandidateIndex
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll
from tocsin.model import RuleId
from tocsin.testing import make_rule

A_RULE = make_rule("rule", True)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two ways to a verdict don't agree on."""

    what: str
    conditions: Sequence[Any]
    tweet: Any


LIKES: Any = {"var": "metrics.likes"}
TRAPS: Sequence[tuple[Sequence[Any], Sequence[Any]]] = (
    ([{"and": [{"word": "btc"}, {"==": [{"var": "lang"}, one]}]} for one in (1, True)], [{"text": "btc", "lang": 5}]),
    ([{">=": [LIKES, 5]}, {"==": [LIKES, 5]}], [{"metrics": {"likes": likes}} for likes in (5, 5.0, "5", True)]),
    ([{"word": [{"var": ["text", "btc"]}, "btc"]}, {">": [{"var": ["id", 9]}, 5]}], [{}, {"text": None}]),
    ([{">=": [{"+": [LIKES, 999_999_999_999_999.875]}, 1e15]}], [{"metrics": {"likes": 0.07}}]),
    ([{"word": "速報"}, {"word": "İ"}, {"contains": "ﬁ速"}], [{"text": "btc速報です"}, {"text": "i̇ FI速"}]),
)
"""Rules and tweets on which an index has gone wrong, or one could in a way that wild ones seldom meet."""


@dataclass(frozen=True, slots=True)
class WildRule:
    """A rule with the condition that it was written as."""

    written: Any
    compiled: CompiledRule


def wild_rules(wild: Wild, count: int) -> list[WildRule]:
    """Return rules of wild conditions; ids are in order."""
    found: list[WildRule] = []
    while len(found) < count:
        found += written_rules([wild.condition()], len(found))
    return found


def written_rules(conditions: Sequence[Any], first: int = 0) -> list[WildRule]:
    """Return rules of those conditions that can be parsed, numbered from `first` on."""
    found: list[WildRule] = []
    for written in conditions:
        expr = parse(written, SCOPE).expr
        if expr is not None:
            rule = replace(A_RULE, id=RuleId(f"rule-{first + len(found)}"), condition=expr)
            found.append(WildRule(written, CompiledRule(rule, compile_condition(expr, VOCABULARY))))
    return found


def indexed(rules: Sequence[WildRule], seed: int) -> Matcher:
    """Return matching by the index; which terms stand for a rule depends on the seed."""
    # The rarity decides which terms stand for a rule; one that was measured on nothing chooses others.
    rarity = BUILT_IN if seed % 2 else Rarity({}, 10)
    return Matcher(CandidateIndex([rule.compiled for rule in rules], VOCABULARY, rarity))


def index_differences(seed: int, count: int, tweets: int) -> Iterator[Difference]:
    """Yield where the index and looking at every rule tell other rules, or in another order."""
    wild = Wild(seed)
    rules = wild_rules(wild, count)
    return _differences(rules, (wild.tweet() for _ in range(tweets)), seed)


def trap_differences() -> Iterator[Difference]:
    """Yield where they do so on rules and tweets that have been a trap."""
    for conditions, tweets in TRAPS:
        yield from _differences(written_rules(conditions), tweets, seed=1)


def _differences(rules: Sequence[WildRule], tweets: Iterable[Any], seed: int) -> Iterator[Difference]:
    index, every = indexed(rules, seed), Matcher(MatchAll(tuple(rule.compiled for rule in rules)))
    written = {rule.compiled.rule.id: rule.written for rule in rules}
    for tweet in tweets:
        # Facts of its own for each: what one has worked out mustn't help the other.
        found, wanted = matched(index, tweet), matched(every, tweet)
        if found != wanted:
            other = {*found} ^ {*wanted} or {*found}
            yield Difference("index", [written[rule] for rule in other], tweet)


def exact_differences(seed: int, count: int, tweets: int) -> Iterator[Difference]:
    """Yield where a compiled rule says something else than its exact evaluation."""
    wild = Wild(seed)
    rules = wild_rules(wild, count)
    for _ in range(tweets):
        tweet = wild.tweet()
        facts = Facts(tweet)
        for rule in rules:
            condition = rule.compiled.condition
            if condition.evaluate(facts) != condition.evaluate_exactly(facts):
                yield Difference("exact", [rule.written], tweet)


def reference_differences(seed: int, count: int, tweets: int) -> Iterator[Difference]:
    """Yield where json-logic-qubit has a value and a compiled rule is not as true; where it raises, Kleene decides."""
    wild = Wild(seed, is_plain=True)
    rules = wild_rules(wild, count)
    for _ in range(tweets):
        tweet = wild.tweet()
        facts = Facts(tweet)
        for rule in rules:
            verdict = rule.compiled.condition.evaluate(facts)
            if not agrees(verdict, rule.written, tweet):
                yield Difference("json-logic-qubit", [rule.written], tweet)


def agrees(verdict: Verdict, written: Any, tweet: Any) -> bool:
    """Whether a verdict is that of json-logic-qubit, as far as that has one."""
    try:
        value = evaluate(written, tweet)
    except Exception:  # noqa: BLE001 - whatever it raises, it has no value
        return True
    return not isinstance(verdict, Failed) and isinstance(verdict, Matched) is bool(value)


def matched(matcher: Matcher, tweet: Any) -> list[RuleId]:
    """Return the ids of the rules that are true of a tweet, in the order in which they are told."""
    return [rule.rule.id for rule, verdict in matcher.decided(Facts(tweet)) if isinstance(verdict, Matched)]


COMPARISONS = {"index": index_differences, "exact": exact_differences, "reference": reference_differences}
RULES, TWEETS = 300, 1000


def main() -> int:
    """Compare until so many verdicts have been; return 1 at the first that differ."""
    parser = argparse.ArgumentParser(prog="fuzzing")
    parser.add_argument("--verdicts", type=int, default=10_000_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--against", choices=sorted(COMPARISONS), default="index")
    given = parser.parse_args()
    done = 0
    for seed in range(given.first, given.first + -(-given.verdicts // (RULES * TWEETS))):
        found = list(COMPARISONS[given.against](seed, RULES, TWEETS))
        done += RULES * TWEETS
        print(f"seed {seed}: {done:,} verdicts against {given.against}, {len(found)} differ", flush=True)
        if found:
            print(*found[:5], sep="\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
