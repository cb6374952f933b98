"""What the text operators find, in many scripts."""

from typing import Any

import pytest

from tests.unit.logic.conditions import holds

FOUND: list[tuple[str, list[Any], str]] = [
    ("word", ["btc"], "BTC is up"),
    ("word", ["btc"], "is it btc?"),
    ("word", ["withdrawals paused"], "Withdrawals  paused until noon"),
    ("word", ["#bitcoin"], "buy #Bitcoin now"),
    ("word", ["@acme"], "hey @ACME!"),
    ("word", ["$BTC"], "long $btc"),
    ("word", ["straße"], "in der STRASSE"),
    ("word", ["ﬁne"], "a fine day"),
    ("word", ["istanbul"], "\u0130STANBUL".replace("\u0130", "I") + " today"),
    ("word", ["ΟΔΟΣ"], "η οδος"),
    ("word", ["速報"], "【速報】地震がありました"),
    ("word", ["地震"], "さっき地震がありました"),
    ("word", ["ไทย"], "ประเทศไทยวันนี้"),
    ("word", ["زلزال"], "هذا زلزال قوي"),
    ("word", ["c++"], "learn C++ now"),
    ("word", ["cafe\u0301"], "un caf\u00e9 noir"),
    ("word", ["\U0001f469\u200d\U0001f4bb"], "a \U0001f469\u200d\U0001f4bb at work"),
    ("all_words", ["red", "alert"], "alert: it is red"),
    ("contains", ["ploit"], "an EXPLOIT"),
    ("starts_with", ["rt @"], "RT @someone: x"),
    ("ends_with", ["?"], "is it down?"),
    ("matches", [r"cve-\d{4}-\d+"], "CVE-2026-1234 is bad"),
    ("hashtag", ["bitcoin"], "x #BitCoin y"),
    ("hashtag", ["#bitcoin"], "x #BitCoin y"),
    ("mention", ["acme"], "@acme help"),
    ("cashtag", ["tsla"], "short $TSLA"),
    ("link", ["example.com"], "see https://news.example.com/a?b=1."),
    ("link", ["example.com/a"], "see https://example.com/a/b"),
]

NOT_FOUND: list[tuple[str, list[Any], str]] = [
    ("word", ["btc"], "btcusd"),
    ("word", ["btc"], "my_btc"),
    ("word", ["#bitcoin"], "#bitcoins"),
    ("word", ["#bitcoin"], "bitcoin"),
    ("word", ["@acme"], "mail me@acme"),
    ("word", ["out"], "about"),
    ("all_words", ["red", "alert"], "red"),
    ("starts_with", ["hi"], "say hi"),
    ("ends_with", ["hi"], "hi there"),
    ("hashtag", ["bit"], "#bitcoin"),
    ("cashtag", ["tsla"], "TSLA"),
    ("link", ["example.com"], "https://notexample.com/"),
    ("link", ["example.com"], "https://example.com.evil.net/"),
    ("link", ["example.com/a"], "https://example.com/b"),
]


@pytest.mark.parametrize(("operator", "patterns", "text"), FOUND)
def test_it_finds(operator: str, patterns: list[str], text: str) -> None:
    assert holds({operator: patterns}, text)


@pytest.mark.parametrize(("operator", "patterns", "text"), NOT_FOUND)
def test_it_does_not_find(operator: str, patterns: list[str], text: str) -> None:
    assert not holds({operator: patterns}, text)


def test_patterns_are_any_of() -> None:
    assert holds({"word": ["nope", "hello"]})


def test_an_expression_in_front_is_what_is_looked_at() -> None:
    assert holds({"word": [{"var": "user.name"}, "some"]}, "nothing here")


def test_from_looks_at_the_username_and_takes_an_at_sign() -> None:
    assert holds({"from": ["@SomeOne"]})
    assert not holds({"from": ["some"]})


@pytest.mark.parametrize("text", [None, ...])
def test_a_null_subject_matches_nothing_and_fails_nothing(text: Any) -> None:
    assert not holds({"word": ["x"]}, text=None) if text is None else not holds({"word": [{"var": "lang"}, "x"]})
    assert holds({"not": {"word": [{"var": "lang"}, "x"]}})


def test_tags_that_the_stream_names_count_as_well_as_those_in_the_text() -> None:
    assert holds({"in": ["crypto", {"var": "hashtags"}]}, "no tag here", entities={"hashtags": ["Crypto"]})


def test_derived_fields_are_there_for_rules() -> None:
    assert holds({"==": [{"var": "is_retweet"}, True]}, "RT @a: b")
    assert holds({"==": [{"var": "is_reply"}, True]}, "@a b")
    assert holds({"==": [{"var": "url"}, "https://x.com/someone/status/1"]})
    assert holds({"==": [{"var": "links"}, ["https://a.example/b"]]}, "x https://a.example/b.")
