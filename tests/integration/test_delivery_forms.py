"""What arrives: mails as a mail program reads them, and Matrix messages as a homeserver gets them."""

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from apprise.plugins.slack import NotifySlack

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver, MailReceiver
from tocsin.config.secret import Secret
from tocsin.model import Alert, Delivered, DestinationName, Fragment, RichText
from tocsin.notify.apprise import AppriseDestination
from tocsin.testing import EPOCH

TEXTS = {
    "ascii": "Exchange hacked",
    "latin": "Größter Börsenkrach, çà et là",
    "greek": "Σεισμός 6,1 Ρίχτερ",
    "cyrillic": "Землетрясение магнитудой 6,1",
    "hebrew": "רעידת אדמה בעוצמה 6.1",
    "arabic": "زلزال بقوة 6.1 درجة",
    "thai": "แผ่นดินไหวขนาด 6.1",
    "chinese": "速報 日本で地震が発生しました",
    "emoji": "🚨 quake 👩‍👩‍👧‍👦 🇯🇵",
    "long": "word " * 60 + "end",
    "header": "x\r\nBcc: victim@evil.example\r\n\r\nbody",
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "dot": ".\r\n.\r\nQUIT",
    "encoded-word": "=?utf-8?q?fake?=",
}

SHOWN = {0: None, 0xD800: "\ufffd"}
"""How two characters come out that can't be shown."""


def titled(title: str) -> Alert:
    """Return an alert whose title a tweet has filled in."""
    return make_alert(text="something else", title=RichText((Fragment(title, trusted=False),)))


@pytest.fixture(scope="module")
def mails() -> Iterator[tuple[AppriseDestination, MailReceiver]]:
    with MailReceiver() as receiver:
        url = f"mailto://127.0.0.1:{receiver.port}/?from=a@example.com&to=b@example.com&mode=insecure"
        destination = AppriseDestination(DestinationName("mail"), (Secret(url),))
        # apprise waits 5.5 s between mails; pace is not what is tested here.
        destination._services[0]._service.request_rate_per_sec = 0
        yield destination, receiver


def sent(mails: tuple[AppriseDestination, MailReceiver], alert: Alert) -> EmailMessage:
    """Send an alert; return the mail that arrived, parsed."""
    destination, receiver = mails
    destination._taken.clear()
    assert isinstance(destination.send(alert, 1), Delivered)
    return email.message_from_bytes(receiver.messages[-1], _class=EmailMessage, policy=email.policy.default)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_mail_has_a_text_part_and_an_html_part_in_any_script(
    mails: tuple[AppriseDestination, MailReceiver], text: str
) -> None:
    mail = sent(mails, make_alert(text=text, title=RichText((Fragment("Alert", trusted=True),))))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not mail.defects
    for part in mail.iter_parts():
        assert not part.defects
        assert part.get_content_charset() == "utf-8"
        assert text.splitlines()[0].strip().translate(SHOWN) in part.get_content()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_subject_is_the_title_on_one_line_and_brings_no_header(
    mails: tuple[AppriseDestination, MailReceiver], text: str
) -> None:
    mail = sent(mails, titled(text))
    subject = str(mail["Subject"])
    assert subject.startswith(text.split(maxsplit=1)[0].translate(SHOWN).replace("=?", "= ?"))
    assert "\n" not in subject
    assert "Bcc" not in mail
    assert mail["To"] == "b@example.com"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_line_of_a_mail_is_longer_than_a_server_must_take(
    mails: tuple[AppriseDestination, MailReceiver], text: str
) -> None:
    """Source: RFC 5321, 4.5.3.1.6: 1,000 bytes with CRLF."""
    sent(mails, titled(text * 3))
    assert max(map(len, mails[1].messages[-1].split(b"\r\n"))) <= 998


