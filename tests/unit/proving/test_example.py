"""Every rule of the packs can be shown on a tweet that it matches, with its tests and without them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Fragment, RichText, RuleId
from tocsin.notify.rendering.fields import is_default_body
from tocsin.proving.example import example_alert
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import Rule

VOCABULARY = standard_vocabulary()
PACKS = load_rules([Path(__file__).parents[3] / "rules"], VOCABULARY).ruleset
assert PACKS is not None
RULES = list(PACKS.rules.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_with_tests_is_shown_on_one_of_their_tweets(rule: Rule) -> None:
    alert = example_alert(rule, VOCABULARY)
    assert alert is not None
    assert alert.because


def test_most_rules_are_shown_on_a_tweet_made_from_their_condition() -> None:
    found = [rule.id for rule in RULES if example_alert(replace(rule, cases=()), VOCABULARY) is not None]
    assert len(found) >= len(RULES) * 3 // 4, found


@pytest.mark.parametrize("tweet", ["text: hello there", "text: hello, user.name: null", "text: hello, id: abc"])
def test_the_body_of_a_rule_without_one_is_known_as_such(tmp_path: Path, tweet: str) -> None:
    """Messages leave it out: each family shows text, author and link in its own way."""
    file = tmp_path / "rules.yaml"
    tests = f"[{{tweet: {{{tweet}}}, expect: match}}]"
    file.write_text(f"tocsin: 1\nrules: {{plain: {{title: x, when: {{word: [hello]}}, tests: {tests}}}}}\n", "utf-8")
    ruleset = load_rules([file], VOCABULARY).ruleset
    assert ruleset is not None
    alert = example_alert(ruleset.rules[RuleId("plain")], VOCABULARY)
    assert alert is not None
    assert is_default_body(alert)
    assert not is_default_body(replace(alert, body=RichText((Fragment("hello", trusted=True),))))
