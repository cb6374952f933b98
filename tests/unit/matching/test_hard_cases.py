"""What an index is bad at: the verdicts are those of looking at every rule, and the time has a bound.

The bounds are in rules looked at and not in seconds; `tocsin bench` measures the time.
"""

import pytest

from tocsin.bench.contenders import compiled, indexed, looped
from tocsin.bench.workload import worst_workloads
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.index import CandidateIndex

RULES = 300
CASES = worst_workloads(RULES, tweets=20)


@pytest.mark.parametrize("case", list(CASES))
def test_the_verdicts_are_those_of_looking_at_every_rule(case: str) -> None:
    rules = compiled(CASES[case].conditions)
    index, loop = indexed(rules), looped(rules)
    for tweet in CASES[case].tweets():
        assert list(index(tweet)) == list(loop(tweet))


def candidates(condition: object, text: str, rules: int = 1) -> int:
    index = CandidateIndex(compiled([condition] * rules), standard_vocabulary())
    return len(index.candidates(Facts({"text": text})))


def test_rules_that_share_a_word_are_looked_at_only_where_it_is() -> None:
    condition = {"and": [{"word": "btc"}, {"!": {"word": "rt"}}]}
    assert candidates(condition, "btc is up", RULES) == RULES
    assert candidates(condition, "eth is up", RULES) == 0


def test_ten_thousand_words_are_one_look_up() -> None:
    condition = {"word": [f"word{number}" for number in range(10_000)]}
    assert candidates(condition, "has word9999 in it") == 1
    assert candidates(condition, "has none of them") == 0


def test_a_long_or_of_words_runs_as_one_list() -> None:
    rules = compiled([{"or": [{"word": f"word{number}"} for number in range(3_000)]}])
    assert rules[0].condition.fast is not None
    match = looped(rules)
    assert list(match({"text": "word2999"})) == [0]
    assert list(match({"text": "word3000"})) == []


def test_a_text_of_64_kib_is_scanned_once_whatever_the_parts_have_in_common() -> None:
    conditions = [{"contains": "a" * length} for length in range(1, RULES)]
    rules = compiled(conditions)
    text = "a" * 65_536
    assert list(indexed(rules)({"text": text})) == list(range(len(conditions)))
