"""Links by which an alert is acknowledged: good for one alert, for a week, and made by us."""

import re
from datetime import timedelta

import pytest

from tests.alerts import make_alert
from tocsin.alerting.acklinks import LASTS, AckLinks
from tocsin.testing import EPOCH

LINKS = AckLinks("https://tocsin.example/a", b"k" * 32)
ALERT = make_alert(1)


def token_of(links: AckLinks = LINKS, number: int = 1) -> str:
    return links.url(make_alert(number)).rpartition("=")[2]


def test_a_link_is_good_from_the_alert_until_a_week_later() -> None:
    assert LINKS.check(ALERT.id, token_of(), EPOCH) == "valid"
    assert LINKS.check(ALERT.id, token_of(), EPOCH + LASTS - timedelta(seconds=1)) == "valid"
    assert LINKS.check(ALERT.id, token_of(), EPOCH + LASTS) == "expired"


def test_a_link_is_the_same_each_time_and_needs_no_escaping() -> None:
    assert LINKS.url(ALERT) == LINKS.url(ALERT)
    assert re.fullmatch(r"https://tocsin\.example/a/ack/[0-9a-f]{16}\?token=[0-9a-f]{8}-[0-9a-f]{64}", LINKS.url(ALERT))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "-",
        token_of(number=2),
        token_of(AckLinks("https://tocsin.example/a", b"l" * 32)),
        token_of()[:-1],
        token_of() + "0",
        token_of().upper(),
        "f" + token_of(),
        "ffffffff-" + token_of().partition("-")[2],
        "\u0661" + token_of(),
        "ü" * 73,
    ],
)
def test_any_other_token_is_wrong(token: str) -> None:
    assert LINKS.check(ALERT.id, token, EPOCH) == "wrong"


def test_the_key_shows_in_no_representation() -> None:
    assert "k" * 8 not in repr(LINKS) + str(vars(LINKS).keys())
