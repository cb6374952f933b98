"""Hostile tweets, judged on what arrives from the real services of apprise.

Each text stands in every field that a message shows. What acts in the message must be what acts in the same message
with harmless words in its place: all of it the template's own.
"""

import email
import email.policy
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from tests.alerts import make_alert
from tests.data.hostile_texts import HOSTILE_TEXTS
from tests.liveness import Live, in_discord, in_mail, in_matrix, in_plain, in_slack, in_telegram, in_text
from tests.receivers import Answer, HttpReceiver, MailReceiver, Posted
from tocsin.config.secret import Secret
from tocsin.model import Alert, AlertId, Delivered, DestinationName, Fragment, RichText
from tocsin.notify.apprise import AppriseDestination

HARMLESS = "harmless words"
STEP = 1 if os.environ.get("TOCSIN_FULL") == "1" else 3
"""Every so many of the texts stand alone, too."""
OWN = re.compile(r"https://x\.com/\w{1,20}/status/1886493083207827457")
"""The one link of a message; the user name in it is that of the tweet, where it is a possible one."""
HOMESERVER = Answer(body=b'{"room_id": "!room:127.0.0.1", "event_id": "$1", "user_id": "@t:127.0.0.1"}')


def rich(template: str, text: str) -> RichText:
    """Return a template whose `{}` a tweet has filled in."""
    written = template.split("{}")
    parts = [Fragment(written[0], trusted=True)]
    for piece in written[1:]:
        parts += [Fragment(text, trusted=False), Fragment(piece, trusted=True)]
    return RichText(tuple(parts))


def alert_saying(text: str, number: int = 0) -> Alert:
    """Return an alert that says the text wherever a tweet can have a word in it."""
    user = {"name": text, "username": text, "location": text, "followers": 5}
    data = {
        "id": "1886493083207827457",
        "text": f"{text} and more",
        "user": user,
        "metrics": {"likes": 3},
        "lang": text,
    }
    alert = make_alert()
    return replace(
        alert,
        # Alerts of their own: what a service took already isn't sent again.
        id=AlertId(f"{number:016x}"),
        title=rich("Alert: {} by @{}", text),
        body=rich("From <{}, at {}, [{}] said {}:{} {}", text),
        key=text,
        labels={"where": text},
        because=(f"word {text} in text", text),
        tweet=replace(alert.tweet, data=data),
        held_back=3,
    )


@dataclass
class Service:
    """Where messages of one family arrive, and what acts in them."""

    destination: AppriseDestination
    last: Callable[[], Any]
    live: Callable[[Any], list[Live]]

    def live_in(self, text: str, number: int) -> list[Live]:
        """Send the text; return what acts in that which arrived."""
        outcome = self.destination.send(alert_saying(text, number), 1)
        assert isinstance(outcome, Delivered), (text[:80], outcome)
        return [(kind, OWN.sub("the tweet's page", said)) for kind, said in self.live(self.last())]


def parsed(content: bytes) -> EmailMessage:
    """Return a mail as a mail program reads it."""
    return email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)


def destination(url: str) -> AppriseDestination:
    """Return a destination that sends without apprise's pauses: pace is not what is tested here."""
    made = AppriseDestination(DestinationName("d"), (Secret(url),))
    made._services[0]._service.request_rate_per_sec = 0
    return made


def in_xml(posted: Posted) -> list[Live]:
    """Return what acts in a message of apprise's XML: elements, and the text in them."""
    root = ET.fromstring(posted.body)
    texts = [("element", element.tag) for element in root.iter()]
    return [*texts, *in_plain("", "\n".join(element.text or "" for element in root.iter()))]


def in_gotify(posted: Posted) -> list[Live]:
    """Return what acts in a message of Gotify, which shows it as it is."""
    return [*in_plain(posted.json["title"], posted.json["message"]), ("keys", " ".join(posted.json))]


