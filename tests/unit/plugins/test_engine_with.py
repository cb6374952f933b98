"""The engine that plugin authors test with does what a run does."""

from types import SimpleNamespace
from typing import Any

import pytest

from tocsin import hookspecs as t
from tocsin.errors import PluginError, RulesError
from tocsin.testing import FakeDestination, engine_with

RULES = """
tocsin: 1
rules:
  loud:
    when: {and: [{loud: .text}, .counted]}
    title: "{{ text | soften }}"
"""


def count(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "counted": len(data["text"])}


@t.hookimpl
def tocsin_operators(register: Any) -> None:
    register(t.Operator(name="loud", arguments=("text",), result="truth", function=str.isupper, doc="d", example="e"))


@t.hookimpl
def tocsin_transforms(register: Any) -> None:
    register(t.Transform(name="count", function=count, doc="d", fields={"counted": "number"}))


@t.hookimpl
def tocsin_filters(register: Any) -> None:
    register(t.Filter(name="soften", function=str.lower, doc="d", example="e"))


PLUGIN = SimpleNamespace(
    tocsin_operators=tocsin_operators, tocsin_transforms=tocsin_transforms, tocsin_filters=tocsin_filters
)


def test_tweets_go_through_transforms_operators_filters_and_to_destinations() -> None:
    fake = FakeDestination(outcomes=[t.Refused("full")])
    engine = engine_with(plugins={"loud": PLUGIN}, rules=RULES, destinations={"fake": fake})
    assert [alert.title.plain() for alert in engine.feed("quiet", "HELP", "HELP AGAIN")] == ["help", "help again"]
    assert fake.titles == ["help", "help again"]
    assert engine.outcomes == [("fake", t.Refused("full")), ("fake", t.Delivered())]
    assert engine.failures == []


def test_what_a_plugin_does_wrong_is_among_the_failures() -> None:
    engine = engine_with(plugins={"loud": PLUGIN}, rules=RULES)
    engine.feed("a", "")
    assert engine.failures == []
    broken = SimpleNamespace(
        tocsin_transforms=t.hookimpl(
            lambda register: register(t.Transform(name="broken", function=lambda data: None, doc="d"))
        )
    )
    engine = engine_with(plugins={"broken": broken})
    engine.feed("a")
    assert [(failure.plugin, failure.hook) for failure in engine.failures] == [("broken", "transform broken")]


def test_mistakes_in_plugins_and_rules_are_told_at_once() -> None:
    with pytest.raises(RulesError, match="no operator 'loud'"):
        engine_with(rules=RULES)
    with pytest.raises(RulesError, match="has no hook"):
        engine_with(plugins={"empty": SimpleNamespace()})
    with pytest.raises(PluginError, match="no plugin has an action 'ledger'"):
        engine_with(destinations={"ledger": {"action": "ledger"}})


def test_an_installed_plugin_is_found_by_its_name() -> None:
    engine = engine_with(plugins=["textstat"])
    assert [operator.name for operator in engine.host.operators] == ["shouting", "emoji_count"]
