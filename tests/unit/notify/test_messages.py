"""What messages say beside the tweet: how many more, what a digest stands for, where to acknowledge, what was cut."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts import make_alert
from tocsin.alerting.digest import fold
from tocsin.model import Alert, Fragment, RichText, Severity
from tocsin.notify.escape import FAMILIES, Family
from tocsin.notify.render import Message, render
from tocsin.notify.rendering.sizes import SIZES
from tocsin.notify.rendering.words import COLOUR, stretch
from tocsin.testing import EPOCH, make_tweet

SHOWN = tuple(family for family in FAMILIES if family != "json")
ACK = "https://alerts.example.org/ack/abc?sig=x-y_z&t=1"


def whole(message: Message) -> str:
    """Return all that a message says, zero-width spaces and HTML's ampersands apart."""
    said = "\n".join([message.title, message.body, message.text or "", json.dumps(message.document)])
    return said.replace("\u200b", "").replace("&amp;", "&")


def titled(title: str, text: str = "hello") -> Alert:
    """Return an alert with that title on a tweet with that text."""
    return make_alert(text=text, title=RichText((Fragment(title, trusted=True),)))


@pytest.mark.parametrize("family", SHOWN)
def test_how_many_more_there_were_stands_in_the_message(family: Family) -> None:
    alert = replace(titled("Hack"), held_back=1_037, held_since=EPOCH - timedelta(minutes=30))
    assert "+1,037 more in the last 30 min" in whole(render(alert, family))


@pytest.mark.parametrize("family", SHOWN)
def test_where_none_were_held_back_nothing_is_said_of_it(family: Family) -> None:
    assert "more" not in whole(render(titled("Hack"), family))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=0.2), "1 s"),
        (timedelta(seconds=90), "90 s"),
        (timedelta(seconds=91), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(minutes=121), "3 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_stretch_of_time_is_rounded_up(length: timedelta, words: str) -> None:
    assert stretch(length) == words


@pytest.mark.parametrize("family", FAMILIES)
def test_where_an_alert_is_acknowledged_stands_in_the_message(family: Family) -> None:
    said = whole(render(titled("Hack"), family, ack_url=ACK))
    assert ACK in said
    assert "Acknowledge" in said or family == "json"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/>x", "https://a.example/ x", 'https://a.example/"x', "http://a|b"]
)
def test_a_link_that_would_not_stay_whole_is_left_out(family: Family, url: str) -> None:
    assert "Acknowledge" not in whole(render(titled("Hack"), family, ack_url=url))


@pytest.mark.parametrize("family", SHOWN)
def test_a_digest_lists_its_alerts_and_says_which_they_are(family: Family) -> None:
    alerts = [titled(f"Alert number {number}") for number in range(5)]
    alerts = [replace(alert, id=make_alert(number).id) for number, alert in enumerate(alerts)]
    said = whole(render(fold(alerts, title="5 alerts in an hour", now=EPOCH), family))
    assert all(f"Alert number {number}" in said for number in range(5))
    assert f"Stands for 5 alerts: {alerts[0].id}, " in said


@pytest.mark.parametrize("family", FAMILIES)
def test_a_digest_of_thousands_fits_and_accounts_for_all(family: Family) -> None:
    alerts = [replace(titled(f"Alert {number} 🚨 <b> *x*"), id=make_alert(number).id) for number in range(2_000)]
    message = render(fold(alerts, title="2,000 alerts", now=EPOCH), family)
    if message.document is not None:
        assert message.document["folded"] == [alert.id for alert in alerts]
        return
    assert SIZES[family].of(message.title + message.body) <= SIZES[family].limit
    assert "Stands for 2,000 alerts" in whole(message)


@pytest.mark.parametrize("family", SHOWN)
def test_what_was_cut_shows_and_the_link_is_whole(family: Family) -> None:
    message = render(titled("Long", "word " * 20_000), family)
    assert ", see link" not in message.body
    assert "characters; see link" in message.body
    assert "https://x.com/someone/status/1886493083207827457" in message.body


def test_a_cut_names_exactly_how_much_is_missing() -> None:
    text = "abcdefghij" * 1_000
    quote = render(titled("Long", text), "discord").body.split("\n")[0].removeprefix("> ")
    note = render(titled("Long", text), "discord").body.split("\n")[1]
    assert note == f"> … cut, {len(text) - len(quote):,} characters; see link"


