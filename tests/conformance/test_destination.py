"""What every destination promises; today's one kind is apprise's, here posting JSON to a receiver on loopback."""

from collections.abc import Iterator

import pytest

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver
from tocsin.config.secret import Secret
from tocsin.model import Delivered, DestinationName, Refused, Unreachable
from tocsin.notify.apprise import AppriseDestination
from tocsin.notify.destination import Destination


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as made:
        yield made


@pytest.fixture
def destination(receiver: HttpReceiver) -> Destination:
    return AppriseDestination(DestinationName("hook"), (Secret(f"json://127.0.0.1:{receiver.port}/in"),))


def test_it_has_the_name_of_the_configuration(destination: Destination) -> None:
    assert destination.name == "hook"


def test_what_is_taken_is_delivered_once(destination: Destination, receiver: HttpReceiver) -> None:
    assert isinstance(destination.send(make_alert(), 1), Delivered)
    assert len(receiver.posted) == 1


def test_each_attempt_carries_the_same_alert_id(destination: Destination, receiver: HttpReceiver) -> None:
    receiver.answers = [Answer(500), Answer(500)]
    outcomes = [destination.send(make_alert(7), attempt) for attempt in (1, 2, 3)]
    assert [type(outcome) for outcome in outcomes] == [Unreachable, Unreachable, Delivered]
    assert {(post.json["alert_id"]) for post in receiver.posted} == {make_alert(7).id}
    assert [post.json["attempt"] for post in receiver.posted] == [1, 2, 3]


def test_a_refusal_is_a_value_and_the_next_alert_goes_through(destination: Destination, receiver: HttpReceiver) -> None:
    receiver.answers = [Answer(404, b"no such hook")]
    assert isinstance(destination.send(make_alert(1), 1), Refused)
    assert isinstance(destination.send(make_alert(2), 1), Delivered)


@pytest.mark.parametrize("text", ["", " ", "\x00\x1b[2J", "\ud800", "x" * 100_000, "\r\nBcc: a@b.c\r\n"])
def test_no_text_makes_it_raise(destination: Destination, text: str) -> None:
    assert isinstance(destination.send(make_alert(text=text), 1), Delivered)
