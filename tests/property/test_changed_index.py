"""An index that took changes says what one says that was built of the same rules from nothing."""

from dataclasses import replace
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.test_law_2_index_loses_nothing import A_RULE, conditions, tweets
from tests.property.wild import SCOPE, VOCABULARY
from tocsin.hookspecs import Operator
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.delta import delta_index
from tocsin.matching.index import CandidateIndex
from tocsin.model import RuleId

Written: TypeAlias = "dict[RuleId, CompiledRule]"

A, B, C = map(RuleId, ("a", "b", "c"))

ids = st.integers(0, 14).map(lambda number: RuleId(f"rule-{number:02}"))


def rules(least: int, most: int) -> st.SearchStrategy[Written]:
    return st.dictionaries(ids, conditions, min_size=least, max_size=most).map(
        lambda written: {rule_id: compiled(rule_id, when) for rule_id, when in sorted(written.items())}
    )


changes = st.lists(st.tuples(rules(0, 5), st.frozensets(ids, max_size=4)), min_size=1, max_size=4)


def compiled(rule_id: RuleId, when: Any) -> CompiledRule:
    expr = parse(when, SCOPE).expr
    assert expr is not None
    return CompiledRule(replace(A_RULE, id=rule_id, condition=expr), compile_condition(expr, VOCABULARY))


# Nine are more than are always looked at one by one, which tells of more failures.
@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(rules(9, 12), changes, st.lists(tweets, min_size=1, max_size=3))
def test_any_sequence_of_changes_gives_what_building_anew_gives(
    first: Written, later: list[tuple[Written, frozenset[RuleId]]], data: list[dict[str, Any]]
) -> None:
    now, changed = first, delta_index(first.values(), VOCABULARY)
    for put, gone in later:
        now = {rule_id: rule for rule_id, rule in now.items() if rule_id not in gone} | put
        changed = changed.changed(put.values(), gone)
        rules = [now[rule_id] for rule_id in sorted(now)]
        anew = CandidateIndex(rules, VOCABULARY)
        assert list(changed.rules) == rules
        for tweet in data:
            assert list(changed.candidates(Facts(tweet))) == list(anew.candidates(Facts(tweet)))
            assert list(changed.decided(Facts(tweet))) == list(anew.decided(Facts(tweet)))


def test_few_rules_change_too() -> None:
    first = {rule_id: compiled(rule_id, {"word": word}) for rule_id, word in ((A, "a"), (B, "b"), (C, "c"))}
    index = delta_index(first.values(), VOCABULARY).changed([compiled(B, {"word": "z"})], [C])
    assert [one.rule.id for one, _ in index.decided(Facts({"text": "a b c z"}))] == [A, B]
    assert [one.rule.id for one, _ in index.decided(Facts({"text": "b c"}))] == []
    assert [one.rule.id for one in index.changed([first[C]], [A]).rules] == [B, C]


def test_changes_are_counted_until_they_are_undone_only_where_they_were_new() -> None:
    index = delta_index([compiled(RuleId(f"r{number}"), {"word": "a"}) for number in range(20)], VOCABULARY)
    added = index.changed([compiled(A, {"word": "a"})])
    assert (index.changes, added.changes, added.changed((), [A]).changes) == (0, 1, 0)
    # One that took another's place hides that one and is itself looked at.
    replaced = index.changed([compiled(RuleId("r3"), {"word": "b"})])
    assert (replaced.changes, replaced.changed((), [RuleId("r3")]).changes) == (2, 1)


def test_a_rule_that_is_gone_is_not_evaluated() -> None:
    """A plugin's operator may hang or fail, and nobody must hear of a rule that is no longer there."""
    asked: list[str] = []
    spied = Operator(
        name="spied", arguments=("text",), result="truth", doc="", example="", function=lambda text: asked.append(text)
    )
    vocabulary = standard_vocabulary().extended([spied], {})
    expr = parse({"spied": [{"var": "text"}]}, Scope(vocabulary)).expr
    assert expr is not None
    spying = CompiledRule(replace(A_RULE, id=A, condition=expr), compile_condition(expr, vocabulary))
    others = [compiled(RuleId(f"r{number}"), {"word": "a"}) for number in range(20)]
    index = delta_index([spying, *others], vocabulary)
    index.decided(Facts({"text": "told"}))
    index.changed((), [A]).decided(Facts({"text": "not told"}))
    index.changed([others[0]], [A]).changed((), [others[0].rule.id]).decided(Facts({"text": "not told"}))
    assert asked == ["told"]
