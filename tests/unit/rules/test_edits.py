"""What leads from one set of rules to another, and mappings that take it."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import RuleId
from tocsin.rules.edits import Edits, Patched, edits_between
from tocsin.testing import make_rule

ids = st.sampled_from([RuleId(name) for name in "abcdef"])
entries = st.dictionaries(ids, st.integers())
A, B, C = map(RuleId, "abc")


@given(entries, st.lists(st.tuples(entries, st.frozensets(ids)), max_size=5))
def test_a_patched_mapping_is_what_copying_and_changing_gives(
    first: dict[RuleId, int], later: list[tuple[dict[RuleId, int], frozenset[RuleId]]]
) -> None:
    copied, patched = first, Patched(first, {}, ())
    for put, gone in later:
        copied = {rule_id: value for rule_id, value in copied.items() if rule_id not in gone} | put
        patched = Patched(patched, put, gone)
        assert dict(patched) == copied
        assert len(patched) == len(copied)
        assert all(patched.get(rule_id) == copied.get(rule_id) for rule_id in map(RuleId, "abcdef"))


def test_edits_name_what_is_new_other_and_gone() -> None:
    old = {rule_id: make_rule(rule_id, True) for rule_id in (A, B)}
    new = {B: make_rule(B, False), C: make_rule(C, True)}
    edits = edits_between(old, new)
    assert edits == Edits(new, frozenset({A}))
    assert len(edits) == 3
    assert len(edits_between(old, dict(old))) == 0


def test_a_rule_that_is_disabled_is_gone_from_those_that_run() -> None:
    disabled = make_rule(A, True, enabled=False)
    assert Edits({A: disabled}).among_enabled() == Edits({}, frozenset({A}))
