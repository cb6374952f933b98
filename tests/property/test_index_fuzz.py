"""Law 2 by numbers: wild rules on wild tweets, the index against looking at every rule.

`TOCSIN_FUZZ_ROUNDS=1000` makes it 40 million verdicts; the usual run is a sample.
"""

import os
from dataclasses import replace

import pytest

from tests.property.wild import SCOPE, VOCABULARY, Wild
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import parse
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.verdict import Matched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.index import CandidateIndex
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll
from tocsin.model import RuleId
from tocsin.testing import make_rule

ROUNDS = int(os.environ.get("TOCSIN_FUZZ_ROUNDS", "3"))
FIRST = int(os.environ.get("TOCSIN_FUZZ_FIRST", "0"))
RULES = TWEETS = 200

A_RULE = make_rule("rule", True)


def wild_rules(wild: Wild) -> list[CompiledRule]:
    found: list[CompiledRule] = []
    while len(found) < RULES:
        expr = parse(wild.condition(), SCOPE).expr
        if expr is not None:
            rule = replace(A_RULE, id=RuleId(f"rule-{len(found)}"), condition=expr)
            found.append(CompiledRule(rule, compile_condition(expr, VOCABULARY)))
    return found


@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_the_index_loses_no_wild_match(seed: int) -> None:
    wild = Wild(seed)
    rules = wild_rules(wild)
    every = Matcher(MatchAll(tuple(rules)))
    # The rarity decides which terms stand for a rule; one that was measured on nothing chooses others.
    index = Matcher(CandidateIndex(rules, VOCABULARY, BUILT_IN if seed % 2 else Rarity({}, 10)))
    for _ in range(TWEETS):
        tweet = wild.tweet()
        matched = [rule for rule, verdict in every.decided(Facts(tweet)) if isinstance(verdict, Matched)]
        found = [rule for rule, verdict in index.decided(Facts(tweet)) if isinstance(verdict, Matched)]
        lost = [rule.rule.condition for rule in matched if rule not in found]
        assert found == matched, f"{tweet!r}: {lost}"
