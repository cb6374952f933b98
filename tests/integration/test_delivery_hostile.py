"""Hostile tweets, judged on what arrives from the real services of apprise: chats, mail and JSON."""

import email
import email.policy
import html.parser
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from tests.alerts import make_alert
from tests.receivers import HttpReceiver, MailReceiver
from tocsin.config.secret import Secret
from tocsin.model import Alert, AlertId, Delivered, DestinationName, Fragment, RichText
from tocsin.notify.apprise import AppriseDestination

URL = "https://x.com/someone/status/1886493083207827457"

HOSTILE = (
    # mentions and commands
    *("<!channel>", "<!here>", "<!everyone|x>", "<!subteam^S123|team>", "<@U024BE7LH>", "<#C024BE7LR>"),
    *("@everyone", "@here", "@channel", "@EVERYONE", "<@123456789012345678>", "<@!123456789012345678>"),
    *("<@&123456789012345678>", "<#123456789012345678>", "<:x:123456789012345678>", "<t:1700000000:R>", "</cmd:123>"),
    # links
    *(
        "https://evil.example",
        "http://evil.example/a?b=c",
        "evil.example",
        "www.evil.example/x",
        "HTTPS://EVIL.EXAMPLE",
    ),
    *(
        "<https://evil.example|click>",
        "[click](https://evil.example)",
        "[click](<https://evil.example>)",
        "//evil.example",
    ),
    *(
        "javascript:alert(1)",
        "mailto:a@evil.example",
        "ftp://evil.example",
        "tg://resolve?domain=evil",
        "data:text/html,x",
    ),
    *(
        "ht\u200btps://evil.example",
        "evil\u2060.example",
        "evil。example",
        "https:\u202e//evil.example",
        "x@evil.example",
    ),
    # markup
    *("*bold* _it_ ~s~ `code`", "**bold** __u__ ||spoiler||", "```\nblock\n```", "> quote", "# heading", "-# small"),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</p></blockquote><h1>x",
        "&lt;script&gt;",
        "&#60;b&#62;",
    ),
    *(
        '" onmouseover="x',
        "<a href='https://evil.example'>x</a>",
        "<style>*{}</style>",
        "<!-- x",
        "]]>",
        "\\<!channel>",
    ),
    *("\\\\<!channel>", "\\@everyone", "<<!channel>>", "&<!channel>"),
    # templates, headers, terminals, spreadsheets, order of writing
    *("{{7*7}}", "${HOME}", "%s%n", "\r\nBcc: victim@evil.example", "\nSubject: other", "\r\n\r\n<b>body</b>"),
    *(
        "\x1b[31mred\x1b[0m",
        "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
        "\x9b31m",
        "=cmd|'/c calc'!A1",
        "\u202etxt.exe",
    ),
    *("\u2066x\u2069", "\x00", "a\x08b", "\ud800", "\U000e0041", "😀" * 300, "ﷺ" * 200),
)

CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
LINK = re.compile(r"[a-z]+://|javascript:|mailto:|data:|\w\.example|\w。example", re.IGNORECASE)


OURS = re.compile(r"\*Why:\*|(?m:^\*|\*$)")
MAIL_TAGS = {"html", "head", "meta", "title", "body", "div", "p", "br", "a", "span", "strong", "bdi", "h1", "hr"}
MAIL_TAGS |= {"blockquote", "ul", "li"}


def hostile_alert(text: str) -> Alert:
    """Return an alert that says the text wherever a tweet or template can."""
    parts = tuple(Fragment(piece, trusted) for piece, trusted in (("Alert: ", True), (text, False), (" by @", True)))
    rich = RichText((*parts, Fragment("everyone", trusted=False)))
    alert = make_alert(text=text + " and more", title=rich)
    # Alerts of their own: what a service took already isn't sent again.
    return replace(alert, id=AlertId(f"{HOSTILE.index(text):016x}"))


def assert_dead(text: str, said: str) -> None:
    assert not CONTROLS.search(text), said
    assert not LINK.search(text.replace(URL, "")), (said, text)


@pytest.fixture(scope="module")
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as made:
        yield made