@pytest.mark.parametrize(
    "piece",
    ["👩‍👩‍👧‍👦", "🇩🇪", "e\u0301\u0323", "👍🏽", "שלום ", "速報"],
    ids=["family", "flag", "accents", "skin", "rtl", "cjk"],
)
@pytest.mark.parametrize("family", SHOWN)
def test_a_long_message_of_any_script_fits(family: Family, piece: str) -> None:
    message = render(titled("Long", piece * 11_000), family)
    assert SIZES[family].of(message.title + message.body) <= SIZES[family].limit
    assert "see link" in message.body


@pytest.mark.parametrize("piece", ["e\u0301\u0323", "👍🏽", "👩‍👩‍👧‍👦"])
def test_no_letter_is_parted_from_what_belongs_to_it(piece: str) -> None:
    for extra in range(len(piece)):
        shown = render(titled("Long", "x" * extra + piece * 5_000), "plain").body.split("\n")[0]
        assert shown.endswith(piece)


def test_a_small_service_gets_a_small_message() -> None:
    message = render(titled("Long", "word " * 1_000), "plain", size_max=400)
    assert len(message.title) + len(message.body) <= 400
    assert "0000000000000001" in message.body


@pytest.mark.parametrize("size_max", [140, 160, 250, 320])
def test_a_text_message_has_title_link_and_little_else(size_max: int) -> None:
    message = render(titled("Long " * 60, "word " * 1_000), "plain", size_max=size_max)
    assert len(f"{message.title}\r\n{message.body}") <= size_max
    assert message.title.startswith("Long Long")
    assert message.body.startswith("https://x.com/someone/status/1886493083207827457")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_long_title_is_cut(family: Family) -> None:
    title = render(titled("T" * 5_000), family).title
    assert 200 < len(title) < 260
    assert "…" in title


def test_names_of_fields_in_reasons_are_not_taken_for_hosts() -> None:
    alert = replace(titled("x"), because=("metrics.likes 5,400 is above 100", "user.name has evil.com"))
    body = render(alert, "plain").body
    assert "- metrics.likes 5,400 is above 100" in body
    assert "- user[.]name has evil[.]com" in body


@pytest.mark.parametrize("family", SHOWN)
def test_a_rule_without_a_body_has_text_author_and_link_once(family: Family) -> None:
    tweet = make_tweet("hello over there", user__name="Ann Author")
    body = RichText(
        (Fragment("hello over there\n\nAnn Author (someone)\nhttps://x.com/someone/status/1", trusted=False),)
    )
    message = render(replace(titled("x"), tweet=tweet, body=body), family)
    assert whole(message).count("Ann Author") == (2 if family == "mail" else 1)
    assert "[:]" not in whole(message)


@pytest.mark.parametrize("family", ["slack", "discord", "plain"])
def test_a_template_may_show_the_link_itself(family: Family) -> None:
    url = "https://x.com/someone/status/1886493083207827457"
    body = RichText((Fragment("See ", trusted=True), Fragment(url, trusted=False)))
    assert render(replace(titled("x"), body=body), family).body.count(url) == 1


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("family", SHOWN)
def test_every_family_says_the_severity_in_words(family: Family, severity: Severity) -> None:
    assert severity.value.upper() in render(replace(titled("x"), severity=severity), family).body


@pytest.mark.parametrize("colour", COLOUR.values())
def test_white_is_readable_on_every_severity(colour: str) -> None:
    """Source: WCAG 2.2, relative luminance and contrast ratio; 4.5 to 1 is level AA."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_the_authors_name_stands_alone_on_its_line() -> None:
    """A name written right to left turns round whatever follows it on its line."""
    tweet = make_tweet("hello there", user__name="שלום", metrics__likes=3)
    lines = render(replace(titled("x"), tweet=tweet), "plain").body.split("\n")
    assert "שלום @\u200bsomeone" in lines
    assert "3 likes" in lines


@pytest.mark.parametrize("change", [lambda alert: replace(alert, held_back=3), lambda alert: replace(alert, labels={})])
def test_no_message_has_an_empty_line_where_something_is_missing(change: Callable[[Alert], Alert]) -> None:
    for family in ("slack", "discord", "plain"):
        assert "\n\n" not in render(change(titled("x")), family).body
