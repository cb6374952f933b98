"""Our verdicts and the oracle's, tweet by tweet and in the order in which they are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.differential.columns import places
from tests.differential.oracle import Told
from tests.differential.workload import LISTS, MACROS
from tests.property.wild import VOCABULARY
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse, with_trees
from tocsin.logic.verdict import Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.delta import delta_index
from tocsin.matching.matcher import Matcher
from tocsin.model import RuleId
from tocsin.testing import make_rule

SCOPE = with_trees(
    Scope(VOCABULARY, macros={name: (value, ()) for name, value in MACROS.items()}, lists=LISTS, check_fields=False)
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A tweet of which we say something else than the oracle: rules lost, rules wrongly told, or the order."""

    tweet: Mapping[str, Any]
    lost: tuple[int, ...]
    wrong: tuple[int, ...]


def compiled(conditions: Sequence[Any]) -> list[CompiledRule]:
    """Return rules of these conditions; their ids, in order, are their places.

    Raises:
        ValueError: a condition has a mistake.
    """
    blank = make_rule("rule", True)
    found = []
    for place, condition in enumerate(conditions):
        parsed = parse(condition, SCOPE)
        if parsed.expr is None:
            raise ValueError(f"{condition}: {parsed.problems}")
        rule = replace(blank, id=RuleId(f"{place:06}"), condition=parsed.expr)
        found.append(CompiledRule(rule, compile_condition(parsed.expr, VOCABULARY)))
    return found


_CAME_LATER = 0.01
"""The share of the rules that a reload has put in the place of others."""


class Ours:
    """Matching as `run` does it: by the index, after a reload that changed some rules."""

    def __init__(self, conditions: Sequence[Any]) -> None:
        rules = compiled(conditions)
        later = rules[:: round(1 / _CAME_LATER)]
        before = {rule.rule.id: rule for rule in rules}
        for rule, other in zip(later, compiled([conditions[-1]] * len(later)), strict=True):
            before[rule.rule.id] = CompiledRule(replace(other.rule, id=rule.rule.id), other.condition)
        self._matcher = Matcher(delta_index(before.values(), VOCABULARY).changed(later))

    def matches(self, tweet: Mapping[str, Any]) -> list[int]:
        """Return the places of the rules that a tweet makes true, in the order in which they are told."""
        decided = self._matcher.decided(Facts(tweet))
        return [int(rule.rule.id) for rule, verdict in decided if isinstance(verdict, Matched)]


def by_tweet(told: Sequence[Told], tweets: int) -> list[list[int]]:
    """Return for each tweet the places of the rules that are true of it, ascending."""
    rows: list[list[int]] = [[] for _ in range(tweets)]
    for rule, verdicts in enumerate(told):
        for place in places(verdicts.true):
            rows[place].append(rule)
    return rows


def differences(
    ours: Ours, tweets: Sequence[Mapping[str, Any]], expected: Sequence[Sequence[int]]
) -> Iterator[Difference]:
    """Yield the tweets of which ours are not exactly the expected rules in that order."""
    for tweet, wanted in zip(tweets, expected, strict=True):
        found = ours.matches(tweet)
        if found != wanted:
            lost, wrong = set(wanted) - set(found), set(found) - set(wanted)
            yield Difference(tweet, tuple(sorted(lost)), tuple(sorted(wrong)))
