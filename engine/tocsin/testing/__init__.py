"""What tests of rules, plugins and tocsin itself are written with."""

from tocsin.plugins.contract import Finding, check_plugin
from tocsin.store.memory import MemoryStore
from tocsin.testing.engine import EngineUnderTest, engine_with
from tocsin.testing.fakes import FakeDestination
from tocsin.testing.making import (
    EPOCH,
    ManualClock,
    make_exception,
    make_rule,
    make_ruleset,
    make_tweet,
)

__all__ = [
    "EPOCH",
    "EngineUnderTest",
    "FakeDestination",
    "Finding",
    "ManualClock",
    "MemoryStore",
    "check_plugin",
    "engine_with",
    "make_exception",
    "make_rule",
    "make_ruleset",
    "make_tweet",
]