def test_the_text_part_reads_as_if_there_were_no_other(mails: tuple[AppriseDestination, MailReceiver]) -> None:
    part = sent(mails, titled("Exchange in trouble")).get_body(("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n").split("\n\n") == [
        "Exchange in trouble\n===================",
        "> something else\nSome One @someone",
        "https://x.com/someone/status/1886493083207827457",
        "Why: word hacked in text",
        "HIGH · hack · team=risk · 2026-01-01 12:00 UTC · alert 0000000000000001\n",
    ]


HOMESERVER = Answer(
    body=json.dumps({"room_id": "!room:127.0.0.1", "event_id": "$1", "user_id": "@t:127.0.0.1"}).encode()
)
"""How a Matrix homeserver answers."""


def test_matrix_messages_of_different_alerts_are_different_transactions() -> None:
    """A homeserver drops a message whose transaction id it has seen: a second alert would be lost without a word."""
    with HttpReceiver(otherwise=HOMESERVER) as receiver:
        url = f"matrix://token@127.0.0.1:{receiver.port}/!room:127.0.0.1?v=3"
        destination = AppriseDestination(DestinationName("matrix"), (Secret(url),))
        destination._services[0]._service.request_rate_per_sec = 0
        for alert in (make_alert(1), make_alert(2)):
            assert isinstance(destination.send(alert, 1), Delivered)
    places = [posted.path for posted in receiver.posted if "/send/m.room.message/" in posted.path]
    assert [place.rpartition("/")[2] for place in places] == [f"tocsin-{make_alert(n).id}" for n in (1, 2)]


def test_a_matrix_message_is_html_with_the_same_in_plain_text() -> None:
    with HttpReceiver(otherwise=HOMESERVER) as receiver:
        url = f"matrix://token@127.0.0.1:{receiver.port}/!room:127.0.0.1?v=3"
        assert isinstance(AppriseDestination(DestinationName("m"), (Secret(url),)).send(titled("Hack"), 1), Delivered)
    content = next(posted.json for posted in receiver.posted if "/send/m.room.message/" in posted.path)
    assert content["format"] == "org.matrix.custom.html"
    assert content["formatted_body"].startswith(
        "<p>🟠 <strong>Hack</strong></p><blockquote>something else</blockquote>"
    )
    for part in ("🟠 Hack", "something else", "https://x.com/someone/status/1886493083207827457", "HIGH"):
        assert part in content["body"]


def test_a_slack_attachment_has_the_colour_of_the_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpReceiver() as receiver:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}")
        url = Secret("slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa/#general")
        assert isinstance(AppriseDestination(DestinationName("s"), (url,)).send(titled("Hack"), 1), Delivered)
    [attachment] = receiver.posted[0].json["attachments"]
    assert (attachment["color"], attachment["title"]) == ("#c2410c", "🟠 Hack")
    assert EPOCH.strftime("%Y-%m-%d") in attachment["text"]


def test_a_body_may_page_a_slack_channel_where_its_author_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    body = RichText((Fragment("<!here> ", trusted=True), Fragment("<!channel>", trusted=False)))
    with HttpReceiver() as receiver:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}")
        url = Secret("slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa/#general")
        alert = replace(titled("Hack"), body=body)
        assert isinstance(AppriseDestination(DestinationName("s"), (url,)).send(alert, 1), Delivered)
    [attachment] = receiver.posted[0].json["attachments"]
    assert attachment["text"].startswith("<!here> &lt;!channel&gt;")


def test_a_preview_shows_our_own_words_where_a_webhook_has_them_in_its_path() -> None:
    url = Secret("json://127.0.0.1:9/tocsin/alerts/s3cr3t-part")
    [preview] = AppriseDestination(DestinationName("hook"), (url,)).preview(titled("s3cr3t-part: 3 alerts"))
    shown = json.loads(preview.text())
    assert (shown["tocsin"], shown["title"]) == (1, "***: 3 alerts")


def test_a_preview_for_a_telegram_group_hides_its_number_and_shows_what_would_leave() -> None:
    url = Secret("tgram://123456789:abcdefghijklmnop/-1001234567890")
    [preview] = AppriseDestination(DestinationName("team"), (url,)).preview(titled("Hack"))
    assert preview.fields()["chat_id"] == "***"
    assert "<b>🟠 Hack</b>\n" in preview.text()
