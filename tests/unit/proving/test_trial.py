"""Tests of rules, run: what comes of them, and what is said of those that fail."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Severity
from tocsin.proving.clauses import Clauses
from tocsin.proving.trial import Difference, Outcome, Trial, run_case
from tocsin.proving.tweets import timeline
from tocsin.rules.cases import MATCH, NO_MATCH, Case, Expectation, Given
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.flood import Rate, Then, Throttle
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule
from tocsin.testing import make_rule

WORDS = standard_vocabulary()
RULE = make_rule(
    "one", {"and": [{"word": ["btc", "eth"]}, {">": [{"var": "metrics.retweets"}, 2]}]}, title="{{ text }}"
)
TWO: Mapping[str, Any] = {"text": "btc {n}", "metrics.retweets": 3}


def case(expect: Expectation, *given: Given) -> Case:
    return Case(name="it", given=given, expect=expect, span=Span("rules.yaml", 1, 1))


def outcome(rule: Rule, expect: Expectation, *given: Given) -> Outcome:
    return run_case(rule, case(expect, *given), Trial(rule, WORDS), Clauses(rule, WORDS, SourceMap()))


def test_a_match_and_no_match_are_told_apart() -> None:
    assert outcome(RULE, MATCH, Given(fields=TWO)).passed
    assert not outcome(RULE, NO_MATCH, Given(fields=TWO)).passed
    assert outcome(RULE, NO_MATCH, Given(fields={"text": "btc"})).passed


def test_every_repeat_has_its_number_and_its_instant() -> None:
    seen = timeline([Given(fields=TWO, repeat=3, every=timedelta(minutes=1))])
    assert [one.tweet.data["text"] for one in seen] == ["btc 1", "btc 2", "btc 3"]
    assert [one.tweet.id for one in seen] == ["1", "2", "3"]
    assert [one.at - seen[0].at for one in seen] == [timedelta(minutes=minute) for minute in range(3)]
    assert [one.tweet.created_at for one in seen] == [one.at for one in seen]


def test_tweets_come_in_the_order_of_their_instants() -> None:
    late = Given(fields={"text": "late"}, at=timedelta(minutes=90))
    often = Given(fields={"text": "{n}"}, at=timedelta(), repeat=2, every=timedelta(hours=2))
    assert [one.tweet.data["text"] for one in timeline([late, often])] == ["1", "late", "2"]


def test_what_is_named_is_compared_and_nothing_else() -> None:
    expect = Expectation(least=2, most=2, severity=Severity.MEDIUM, because=("word 'btc'",))
    assert outcome(RULE, expect, Given(fields=TWO, repeat=2)).passed


def test_each_thing_that_differs_is_named_with_both_sides() -> None:
    expect = Expectation(least=1, most=1, severity=Severity.HIGH, title="btc 2", key="k")
    assert outcome(RULE, expect, Given(fields=TWO)).differences == (
        Difference("severity", "high", "medium"),
        Difference("title", "'btc 2'", "'btc 1'"),
        Difference("key", "'k'", "''"),
    )


def test_the_clauses_that_decided_are_named_with_what_they_saw() -> None:
    (told,) = outcome(RULE, MATCH, Given(fields={"text": "eth", "metrics.retweets": 2})).told
    (decided,) = told.deciding
    assert (decided.clause.words, decided.truth, decided.values) == (
        "metrics.retweets is more than 2",
        False,
        (("metrics.retweets", 2),),
    )


def test_a_condition_that_could_not_be_evaluated_fails_a_test_that_expects_nothing() -> None:
    broken = make_rule("one", {"!": [{">": [{"var": "text"}, 3]}]})
    (difference,) = outcome(broken, NO_MATCH, Given(fields={"text": "abc"})).differences
    assert (difference.what, difference.expected) == ("error", "none")


def test_a_rule_that_is_switched_off_or_in_shadow_is_tested_as_if_live() -> None:
    for rule in (replace(RULE, enabled=False), replace(RULE, stage="shadow")):
        assert outcome(rule, MATCH, Given(fields=TWO)).passed


def test_a_test_remembers_nothing_of_the_one_before() -> None:
    trial, clauses = Trial(RULE, WORDS), Clauses(RULE, WORDS, SourceMap())
    one = case(Expectation(least=1, most=1), Given(fields=TWO))
    assert run_case(RULE, one, trial, clauses).passed
    assert run_case(RULE, one, trial, clauses).passed


OFTEN = Given(fields=TWO, repeat=6, every=timedelta(minutes=1))


def throttled(then: Then) -> Rule:
    return replace(RULE, throttle=Throttle(every=timedelta(minutes=3), then=then))


def test_a_throttle_holds_back_in_a_test_as_in_a_run() -> None:
    assert outcome(throttled("count"), Expectation(least=2, most=2), OFTEN).passed


def test_a_test_goes_on_until_nothing_is_held_back_that_is_told_by_itself() -> None:
    """An update at 3 min with the tweets of minutes 1 and 2, one at 6 min with those of 3, 4 and 5."""
    assert outcome(throttled("update"), Expectation(least=3, most=3), OFTEN).passed
    assert outcome(replace(RULE, budget=Rate(2, "day")), Expectation(least=3, most=3), OFTEN).passed


def test_a_test_that_fails_says_what_held_back() -> None:
    told = outcome(throttled("count"), Expectation(least=6, most=6), OFTEN).told
    assert [one.alerted for one in told] == [True, False, False, True, False, False]
    assert told[1].withheld.startswith("throttle: one alert every 3m")
