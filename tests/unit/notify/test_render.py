"""How an alert looks at each family of services."""

import dataclasses
import json

import pytest

from tests.alerts import make_alert
from tocsin.model import Alert, Fragment, RichText, TweetId
from tocsin.notify.escape import FAMILIES, Family
from tocsin.notify.render import render, tweet_url
from tocsin.testing import make_tweet


def loud_alert(text: str = "BTC exchange hacked") -> Alert:
    """Return an alert with a title of its own, so that the tweet's text is shown too."""
    alert = make_alert(text=text, title=RichText((Fragment("Exchange in trouble", trusted=True),)))
    tweet = make_tweet(text, id="42", metrics__retweets=1200)
    return dataclasses.replace(alert, tweet=dataclasses.replace(tweet, id=TweetId("42")))


def test_a_chat_message_holds_all_that_matters() -> None:
    message = render(loud_alert(), "slack")
    assert message.title == "🟠 Exchange in trouble"
    assert message.body.split("\n") == [
        "> BTC exchange hacked",
        "**Some One @\u200bsomeone**",
        "1,200 retweets",
        "<https://x.com/someone/status/42>",
        "**Why:** word hacked in text",
        "HIGH · hack · team=risk · 2026-01-01 12:00 UTC · alert 0000000000000001",
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_names_the_alert_and_its_tweet(family: Family) -> None:
    message = render(loud_alert(), family)
    everything = message.body + (message.text or "") + json.dumps(message.document)
    assert "0000000000000001" in everything
    assert "https://x.com/someone/status/42" in everything


def test_a_text_that_the_title_shows_is_not_repeated() -> None:
    assert "hello" not in render(make_alert(text="hello"), "plain").body


@pytest.mark.parametrize(
    ("family", "limit"), [("discord", 2000), ("telegram", 4096), ("slack", 35_000), ("plain", 32_768)]
)
@pytest.mark.parametrize("character", ["x", "*", "<", "\n", "@", "🚨"])
def test_a_long_text_is_cut_to_what_the_service_takes(family: Family, limit: int, character: str) -> None:
    message = render(loud_alert("start " + character * 50_000 + "end"), family)
    assert len(message.title) + len(message.body) + 20 <= limit
    assert "start" in message.body
    assert "0000000000000001" in message.body


@pytest.mark.parametrize(
    ("tweet_id", "username", "url"),
    [
        ("42", "someone", "https://x.com/someone/status/42"),
        ("42", "../../evil", "https://x.com/i/status/42"),
        ("42", None, "https://x.com/i/status/42"),
        ("42/../evil", "someone", None),
        ("42\n", "someone", None),
        ("", "someone", None),
    ],
)
def test_the_one_link_is_built_from_checked_parts(tweet_id: str, username: str | None, url: str | None) -> None:
    tweet = dataclasses.replace(make_tweet(user__username=username), id=TweetId(tweet_id))
    assert tweet_url(dataclasses.replace(make_alert(), tweet=tweet)) == url


def test_the_document_is_json_whatever_the_tweet_holds() -> None:
    tweet = make_tweet("\ud800", score=float("nan"), far=float("inf"))
    document = render(dataclasses.replace(make_alert(), tweet=tweet), "json", attempt=3).document
    assert document is not None
    again = json.loads(json.dumps(document, allow_nan=False))
    assert (again["tocsin"], again["attempt"], again["tweet"]["score"], again["tweet"]["text"]) == (
        1,
        3,
        None,
        "\ud800",
    )


@pytest.mark.parametrize("data", [{}, {"user": None, "text": None}, {"user": "x", "metrics": 3, "text": 7}])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_tweet_without_the_usual_fields_is_no_obstacle(family: Family, data: dict[str, object]) -> None:
    tweet = dataclasses.replace(make_tweet(), data=data)
    assert render(dataclasses.replace(make_alert(), tweet=tweet), family).body


@pytest.mark.parametrize("family", FAMILIES)
def test_a_link_to_acknowledge_is_in_every_message_and_the_message_still_fits(family: Family) -> None:
    link = "https://tocsin.example/ack/0123456789abcdef?token=6a1c3f00-" + "0" * 64
    message = render(loud_alert("word " * 20_000), family, ack_url=link)
    shown = message.body if message.document is None else str(message.document["ack_url"])
    assert link in shown
    limit = {"discord": 2_000, "telegram": 4_096}.get(family, 32_000)
    assert len(message.title) + len(message.body) <= limit
    assert "acknowledge" not in render(loud_alert(), family).body.lower()
