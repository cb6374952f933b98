"""What services do to a destination, and what it makes of it."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver, MailReceiver
from tocsin.alerting.acklinks import AckLinks
from tocsin.config.secret import Secret
from tocsin.errors import ConfigError
from tocsin.model import Delivered, DestinationName, Outcome, Refused, Unreachable
from tocsin.notify.apprise import AppriseDestination
from tocsin.notify.probe import ANSWER_MAX_BYTES, Exchange, observed, retry_after
from tocsin.testing import EPOCH

TOKEN = "canary-token-canary"
SHORT = timedelta(milliseconds=300)


@pytest.fixture
def root_log() -> Iterator[io.StringIO]:
    """All that a program which logs everything would write; pytest's own capture reads loggers that don't propagate."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def send_to(receiver: HttpReceiver, *, within: timedelta = timedelta(seconds=5)) -> Outcome:
    return destination(f"json://127.0.0.1:{receiver.port}/{TOKEN}", within=within).send(make_alert(), 1)


def destination(*urls: str, within: timedelta = timedelta(seconds=5)) -> AppriseDestination:
    return AppriseDestination(DestinationName("d"), tuple(Secret(url) for url in urls), send_within=within)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_client_error_is_final(status: int) -> None:
    with HttpReceiver([Answer(status, b"no")]) as receiver:
        assert send_to(receiver) == Refused(f"refused: {status} no", status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_an_error_that_may_pass_is_worth_another_try(status: int) -> None:
    with HttpReceiver([Answer(status, b"")]) as receiver:
        assert send_to(receiver) == Unreachable(str(status), status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_not_followed(status: int) -> None:
    with HttpReceiver([Answer(status, headers=(("Location", "/elsewhere"),))]) as receiver:
        outcome = send_to(receiver)
        assert isinstance(outcome, Refused)
        assert "redirect" in outcome.reason
        assert len(receiver.posted) == 1


def test_retry_after_in_seconds_reaches_the_outcome() -> None:
    with HttpReceiver([Answer(429, headers=(("Retry-After", "7"),))]) as receiver:
        outcome = send_to(receiver)
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("120", 120),
        ("0.5", 0.5),
        ("Thu, 01 Jan 2026 12:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("-1", None),
        ("soon", None),
        (None, None),
        ("9" * 400, 31_536_000),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, pause: float | None) -> None:
    expected = None if pause is None else timedelta(seconds=pause)
    assert retry_after(header, EPOCH.astimezone(UTC)) == expected


def test_a_service_that_never_answers_ends_with_the_time() -> None:
    with HttpReceiver([Answer(how="never")]) as receiver:
        assert send_to(receiver, within=SHORT) == Unreachable("no answer in time")


def test_an_answer_that_drips_ends_with_the_time() -> None:
    with HttpReceiver([Answer(body=b"x" * 1000, how="dripping")]) as receiver:
        assert send_to(receiver, within=SHORT) == Unreachable("no answer in time", 200)


def test_an_answer_lost_after_acceptance_is_tried_again() -> None:
    with HttpReceiver([Answer(how="broken")]) as receiver:
        assert send_to(receiver) == Unreachable("the connection broke before the answer was complete")


def test_a_refused_connection_is_worth_another_try() -> None:
    with HttpReceiver() as receiver:
        pass
    assert send_to(receiver) == Unreachable("connection refused")


def test_a_name_without_address_is_worth_another_try() -> None:
    outcome = destination("json://no-such-host.invalid/x").send(make_alert(), 1)
    assert outcome == Unreachable("the host name can't be resolved")


def test_of_a_huge_answer_only_the_first_mebibyte_is_read() -> None:
    with HttpReceiver([Answer(body=b"x" * 100_000_000)]) as receiver:
        service = destination(f"json://127.0.0.1:{receiver.port}")
        exchange = Exchange(service._clock, service._clock.monotonic() + 5)
        with observed(exchange):
            service._services[0]._apprise.notify(body="x", body_format="text")
    assert len(exchange.body) == ANSWER_MAX_BYTES
    assert exchange.status == 200


def test_nothing_is_sent_once_the_time_is_up() -> None:
    """apprise may sleep before it sends; a late copy would come on top of the retry."""
    with HttpReceiver() as receiver:
        assert isinstance(send_to(receiver, within=timedelta()), Unreachable)
        assert receiver.posted == []


def test_discords_own_second_try_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpReceiver([Answer(429, headers=(("Retry-After", "30"),))]) as receiver:
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{receiver.port}")
        outcome = destination(f"discord://{'4' * 18}/{'t' * 60}").send(make_alert(), 1)
        assert isinstance(outcome, Unreachable)
        assert outcome.retry_after == timedelta(seconds=30)
        assert len(receiver.posted) == 1


def test_slack_that_answers_anything_but_ok_has_not_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpReceiver([Answer(200, b"<html>log in</html>")]) as receiver:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}")
        outcome = destination("slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa/#general").send(make_alert(), 1)
    assert isinstance(outcome, Unreachable)
    assert "did not accept" in outcome.reason


def test_a_retry_goes_only_to_the_services_that_have_not_taken_it() -> None:
    with HttpReceiver() as healthy, HttpReceiver([Answer(500)]) as ailing:
        both = destination(f"json://127.0.0.1:{healthy.port}", f"json://127.0.0.1:{ailing.port}")
        assert isinstance(both.send(make_alert(), 1), Unreachable)
        assert isinstance(both.send(make_alert(), 2), Delivered)
        assert (len(healthy.posted), len(ailing.posted)) == (1, 2)


def test_a_hanging_service_leaves_time_for_the_next() -> None:
    with HttpReceiver([Answer(how="never")]) as hanging, HttpReceiver() as healthy:
        both = destination(f"json://127.0.0.1:{hanging.port}", f"json://127.0.0.1:{healthy.port}", within=2 * SHORT)
        assert isinstance(both.send(make_alert(), 1), Unreachable)
        assert len(healthy.posted) == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 no such user", Refused("the mail server answered 550 no such user", 550)),
        ("451 come back later", Unreachable("the mail server answered 451 come back later", 451)),
    ],
)
def test_a_mail_servers_words_decide(reply: str, expected: Outcome) -> None:
    with MailReceiver(reply) as receiver:
        assert destination(mail_url(receiver.port)).send(make_alert(), 1) == expected


