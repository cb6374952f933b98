"""A rule's exceptions are part of what it says of a tweet."""

from dataclasses import replace
from datetime import UTC, date, datetime

from tocsin.alerting.explanation import RuleExplainer
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.proof import Proof, WhyNot
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Rule, RuleException
from tocsin.testing import make_rule, make_tweet

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def excepted(when: object, *exceptions: tuple[str, object, date | None]) -> Rule:
    entries = tuple(
        RuleException(id=name, why="noise", until=until, condition=make_rule("x", but).condition, span=Span("f", 1, 1))
        for name, but, until in exceptions
    )
    return replace(make_rule("r", when), exceptions=entries)


def test_an_exception_that_holds_is_named_with_its_proof() -> None:
    rule = excepted({"word": ["a"]}, ("other", {"word": ["c"]}, None), ("noise", {"word": ["b"]}, None))
    found = RuleExplainer(rule, standard_vocabulary()).explain(Facts(make_tweet("a b").data), NOW)
    assert (found.decision, found.exception and found.exception.id) == ("excepted", "noise")
    assert found.exception_proof is not None
    assert [leaf.reason for leaf in found.exception_proof.leaves] == ["word 'b' in text"]


def test_an_exception_past_its_end_is_of_no_account() -> None:
    rule = excepted({"word": ["a"]}, ("noise", {"word": ["b"]}, date(2026, 5, 31)))
    found = RuleExplainer(rule, standard_vocabulary()).explain(Facts(make_tweet("a b").data), NOW)
    assert (found.decision, found.exception) == ("match", None)
    assert isinstance(found.explanation, Proof)


def test_what_does_not_match_is_no_exception() -> None:
    rule = excepted({"word": ["a"]}, ("noise", {"word": ["b"]}, None))
    found = RuleExplainer(rule, standard_vocabulary()).explain(Facts(make_tweet("b").data), NOW)
    assert found.decision == "no_match"
    assert isinstance(found.explanation, WhyNot)
