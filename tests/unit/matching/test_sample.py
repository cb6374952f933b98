"""How common words are, learnt from the stream."""

from typing import Any

import pytest

from tocsin.core.plan import Plan, make_plan
from tocsin.logic.atoms import Term
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching import sample as sampling
from tocsin.matching.compiled import compile_rules
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll
from tocsin.matching.sample import ENOUGH, Sample
from tocsin.rules.ruleset import RuleSet, ruleset_of
from tocsin.testing import make_rule

RULES = ruleset_of(make_rule(f"r{number}", {"all_words": ["interesting", f"q{number}"]}) for number in range(20))


def tweet(text: Any) -> Facts:
    return Facts({"text": text})


def plan_of(rules: RuleSet, sample: Sample | None = None) -> Plan:
    return make_plan(rules, (), standard_vocabulary(), sample=sample)


def shown(plan: Plan, text: str, times: int) -> None:
    """Let a plan see a text so often that it was counted this many times."""
    for _ in range(times * 64):
        plan.matcher.decided(tweet(text))


def test_before_enough_was_seen_the_estimate_is_the_built_in_one() -> None:
    sample = Sample()
    for _ in range(ENOUGH - 1):
        sample.take(["a"])
    assert not sample.is_enough
    assert sample.rarity() is BUILT_IN


def test_the_share_of_a_word_is_that_of_the_tweets_that_had_it() -> None:
    sample = Sample()
    for number in range(ENOUGH):
        sample.take(["often"] if number % 4 else ["often", "seldom"])
    rarity = sample.rarity()
    often, seldom, never = (rarity.share(Term("word", "text", word)) for word in ("often", "seldom", "x"))
    assert (often, seldom) == (1, 0.25)
    assert never <= 1 / ENOUGH


def test_what_was_common_long_ago_counts_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_MOST_TWEETS", 2 * ENOUGH)
    sample = Sample()
    for _ in range(2 * ENOUGH):
        sample.take(["old"])
    for _ in range(ENOUGH - 1):
        sample.take(["new"])
    assert sample.rarity().share(Term("word", "text", "old")) == pytest.approx(0.5, abs=0.01)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_MOST_WORDS", 100)
    sample = Sample()
    for number in range(1_000):
        sample.take([f"w{number}", "often"])
        assert len(sample._counts) <= 101
    assert sample._counts["often"] > 0


def test_one_tweet_in_64_is_counted_and_only_if_it_has_a_text() -> None:
    matcher = Matcher(MatchAll(compile_rules(RULES.enabled, standard_vocabulary())))
    for text in ["a b"] * 64 + [None] * 64 + [["a"]] * 64:
        matcher.decided(tweet(text))
    assert matcher.sample._counts == {"a": 1, "b": 1}


def test_a_plan_is_worn_once_the_stream_has_shown_what_is_rare_and_the_next_one_is_not() -> None:
    plan = plan_of(RULES)
    # By its length, `interesting` would be the rarer of the two words of each rule.
    assert len(plan.index.candidates(tweet("interesting"))) == 20
    shown(plan, "interesting", ENOUGH - 1)
    assert not plan.is_worn
    shown(plan, "interesting", 1)
    assert plan.is_worn
    renewed = plan_of(RULES, plan.matcher.sample)
    assert not renewed.is_worn
    assert renewed.matcher.sample is plan.matcher.sample
    assert list(renewed.index.candidates(tweet("interesting"))) == []
    assert [each.rule.id for each, _ in renewed.matcher.decided(tweet("interesting q7"))] == ["r7"]
