"""Which rules go straight from the match to the deliveries."""

from datetime import timedelta
from typing import Any

import pytest

from tocsin.alerting.routes import Route
from tocsin.core.plan import make_plan
from tocsin.logic.ast import Literal, Var
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName
from tocsin.rules.flood import Rate, Throttle
from tocsin.testing import make_exception, make_rule, make_ruleset

CHAT = (DestinationName("chat"),)
EVERYWHERE = Route(when=None, notify=CHAT)
SOMEWHERE = Route(when=Var(Literal("lang"), None), notify=CHAT)


def goes_straight(routes: list[Route], valve: Rate | None = None, **fields: Any) -> bool:
    rule = make_rule("r", True, **fields)
    plan = make_plan(make_ruleset(rule), routes, standard_vocabulary(), valve=valve)
    return plan.shortcuts.of(rule) is not None


def test_a_plain_rule_goes_straight() -> None:
    assert goes_straight([EVERYWHERE])
    assert goes_straight([SOMEWHERE], notify=CHAT)


@pytest.mark.parametrize(
    "fields",
    [
        {"once_per": {"var": "lang"}},
        {"exceptions": [make_exception("e", True)]},
        {"stage": "shadow"},
        {"throttle": Throttle(every=timedelta(minutes=1))},
        {"budget": Rate(1, "minute")},
        {"valve": Rate(1, "minute")},
    ],
)
def test_a_rule_whose_alerts_may_be_withheld_does_not(fields: dict[str, Any]) -> None:
    assert not goes_straight([EVERYWHERE], **fields)


def test_a_rule_whose_destinations_depend_on_the_tweet_does_not() -> None:
    assert not goes_straight([SOMEWHERE])


def test_a_rule_that_nobody_hears_does_not() -> None:
    assert not goes_straight([])
