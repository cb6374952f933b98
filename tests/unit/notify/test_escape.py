"""What a tweet says is shown and does nothing; what a rule's author says keeps its meaning."""

import pytest

from tocsin.model import Fragment, RichText
from tocsin.notify.escape import FAMILIES, ZERO_WIDTH, Family, clean, escape, escape_line, one_line, untrusted


def rich(*parts: tuple[str, bool]) -> RichText:
    return RichText(tuple(Fragment(text, trusted) for text, trusted in parts))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://evil.example/a", "https[:]//evil[.]example/a"),
        ("see evil.example now", "see evil[.]example now"),
        ("mailto:a", "mailto[:]a"),
        ("10.0.0.1/x", "10[.]0.0.1/x"),
        ("evil。com", "evil[.]com"),
        ("tg://resolve", "tg[:]//resolve"),
    ],
)
def test_no_link_of_a_tweet_is_live(family: Family, text: str, shown: str) -> None:
    assert escape(untrusted(text), family).replace("\\:", ":") == shown


@pytest.mark.parametrize("text", ["3.5 %", "速報です。続く", "wait... what", "10:30", "a / b", "v1.2"])
def test_what_is_no_link_stays_as_it_is(text: str) -> None:
    assert escape(untrusted(text), "plain") == text


@pytest.mark.parametrize("family", ["slack", "discord", "plain", "telegram"])
@pytest.mark.parametrize("mention", ["@everyone", "@here", "@channel", "@durov"])
def test_no_mention_of_a_tweet_is_live(family: Family, mention: str) -> None:
    assert escape(untrusted(mention), family) == "@" + ZERO_WIDTH + mention[1:]


def test_a_mention_that_template_and_tweet_make_together_is_dead() -> None:
    """The template says `@{{ user.username }}`, and somebody is called everyone."""
    assert "@everyone" not in escape(rich(("@", True), ("everyone", False)), "discord")
    assert "@everyone" not in escape(rich(("@every", False), ("one", True)), "discord")


def test_a_link_that_two_fields_make_together_is_dead() -> None:
    assert "://" not in escape(rich(("https:", False), ("/", True), ("/evil", False)), "plain")
    assert "://" not in escape(rich(("https:", False), ("//evil", False)), "plain")


def test_a_slack_command_around_a_field_is_dead() -> None:
    assert "<!channel>" not in escape(rich(("<", True), ("!channel", False), (">", True)), "slack")
    assert "<!channel>" not in escape(rich(("<!", True), ("channel", False), (">", True)), "slack")


def test_what_the_author_wrote_stays_live_in_chats() -> None:
    text = "<!channel> *look* https://status.example/x @oncall"
    assert escape(rich((text, True)), "slack") == text
    assert escape(rich((text, True)), "discord") == text


def test_in_html_the_authors_text_is_text_too() -> None:
    assert escape(rich(("a < b & c", True)), "mail") == "a &lt; b &amp; c"


@pytest.mark.parametrize(
    ("family", "text", "shown"),
    [
        ("slack", "<!channel>", "\\<\\!channel\\>"),
        ("slack", "*b* _i_ ~s~ `c`", "\u2217b\u2217 \u02cdi\u02cd \u223cs\u223c \u02cbc\u02cb"),
        ("slack", "some_user", "some_user"),
        ("slack", "\\<x>", "\u2216\\<x\\>"),
        ("discord", "**b** ||s|| # h", "\\*\\*b\\*\\* \\|\\|s\\|\\| \\# h"),
        ("discord", "[a](b)", "\\[a\\]\\(b\\)"),
        ("discord", "<#123> <:x:1>", "\\<\\#123\\> \\<\\:x\\:1\\>"),
        ("mail", "<script>&\"'", "&lt;script&gt;&amp;&quot;&#x27;"),
        ("telegram", "<b>", "&lt;b&gt;"),
    ],
)
def test_markup_of_a_tweet_is_shown(family: Family, text: str, shown: str) -> None:
    assert escape(untrusted(text), family) == shown


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("abc\u202edef\u2069", "abcdef"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("ht\u200btps\u2060", "https"),
        ("\ud800", "\ufffd"),
        ("👩\u200d🚒 \u0645\u06cc\u200c\u062e", "👩\u200d🚒 \u0645\u06cc\u200c\u062e"),
    ],
)
def test_control_and_invisible_characters_go(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_title_is_one_line() -> None:
    assert one_line(" a\r\nBcc: x\t y ") == "a Bcc: x y"
    assert escape_line(rich(("A:\n", True), (" b\r\nBcc: c", False)), "plain") == "A:  b Bcc: c"
