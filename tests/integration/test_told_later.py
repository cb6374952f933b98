"""What was held back, looked up later: until when, and which alert told of it."""

from datetime import timedelta

import pytest

from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import AlertId, DestinationName
from tocsin.rules.flood import Then, Throttle
from tocsin.runtime.tracing.answers import answers
from tocsin.runtime.tracing.story import look_up
from tocsin.store.memory import MemoryStore
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

MINUTE = timedelta(minutes=1)


class Throttled:
    """An engine with one throttled rule, whose steps go into a store."""

    def __init__(self, then: Then) -> None:
        rule = make_rule("hacked", {"word": ["hacked"]}, throttle=Throttle(every=30 * MINUTE, then=then))
        routes = [Route(when=None, notify=(DestinationName("chat"),))]
        self.engine = Engine(make_plan(make_ruleset(rule), routes, standard_vocabulary()), AlertMemory())
        self.store = MemoryStore()

    def keep(self, step: Step) -> None:
        self.store.commit(step.alerts, step.deliveries, step.entries, state=step.state, remembered=step.remembered)

    def tweet(self, minute: int) -> None:
        for step in wakes(self.engine, until=EPOCH + minute * MINUTE):
            self.keep(step)
        self.keep(self.engine.observe(make_tweet("hacked", id=f"t{minute}"), EPOCH + minute * MINUTE))

    def asked(self, minute: int) -> list[str]:
        return answers(look_up(self.store, f"t{minute}", EPOCH + timedelta(days=1)))

    def told_at(self, minute: int) -> AlertId:
        return next(alert.id for alert in self.store.alerts(limit=99) if alert.at == EPOCH + minute * MINUTE)


@pytest.mark.parametrize(
    ("then", "minute", "how"),
    [
        ("count", 31, "as one of 2 held back"),
        ("update", 30, "as one of 2 held back"),
        ("digest", 30, "in a digest of 2"),
    ],
)
def test_the_alert_that_told_of_it_is_named(then: Then, minute: int, how: str) -> None:
    throttled = Throttled(then)
    for each in (0, 1, 2, 31, 62):
        throttled.tweet(each)
    told = f"alert {throttled.told_at(minute)} told it at 2026-01-01 12:{minute}:00Z, {how}"
    assert told in throttled.asked(1)
    assert any("until 2026-01-01 12:30:00Z" in sentence for sentence in throttled.asked(1))


def test_what_nobody_was_told_yet_is_said_to_be_counted() -> None:
    throttled = Throttled("count")
    for each in (0, 1):
        throttled.tweet(each)
    assert "it is counted, and not told yet" in throttled.asked(1)
    assert not any("counted, and not" in sentence for sentence in throttled.asked(0))
