"""Rules of one shape share what is worked out for the first of them; each is found as if it were alone."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.test_law_2_index_loses_nothing import compiled_rules, conditions, constants, rarities, tweets
from tests.property.wild import SCOPE, VOCABULARY
from tocsin.logic.facts import Facts
from tocsin.logic.parse import parse
from tocsin.logic.rarity import Rarity
from tocsin.logic.terms import cover_of
from tocsin.logic.verdict import Matched
from tocsin.matching.blueprints import Blueprints
from tocsin.matching.index import CandidateIndex
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll

_KEPT = {"var", "macro", "list", "missing"}
"""Operators whose arguments are names."""


def with_others(condition: Any, others: list[Any]) -> Any:
    """Return a condition of the same form with other constants, which are taken in turns."""
    turn = iter(range(10**6))

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item if key in _KEPT else changed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item) for item in value]
        number = next(turn)
        return value if number % 3 == 0 else others[number % len(others)]

    return changed(condition)


@st.composite
def alike(draw: st.DrawFn) -> list[Any]:
    """Draw conditions that are the same but for some of their constants."""
    condition = draw(conditions)
    others = draw(st.lists(st.lists(constants, min_size=1, max_size=3), min_size=1, max_size=4))
    found = [condition, *(with_others(condition, each) for each in others), condition]
    return [when for when in found if parse(when, SCOPE).expr is not None]


LIKED: Any = [{"and": [{"word": "btc"}, {"==": [{"var": "metrics.likes"}, one]}]} for one in (1, 1.0, True, "1", 0)]


@settings(max_examples=examples(400), deadline=None, suppress_health_check=list(HealthCheck))
@given(alike(), st.lists(tweets, min_size=1, max_size=3), rarities)
@example(LIKED, [{"text": "btc", "metrics": {"likes": likes}} for likes in (1, True, "1", 0.0, "0.0")], Rarity())
@example([{"in": [each, {"var": "text"}]} for each in ("btc", "", "b")], [{"text": "btc"}, {"text": ""}], Rarity())
@example([{"==": [{"var": ["lang", each]}, "en"]} for each in ("de", "en")], [{}, {"lang": "en"}], Rarity())
def test_rules_of_one_shape_are_found_as_one_by_one(
    written: list[Any], data: list[dict[str, Any]], rarity: Rarity
) -> None:
    rules = compiled_rules(written)
    indexed, every = Matcher(CandidateIndex(rules, VOCABULARY, rarity)), Matcher(MatchAll(tuple(rules)))
    for tweet in data:
        expected = [compiled for compiled, verdict in every.decided(Facts(tweet)) if isinstance(verdict, Matched)]
        found = indexed.decided(Facts(tweet))
        assert [compiled for compiled, verdict in found if isinstance(verdict, Matched)] == expected


@settings(max_examples=examples(400), deadline=None, suppress_health_check=list(HealthCheck))
@given(alike(), rarities)
def test_the_terms_of_a_rule_are_those_of_its_condition_alone(written: list[Any], rarity: Rarity) -> None:
    blueprints = Blueprints(VOCABULARY, rarity)
    for compiled in compiled_rules(written):
        found, alone = blueprints.terms(compiled.rule), cover_of(compiled.rule.condition, VOCABULARY, rarity)
        assert (None if found is None else {term for term, _ in found}) == (None if alone is None else set(alone))


def test_what_is_left_open_is_one_object_in_rules_of_whatever_shape() -> None:
    """An index asks it once for all of them."""
    english = {"==": [{"var": "lang"}, "en"]}
    rules = compiled_rules([{"and": [english, {"word": ["btc", "eth"]}]}, {"and": [{"word": "moon"}, english]}])
    blueprints = Blueprints(VOCABULARY, Rarity())
    tests = [test for compiled in rules for _, test in blueprints.terms(compiled.rule) or ()]
    assert len(tests) == 3
    assert all(test is tests[0] for test in tests)