def in_document(posted: Posted) -> list[Live]:
    """Return what acts in the JSON document: keys, and links in what is there to be shown."""
    pairs: list[Live] = []

    def note(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs.extend(("key", key) for key, _ in found)
        return dict(found)

    document = json.loads(posted.body, object_pairs_hook=note)
    assert "\n" not in document["title"]
    return [*pairs, *in_text(document["title"]), *in_text(document["body"])]


@contextmanager
def service(family: str) -> Iterator[Service]:
    """Yield a service of a family, on loopback."""
    with ExitStack() as stack:
        if family == "mail":
            mails = stack.enter_context(MailReceiver())
            url = f"mailto://127.0.0.1:{mails.port}/?from=a@example.com&to=b@example.com&mode=insecure"
            yield Service(destination(url), lambda: parsed(mails.messages[-1]), in_mail)
            return
        receiver = stack.enter_context(HttpReceiver(otherwise=HOMESERVER if family == "matrix" else Answer()))
        here, patch = f"127.0.0.1:{receiver.port}", stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(NotifySlack, "webhook_url", f"http://{here}")
        patch.setattr(NotifyDiscord, "notify_url", f"http://{here}")
        patch.setattr(NotifyTelegram, "notify_url", f"http://{here}/bot")
        services: Mapping[str, tuple[str, Callable[[Posted], list[Live]]]] = {
            "slack": (
                "slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa/#general",
                lambda posted: in_slack(posted.json["attachments"][0]),
            ),
            "discord": (f"discord://{'4' * 18}/{'t' * 60}", lambda posted: in_discord(posted.json["content"])),
            "telegram": ("tgram://123456789:abcdefg_hijklmnop/12315544", lambda posted: in_telegram(posted.json)),
            "matrix": (f"matrix://token@{here}/!room:127.0.0.1?v=3", lambda posted: in_matrix(posted.json)),
            "json": (f"json://{here}", in_document),
            "gotify": (f"gotify://{here}/token", in_gotify),
            "xml": (f"xml://{here}", in_xml),
        }
        url, live = services[family]
        yield Service(destination(url), lambda: receiver.posted[-1], live)


FAMILIES = (
    "slack",
    "discord",
    "telegram",
    "matrix",
    "json",
    "gotify",
    "xml",
    pytest.param("mail", marks=pytest.mark.slow),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_acts_but_what_the_template_wrote(family: str) -> None:
    """Between words of its own a text takes nothing away from the template's markup either."""
    with service(family) as chosen:
        expected = chosen.live_in(f"a {HARMLESS} b", 0)
        found = {text: chosen.live_in(f"a {text} b", n) for n, text in enumerate(HOSTILE_TEXTS, start=1)}
    assert {text[:60]: differences(live, expected) for text, live in found.items() if live != expected} == {}


@pytest.mark.parametrize("family", FAMILIES[:-1])
def test_nothing_acts_where_a_text_stands_alone(family: str) -> None:
    """A text may come to nothing, and a part of the message with it."""
    with service(family) as chosen:
        expected = chosen.live_in(HARMLESS, 0)
        found = {text: chosen.live_in(text, n) for n, text in enumerate(HOSTILE_TEXTS[::STEP], start=1)}
    assert {text[:60]: differences(live, expected) for text, live in found.items() if not_within(live, expected)} == {}


def test_the_tweet_itself_is_in_the_document_as_it_came() -> None:
    with service("json") as chosen:
        for number, text in enumerate(HOSTILE_TEXTS):
            chosen.live_in(text, number)
            assert chosen.last().json["tweet"] == alert_saying(text).tweet.data


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE_TEXTS)) == len(HOSTILE_TEXTS) >= 60


def not_within(live: list[Live], expected: list[Live]) -> bool:
    """Say whether anything is live that isn't expected, in this order."""
    left = iter(expected)
    return not all(one in left for one in live)


def differences(live: list[Live], expected: list[Live]) -> list[Live]:
    """Return what is live in one and not in the other."""
    return [*(one for one in live if one not in expected), *(one for one in expected if one not in live)][:6] or live
