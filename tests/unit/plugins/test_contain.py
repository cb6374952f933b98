"""What is told of a plugin's failure holds no secret and no tweet."""

import pytest
from pydantic import BaseModel, SecretStr

from tocsin.hookspecs import Action, Alert, Outcome, Refused, Unreachable
from tocsin.model import DestinationName
from tocsin.plugins.action import ActionDestination
from tocsin.plugins.contain import discreet, secrets_in, without
from tocsin.testing import FakeDestination, engine_with


class Inner(BaseModel):
    """Options within options."""

    tokens: list[SecretStr] = []


class Options(BaseModel):
    """Options with secrets."""

    key: SecretStr = SecretStr("hunter2-hunter2")
    inner: Inner = Inner(tokens=[SecretStr("tok-1"), SecretStr("")])
    name: str = "plain"


def test_secrets_are_found_wherever_they_are() -> None:
    assert secrets_in(Options()) == ("hunter2-hunter2", "tok-1")
    assert secrets_in(None) == ()


def test_the_longest_secret_is_masked_first() -> None:
    assert without(("abc", "abcdef"), "abcdef and abc") == "*** and ***"


@pytest.mark.parametrize("raises", [True, False])
def test_no_secret_of_an_action_is_in_its_outcome(raises: bool) -> None:
    def perform(alert: Alert, options: Options) -> Outcome:
        text = f"GET https://api.example/?key={options.key.get_secret_value()} failed"
        if raises:
            raise ConnectionError(text)
        return Refused(text)

    fake = FakeDestination()
    engine = engine_with(rules="tocsin: 1\nrules: {r: {when: {word: a}}}\n", destinations={"fake": fake})
    engine.feed("a")
    action = Action(name="call", perform=perform, doc="d", options=Options)
    outcome = ActionDestination(DestinationName("api"), "p", action, {}).send(fake.alerts[0], 1)
    assert isinstance(outcome, Unreachable if raises else Refused)
    assert "GET https://api.example/?key=*** failed" in outcome.reason


def test_what_an_error_quotes_is_left_out() -> None:
    assert (
        discreet(ValueError("invalid literal for int(): 'meet me at nine'")) == "ValueError: invalid literal for int()"
    )
