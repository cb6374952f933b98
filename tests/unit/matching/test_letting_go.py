"""What was indexed is freed once nobody has it, without the garbage collector, which passes over rules for good."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from tocsin.core.plan import Plan, changed_plan, make_plan
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.index import CandidateIndex
from tocsin.model import RuleId
from tocsin.rules.edits import Edits
from tocsin.rules.ruleset import RuleSet, ruleset_of
from tocsin.testing import make_rule

CONDITIONS = (
    {"word": ["a", "b c"]}, {"contains": "d"}, {"in": ["e", {"var": "text"}]}, {">": [{"var": "metrics.likes"}, 3]},
    {"from": "f"}, {"hashtag": "g"}, {"==": [{"var": "lang"}, "en"]}, {"!": {"word": "h"}}, {"matches": "i+j"},
    {"and": [{"word": "k"}, {">": [{"var": "user.followers"}, 3]}]},
)  # fmt: skip


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def planned() -> tuple[Plan, RuleSet]:
    rules = ruleset_of(make_rule(f"r{number}", when) for number, when in enumerate(CONDITIONS))
    plan = make_plan(rules, (), standard_vocabulary())
    plan.matcher.decided(Facts({"text": "a d e h iij", "metrics": {"likes": 9}, "lang": "en"}))
    return plan, rules


def traces(index: CandidateIndex) -> list[weakref.ref[object]]:
    """Return what tells whether the index is still there, and the function that holds what it looks up."""
    return [weakref.ref(index), weakref.ref(index._find)]


def test_an_index_is_freed_without_the_collector() -> None:
    plan, _ = planned()
    assert isinstance(plan.index.whole, CandidateIndex)
    there = traces(plan.index.whole)
    del plan
    assert [trace() for trace in there] == [None, None]


def test_an_index_that_took_a_change_is_freed_too_and_leaves_the_large_one() -> None:
    plan, rules = planned()
    edits = Edits({RuleId("r0"): make_rule("r0", {"word": "z"})}, frozenset({RuleId("r1")}))
    changed = changed_plan(plan, rules, edits, ())
    assert isinstance(changed.index.small, CandidateIndex)
    there, large = traces(changed.index.small), changed.index.whole
    del changed
    assert [trace() for trace in there] == [None, None]
    assert plan.index.whole is large