def test_a_mail_server_that_is_gone_is_worth_another_try() -> None:
    with MailReceiver() as receiver:
        pass
    assert isinstance(destination(mail_url(receiver.port)).send(make_alert(), 1), Unreachable)


def mail_url(port: int) -> str:
    return f"mailto://127.0.0.1:{port}/?from=a@example.com&to=b@example.com&mode=insecure"


def test_no_secret_shows_even_if_the_service_repeats_it(root_log: io.StringIO) -> None:
    with HttpReceiver([Answer(404, f"no hook {TOKEN} here".encode())]) as receiver:
        outcome = send_to(receiver)
    assert outcome == Refused("refused: 404 no hook *** here", 404)
    assert TOKEN not in root_log.getvalue()


def test_a_link_to_acknowledge_does_not_show_even_if_the_service_repeats_it(root_log: io.StringIO) -> None:
    links = AckLinks("https://tocsin.example", b"k" * 32)
    token = links.url(make_alert()).partition("token=")[2]
    with HttpReceiver([Answer(404, f"what is {links.url(make_alert())}?".encode())]) as receiver:
        url = Secret(f"json://127.0.0.1:{receiver.port}/")
        outcome = AppriseDestination(DestinationName("d"), (url,), ack_url=links.url).send(make_alert(), 1)
    assert receiver.posted[0].json["ack_url"] == links.url(make_alert())
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith("refused: 404 what is https://tocsin.example/ack/")
    assert token.partition("-")[2][:8] not in outcome.reason + root_log.getvalue()


def test_a_url_that_apprise_does_not_know_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError, match=r"URL no\. 1 is not one that apprise understands") as raised:
        destination(f"https://example.org/{TOKEN}")
    assert TOKEN not in str(raised.value)


def test_the_dates_of_retry_after_need_no_zone() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert retry_after("Thu, 01 Jan 2026 12:00:30 -0000", now) == timedelta(seconds=30)
