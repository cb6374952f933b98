"""An action as a destination: its options checked at the start, its deliveries always ending in an outcome."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from tocsin.errors import PluginError
from tocsin.hookspecs import Action
from tocsin.model import (
    Alert,
    Delivered,
    DestinationName,
    Fragment,
    Outcome,
    Refused,
    RichText,
    RuleId,
    Severity,
    Unreachable,
    alert_id,
)
from tocsin.notify.destination import Destination
from tocsin.plugins.action import ActionDestination
from tocsin.testing import EPOCH, make_tweet

ALERT = Alert(
    id=alert_id(RuleId("r"), "", "1"),
    rule_id=RuleId("r"),
    key="",
    severity=Severity.HIGH,
    at=EPOCH,
    title=RichText((Fragment("hello", trusted=False),)),
    body=RichText(()),
    labels={},
    tweet=make_tweet(),
)


class Options(BaseModel):
    queue: str
    copies: int = 1


def destination(
    perform: Callable[[Alert, Any], Any], *, timeout: timedelta = timedelta(seconds=5)
) -> ActionDestination:
    action = Action(name="ticket", perform=perform, doc="d", timeout=timeout)
    return ActionDestination(DestinationName("desk"), "helpdesk", action, {})


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_the_action_gets_the_alert_and_its_options_as_the_model_reads_them() -> None:
    seen: list[Any] = []

    def perform(alert: Alert, options: Any) -> Outcome:
        seen.append((alert.id, options))
        return Delivered("ticket 7")

    action = Action(name="ticket", perform=perform, doc="d", options=Options)
    desk = ActionDestination(DestinationName("desk"), "helpdesk", action, {"queue": "a"})
    assert desk.send(ALERT, 1) == Delivered("ticket 7")
    assert seen == [(ALERT.id, Options(queue="a"))]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"queue": "a", "copys": 1},
            r"destinations\.desk in tocsin\.yaml: copys: no option 'copys' did you mean 'copies'",
        ),
        ({"queue": 3}, r"queue: Input should be a valid string"),
        ({}, r"queue: option 'queue' is missing"),
    ],
)
def test_wrong_options_are_refused_with_the_place(options: dict[str, Any], message: str) -> None:
    action = Action(name="ticket", perform=lambda _alert, _options: Delivered(), doc="d", options=Options)
    with pytest.raises(PluginError, match=message):
        ActionDestination(DestinationName("desk"), "helpdesk", action, options)


def test_it_is_a_destination() -> None:
    def sent_by(any_destination: Destination) -> tuple[str, Outcome]:
        return any_destination.name, any_destination.send(ALERT, 1)

    assert sent_by(destination(lambda _alert, _options: Delivered())) == ("desk", Delivered())


def test_an_action_without_options_takes_none() -> None:
    action = Action(name="ticket", perform=lambda _alert, _options: Delivered(), doc="d")
    with pytest.raises(PluginError, match="action ticket takes no options, remove queue"):
        ActionDestination(DestinationName("desk"), "helpdesk", action, {"queue": "a"})


@pytest.mark.parametrize("filler", ["", "x" * 150, "x" * 185, "x" * 192])
def test_what_was_filled_in_from_the_environment_is_not_repeated(filler: str) -> None:
    """Nor the beginning of it, where a long message is cut."""

    def perform(alert: Alert, _options: Any) -> Outcome:
        if alert is ALERT:
            raise OSError(f"{filler} can't open s3cr3t-token")
        return Unreachable(f"{filler} no s3cr3t-token")

    action = Action(name="ticket", perform=perform, doc="d")
    desk = ActionDestination(DestinationName("desk"), "helpdesk", action, {}, hidden=["s3cr3t-token", "a"])
    for alert in (ALERT, replace(ALERT, key="other")):
        outcome = desk.send(alert, 1)
        assert isinstance(outcome, Unreachable)
        assert "s3cr" not in outcome.reason
        assert filler or "***" in outcome.reason


@pytest.mark.parametrize("error", [OSError("disk full"), SystemExit(1), KeyboardInterrupt()])
def test_what_the_action_raises_is_a_reason_to_try_again(error: BaseException) -> None:
    def perform(_alert: Alert, _options: Any) -> Outcome:
        raise error

    outcome = destination(perform).send(ALERT, 1)
    assert isinstance(outcome, Unreachable)
    assert outcome.reason.startswith(f"action ticket of plugin helpdesk raised {type(error).__name__}")


@pytest.mark.parametrize("result", [None, True, "ok", Delivered, Delivered(detail=3), Refused(reason=None)])  # type: ignore[arg-type]
def test_what_is_no_outcome_is_refused(result: Any) -> None:
    assert isinstance(destination(lambda _alert, _options: result).send(ALERT, 1), Refused)


def test_words_of_an_outcome_are_kept_on_one_bounded_line() -> None:
    outcome = destination(lambda _alert, _options: Refused("no\r\n\x1b[2Jway " + "x" * 9999, 404)).send(ALERT, 1)
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith("no [2Jway xxx")
    assert (len(outcome.reason), outcome.status) == (300, 404)


def test_an_action_that_hangs_is_given_up_and_not_started_twice(release: threading.Event) -> None:
    calls: list[Alert] = []

    def hang(alert: Alert, _options: Any) -> Outcome:
        calls.append(alert)
        release.wait()
        return Delivered()

    desk = destination(hang, timeout=timedelta(milliseconds=5))
    who = "action ticket of plugin helpdesk"
    assert desk.send(ALERT, 1) == Unreachable(f"{who}: no answer within 0.005 s")
    assert desk.send(ALERT, 2) == Unreachable(f"{who}: an earlier call still hangs")
    assert len(calls) == 1
