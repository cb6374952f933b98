"""Signed webhooks, checked by hand over the bytes that arrived."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver, Posted
from tocsin.config.load import load_settings
from tocsin.config.secret import Secret
from tocsin.config.signing import key_of
from tocsin.model import Delivered, DestinationName, Unreachable
from tocsin.notify.apprise import AppriseDestination
from tocsin.testing import EPOCH, ManualClock

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as made:
        yield made


def destination(
    receiver: HttpReceiver, *secrets: str, clock: ManualClock | None = None, query: str = ""
) -> AppriseDestination:
    """Return a webhook on the receiver, signed with the secrets."""
    url = Secret(f"json://127.0.0.1:{receiver.port}/in{query}")
    name = DestinationName("hook")
    return AppriseDestination(name, (url,), sign=tuple(map(Secret, secrets)), clock=clock or ManualClock())


def signatures(posted: Posted, *keys: bytes) -> str:
    """Return the header that these keys give, made from what arrived alone."""
    signed = posted.headers["webhook-id"].encode() + b"." + posted.headers["webhook-timestamp"].encode() + b"."
    made = (hmac.new(key, signed + posted.body, hashlib.sha256).digest() for key in keys)
    return " ".join("v1," + b64encode(one).decode() for one in made)


@pytest.mark.parametrize("text", ["hello", "速報 🚨 é", "\ud800", 'quotes " and \\ and \u2028', "x" * 100_000])
def test_the_signature_is_over_the_bytes_that_arrive(receiver: HttpReceiver, text: str) -> None:
    assert isinstance(destination(receiver, SECRET).send(make_alert(text=text), 1), Delivered)
    [posted] = receiver.posted
    assert posted.headers["webhook-signature"] == signatures(posted, KEY)
    assert posted.json["tweet"]["text"] == text


def test_the_id_is_that_of_the_alert_and_the_time_that_of_the_send(receiver: HttpReceiver) -> None:
    assert isinstance(destination(receiver, SECRET).send(make_alert(7), 1), Delivered)
    [posted] = receiver.posted
    assert posted.headers["webhook-id"] == posted.json["alert_id"] == make_alert(7).id
    assert posted.headers["webhook-timestamp"] == str(int(EPOCH.timestamp()))


def test_another_attempt_has_the_same_id_and_a_time_and_signature_of_its_own(receiver: HttpReceiver) -> None:
    clock = ManualClock()
    hook = destination(receiver, SECRET, clock=clock)
    receiver.answers = [Answer(500)]
    assert isinstance(hook.send(make_alert(), 1), Unreachable)
    clock.advance(timedelta(minutes=10))
    assert isinstance(hook.send(make_alert(), 2), Delivered)
    first, second = (posted.headers for posted in receiver.posted)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 600
    assert all(posted.headers["webhook-signature"] == signatures(posted, KEY) for posted in receiver.posted)


def test_while_a_secret_takes_over_both_sign(receiver: HttpReceiver) -> None:
    assert isinstance(destination(receiver, SECRET, "the old one").send(make_alert(), 1), Delivered)
    [posted] = receiver.posted
    assert posted.headers["webhook-signature"] == signatures(posted, KEY, b"the old one")


def test_nobody_can_set_the_signature_from_the_url(receiver: HttpReceiver) -> None:
    hook = destination(receiver, SECRET, query="?+webhook-signature=v1,mine&:extra=field")
    assert isinstance(hook.send(make_alert(), 1), Delivered)
    [posted] = receiver.posted
    assert posted.headers["webhook-signature"] == signatures(posted, KEY)
    assert posted.json["extra"] == "field"


def test_without_a_secret_nothing_is_signed(receiver: HttpReceiver) -> None:
    assert isinstance(destination(receiver).send(make_alert(), 1), Delivered)
    assert not [name for name in receiver.posted[0].headers if name.lower().startswith("webhook-")]


def documented_check() -> Callable[[Mapping[str, str], bytes, str, float], bool]:
    """Return the function that the reference shows to those who write receivers."""
    page = Path(__file__).parents[2] / "docs/reference/delivery.md"
    found = re.search(r'```python title="verify.py"\n(.*?)^```$', page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    check: Callable[[Mapping[str, str], bytes, str, float], bool] = names["is_from_tocsin"]
    return check


def test_the_documented_check_takes_what_tocsin_sends_and_nothing_else(receiver: HttpReceiver) -> None:
    check = documented_check()
    assert isinstance(destination(receiver, SECRET, "plain").send(make_alert(text="é 速報"), 1), Delivered)
    [posted] = receiver.posted
    headers = {name.lower(): value for name, value in posted.headers.items()}
    now = EPOCH.timestamp()
    assert check(headers, posted.body, SECRET, now)
    assert check(headers, posted.body, "plain", now + 299)
    assert not check(headers, posted.body + b" ", SECRET, now)
    assert not check(headers, posted.body, "another", now)
    assert not check(headers, posted.body, SECRET, now + 301)
    assert not check(headers | {"webhook-id": "another"}, posted.body, SECRET, now)
    assert not check({}, posted.body, SECRET, now)


@pytest.mark.parametrize(
    ("secret", "key"), [("plain", b"plain"), (" plain\n", b"plain"), (SECRET, KEY), ("ключ", "ключ".encode())]
)
def test_a_secret_is_a_text_or_base64(secret: str, key: bytes) -> None:
    assert key_of(secret) == key


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "whsec_a"])
def test_a_secret_that_signs_nothing_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match=r"whsec_` is not base64|signs nothing"):
        key_of(secret)


def test_the_secrets_of_the_configuration_come_from_the_environment_and_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.yaml"
    file.write_text(
        'source: {api_key: k}\ndestinations: {hook: {url: "json://h/in", sign: ["${NEW}", "${OLD}"]}}\n', "utf-8"
    )
    settings = load_settings(file, {"NEW": SECRET, "OLD": "geheim"}).settings
    assert settings is not None
    found = settings.destinations[DestinationName("hook")]
    assert [secret.reveal() for secret in found.sign] == [SECRET, "geheim"]
    assert "geheim" not in repr(found)
