"""The subscription never asks for less than the rules need."""

from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.config.settings import Settings, Subscription
from tocsin.config.subscription import EVERYTHING, covering, derive_subscription
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import MatchBlock, RuleSet


def loaded(folder: Path, rules: str, source: str = "{api_key: k}") -> tuple[Settings, RuleSet]:
    (folder / "tocsin.yaml").write_text(f"source: {source}\nrules: [rules.yaml]\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(f"rules: {rules}", encoding="utf-8")
    settings = load_settings(folder / "tocsin.yaml", {}).settings
    assert settings is not None
    ruleset = load_rules(settings.rules, standard_vocabulary()).ruleset
    assert ruleset is not None
    return settings, ruleset


@pytest.mark.parametrize(
    ("blocks", "subscription"),
    [
        (
            [MatchBlock(keywords=("btc", "#eth", "@ann"))],
            Subscription(keywords=("btc", "#btc", "@btc", "$btc", "#eth", "@ann")),
        ),
        (
            [MatchBlock(keywords=("a",)), MatchBlock(keywords=("b", "a"))],
            Subscription(keywords=("a", "#a", "@a", "$a", "b", "#b", "@b", "$b")),
        ),
        ([MatchBlock(keywords=("a",)), MatchBlock(users=("ann",))], EVERYTHING),
        (
            [MatchBlock(keywords=("a",), users=("@ann",)), MatchBlock(users=("bob",))],
            Subscription(users=("ann", "bob")),
        ),
        ([MatchBlock(keywords=("a", "withdrawals paused"))], EVERYTHING),
        ([MatchBlock(keywords=("速報",))], EVERYTHING),
        ([MatchBlock(keywords=("c++",))], EVERYTHING),
        ([MatchBlock(keywords=("a",)), MatchBlock(keywords=("b.c",))], EVERYTHING),
        ([MatchBlock(keywords=("a",), language="no")], Subscription(keywords=("a", "#a", "@a", "$a"))),
        ([MatchBlock(language="en")], EVERYTHING),
        ([MatchBlock(min_retweets=9), MatchBlock(min_retweets=5)], Subscription(min_retweets=5)),
        ([MatchBlock(min_retweets=9), MatchBlock(keywords=("a",))], EVERYTHING),
        ([], EVERYTHING),
    ],
)
def test_one_subscription_covers_every_block(blocks: list[MatchBlock], subscription: Subscription) -> None:
    assert covering(blocks) == subscription


def test_what_the_configuration_says_goes_before_what_rules_need(tmp_path: Path) -> None:
    source = "{api_key: k, subscribe: {keywords: [x], language: en}}"
    settings, ruleset = loaded(tmp_path, "{r: {when: {word: a}}}", source)
    assert derive_subscription(settings, ruleset) == (Subscription(keywords=("x",), language="en"),)


def test_without_it_the_match_blocks_of_enabled_rules_decide(tmp_path: Path) -> None:
    rules = (
        "{a: {match: {keywords: [x]}}, b: {match: {keywords: [z]}, when: {word: q}},"
        " c: {when: {word: q}, enabled: false}}"
    )
    settings, ruleset = loaded(tmp_path, rules)
    assert derive_subscription(settings, ruleset) == (
        Subscription(keywords=("x", "#x", "@x", "$x", "z", "#z", "@z", "$z")),
    )


def test_a_rule_without_match_is_named(tmp_path: Path) -> None:
    settings, ruleset = loaded(tmp_path, "{a: {match: {keywords: [x]}}, loner: {when: {word: z}}}")
    with pytest.raises(ConfigError, match="'loner' has no `match:`"):
        derive_subscription(settings, ruleset)


def test_exceptions_and_the_stage_narrow_nothing_upstream(tmp_path: Path) -> None:
    """An exception expires while the stream is being read: what it leaves out must be asked for all along."""
    more = "stage: shadow, except: [{id: e, why: w, until: 2999-01-01, when: {from: [ann]}}]"
    plain = derive_subscription(*loaded(tmp_path, "{r: {match: {keywords: [a]}}}"))
    assert derive_subscription(*loaded(tmp_path, f"{{r: {{match: {{keywords: [a]}}, {more}}}}}")) == plain
