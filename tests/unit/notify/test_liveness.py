"""What finds live things in messages finds them: else the tests of hostile texts would say nothing."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from tests.liveness import in_discord, in_mail, in_matrix, in_plain, in_slack, in_telegram, in_text

PAGE = "https://x.com/someone/status/1"


@pytest.mark.parametrize(
    "text",
    [
        *("<!channel>", "<@U024BE7LH>", "<https://evil.example|x>", "<x|y>", "https://evil.example", "evil.example"),
        *("*bold*", "_it_", "~s~", "`code`", "> quote", "&gt; quote", ":fire:", "@here", "a\u202eb"),
    ],
)
def test_what_is_live_in_slack_is_found(text: str) -> None:
    assert in_slack({"title": "t", "text": f"words\n{text} words"})


@pytest.mark.parametrize(
    "text",
    [
        *(
            "@everyone",
            "<@123>",
            "<@&123>",
            "<#123>",
            "</ban:123>",
            "<t:1:R>",
            "<a:x:123>",
            "[x](https://evil.example)",
        ),
        *(
            "**b**",
            "*i*",
            "__u__",
            "||s||",
            "`c`",
            "> quote",
            "# head",
            "-# small",
            "1. one",
            "- one",
            "<https://evil.example>",
        ),
    ],
)
def test_what_is_live_in_discord_is_found(text: str) -> None:
    assert in_discord(f"words\n{text} words")


def test_what_discord_has_an_escape_for_is_dead() -> None:
    assert in_discord(r"\*\*b\*\* \<\@123\> \`c\` 1\. one") == []


@pytest.mark.parametrize(
    "text", ["@durov", "/start now", "<b>x</b>", "<a href='https://evil.example'>x</a>", "evil.example"]
)
def test_what_is_live_in_telegram_is_found(text: str) -> None:
    assert len(in_telegram({"text": f"words {text}", "parse_mode": "HTML"})) > 1


@pytest.mark.parametrize(
    "text",
    ["@room", "@alice:evil.org", "#room:evil.org", "!a:b", "<img src='mxc://evil/x'>", "<!-- x -->", "matrix:r/x:y"],
)
def test_what_is_live_in_matrix_is_found(text: str) -> None:
    assert len(in_matrix({"formatted_body": f"words {text}", "body": "words"})) > 1
    assert len(in_matrix({"formatted_body": "words", "body": f"words {text}"})) > 1 or text.startswith("<")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"Bcc": "victim@evil.example"}, "header"),
        ({"Subject": "see evil.example"}, "subject"),
    ],
)
def test_what_is_live_in_the_head_of_a_mail_is_found(change: dict[str, str], kind: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Subject": "x", "From": "a@b.c", **change}.items())
    mail = email.message_from_string(f"{head}\r\nwords", _class=EmailMessage, policy=email.policy.default)
    harmless = email.message_from_string(
        "Subject: x\r\nFrom: a@b.c\r\n\r\nwords", _class=EmailMessage, policy=email.policy.default
    )
    assert {found for found, _ in set(in_mail(mail)) - set(in_mail(harmless))} >= {kind}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "see https://evil.example/a",
            "x@evil.example",
            "10.0.0.1",
            "javascript:alert(1)",
            "evil.example",
            "www.a.de",
        ),
        *("\uff25\uff36\uff29\uff2c.example", "evil。example", "\x1b[31m", "\u2066", "tel:+1555"),
    ],
)
def test_what_is_live_in_plain_text_is_found(text: str) -> None:
    assert list(in_text(text))
    assert in_plain("x", text)


def test_the_tweets_own_page_is_one_link() -> None:
    assert list(in_text(f"words {PAGE}")) == [("link", PAGE)]
