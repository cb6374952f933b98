"""A reload keeps what stayed: rules, their compiled conditions and what explains them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.core.plan import Plan, changed_plan, make_plan
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import RuleId
from tocsin.rules.edits import edits_between
from tocsin.rules.ruleset import ruleset_of, sharing
from tocsin.runtime.reloading.retiring import let_go, within
from tocsin.testing import make_rule

if TYPE_CHECKING:
    from tocsin.runtime.reloading.replacement import InForce

VOCABULARY = standard_vocabulary()
A, B = RuleId("a"), RuleId("b")


def test_rules_that_stayed_are_the_very_same_and_compiled_once() -> None:
    old = ruleset_of([make_rule("a", {"word": "x"}), make_rule("b", {"word": "y"})])
    read = ruleset_of([make_rule("a", {"word": "x"}), make_rule("b", {"word": "z"})])
    new = sharing(read, old)
    assert new.rules[A] is old.rules[A]
    assert new.rules[B] is read.rules[B]
    assert new.revision == read.revision
    before = make_plan(old, (), VOCABULARY)
    after = changed_plan(before, new, edits_between(old.rules, new.rules), ())
    assert after.compiled[0] is before.compiled[0]
    assert after.compiled[1] is not before.compiled[1]
    assert after.provers.of(new.rules[A]) is before.provers.of(old.rules[A])
    assert after.provers.of(new.rules[B]) is not before.provers.of(old.rules[B])


def test_one_is_not_true_though_python_says_so() -> None:
    old = ruleset_of([make_rule("a", {"==": [{"var": "metrics.likes"}, 1]})])
    read = ruleset_of([make_rule("a", {"==": [{"var": "metrics.likes"}, True]})])
    assert old.rules[A] == read.rules[A]
    assert sharing(read, old).rules[A] is read.rules[A]


def test_a_rule_with_another_title_is_compiled_anew() -> None:
    old = ruleset_of([make_rule("a", {"word": "x"})])
    before = make_plan(old, (), VOCABULARY)
    other = sharing(ruleset_of([replace(old.rules[A], description="new")]), old)
    after = changed_plan(before, other, edits_between(old.rules, other.rules), ())
    assert after.compiled[0] is not before.compiled[0]


def test_what_is_let_go_is_gone_from_the_list() -> None:
    plan = make_plan(ruleset_of([make_rule("a", {"word": "x"})]), (), VOCABULARY)
    retired: list[InForce | Plan] = [plan]
    let_go(retired)
    assert retired == []
    assert plan.compiled


def test_what_large_containers_hold_is_let_go_of_piece_by_piece() -> None:
    plan = make_plan(
        ruleset_of([make_rule(f"r{number:03}", {"word": f"w{number}"}) for number in range(300)]), (), VOCABULARY
    )
    pieces = within([plan.index])
    assert {id(compiled) for compiled in plan.compiled} <= {id(piece) for piece in pieces}
    assert "w7" in [piece for piece in pieces if isinstance(piece, str)]