@dataclass
class Service:
    """A destination, and where what it sends arrives."""

    url: str
    receiver: HttpReceiver
    kept: AppriseDestination = field(init=False)

    def __post_init__(self) -> None:
        self.kept = AppriseDestination(DestinationName("d"), (Secret(self.url),))
        # apprise paces some services by more than a second a message; pace is not what is tested here.
        self.kept._services[0]._service.request_rate_per_sec = 0

    def payload(self, text: str) -> Any:
        """Send the text; return what arrived, as JSON."""
        assert self.kept.send(hostile_alert(text), 1) == Delivered("200 ok")
        return json.loads(self.receiver.posted[-1].body)


def test_slack(receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}")
    service = Service("slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa/#general", receiver)
    for text in HOSTILE:
        attachment = service.payload(text)["attachments"][0]
        for part in (attachment["title"], attachment["text"]):
            rest = part.replace(f"<{URL}>", "").replace("\n> ", "\n").removeprefix("> ")
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest), (text, rest)
            assert not re.search(r"@\w", rest), (text, rest)
            assert_dead(rest, text)
        assert not re.search(r"[*~`]|\b_|_\b", OURS.sub("", attachment["text"])), text


def test_discord(receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{receiver.port}")
    service = Service(f"discord://{'4' * 18}/{'t' * 60}", receiver)
    for text in HOSTILE:
        payload = service.payload(text)
        rest = payload["content"].replace(f"<{URL}>", "").replace("\r\n", "\n").replace("\n> ", "\n").replace("**", "")
        rest = rest.replace("\n-# HIGH", "\nHIGH")
        assert len(payload["content"]) <= 2000, text
        assert "allow_mentions" not in payload
        assert not re.search(r"@\w|@[!&]", rest), (text, rest)
        assert not re.search(r"[<>*_~`|#]", re.sub(r"\\[!-/:-@\[-`{-~]", "", rest)), (text, rest)
        assert_dead(rest.replace("\\", ""), text)


class Tags(html.parser.HTMLParser):
    """The tags of a document, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its link."""
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_telegram(receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{receiver.port}/bot")
    service = Service("tgram://123456789:abcdefg_hijklmnop/12315544", receiver)
    for text in HOSTILE:
        payload = service.payload(text)
        tags = Tags(payload["text"])
        assert payload["parse_mode"] == "HTML"
        assert len(payload["text"]) <= 4096
        assert tags.tags <= {"b", "i", "a", "br", "blockquote", "code"}, text
        assert tags.links == [URL], text
        assert not re.search(r"@\w", tags.text), text
        assert_dead(tags.text.replace("\r\n", "\n"), text)


@pytest.mark.slow
def test_mail() -> None:
    with MailReceiver() as receiver:
        url = f"mailto://127.0.0.1:{receiver.port}/?from=a@example.com&to=b@example.com&mode=insecure"
        service = AppriseDestination(DestinationName("mail"), (Secret(url),))
        service._services[0]._service.request_rate_per_sec = 0
        for text in HOSTILE:
            assert isinstance(service.send(hostile_alert(text), 1), Delivered), text
            message = email.message_from_bytes(receiver.messages[-1], policy=email.policy.default)
            assert message["To"] == "b@example.com"
            assert set(message.keys()) <= {
                *("Content-Type", "MIME-Version", "X-Application", "Subject", "From", "To", "Message-ID", "Date"),
                *("X-Peer", "X-MailFrom", "X-RcptTo"),
            }, text
            assert_dead(message["Subject"], text)
            plain, rich = (part.get_content() for part in message.iter_parts())
            tags = Tags(rich)
            assert tags.tags <= MAIL_TAGS, text
            assert tags.links == [URL], text
            assert_dead(tags.text, text)
            assert_dead(plain, text)


def test_json(receiver: HttpReceiver) -> None:
    service = Service(f"json://127.0.0.1:{receiver.port}", receiver)
    for text in HOSTILE:
        document = service.payload(text)
        assert document["tweet"]["text"] == text + " and more"
        assert document["alert_id"] == hostile_alert(text).id
        assert document["tweet"]["id"] == "1886493083207827457"
        assert "\n" not in document["title"]
        assert_dead(document["title"], text)
        assert_dead(document["body"], text)


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 60
