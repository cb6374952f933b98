"""What the text operators find, in many scripts."""

from typing import Any

import pytest

from tests.unit.logic.conditions import holds, matches, verdict
from tocsin.logic.verdict import Failed

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
    ("word", ["हिन्दी"], "मेरी हिन्दी भाषा"),
    ("word", ["می‌خواهم"], "من می‌خواهم"),
    ("word", ["❤"], "I ❤\ufe0f this"),
    ("word", ["btc"], "\uff22\uff34\uff23 up"),
    ("word", ["a b"], "x A\n\t B y"),
    ("word", ["#速報"], "地震 #速報 です"),
    ("word", ["up"], "batch up"),
    ("word", ["up"], "supper, up"),
    ("all_words", ["red", "alert"], "alert: it is red"),
    ("matches", ["cve"], "\uff23\uff36\uff25\ud800"),
    ("hashtag", ["हिन्दी"], "यह #हिन्दी है"),
    ("hashtag", ["100days"], "#100days of code"),
    ("link", ["example.com"], "これhttps://example.com/aです"),
    ("link", ["example.com"], "HTTPS://User@EXAMPLE.com:443/x"),
    ("link", ["https://example.com/a"], "http://www.example.com/a(b)"),
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
    ("word", ["#速報"], "#速報です"),
    ("word", ["btc"], "BTC速報"),
    ("word", ["क"], "कि"),
    ("word", ["می"], "می‌خواهم"),
    ("word", ["\U0001f469"], "\U0001f469\u200d\U0001f4bb"),
    ("word", ["\U0001f44d"], "\U0001f44d\U0001f3fd"),
    ("word", ["$btc"], "$btcusd"),
    ("hashtag", ["1"], "we are #1"),
    ("cashtag", ["100"], "only $100"),
    ("mention", ["example"], "a@example.com"),
    ("link", ["example.com"], "https://example.com@evil.net/"),
    ("link", ["example.com/A"], "https://example.com/a"),
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


@pytest.mark.parametrize("field", ["lang", "text", "metrics.quotes", "entities"])
def test_a_null_subject_matches_nothing_and_fails_nothing(field: str) -> None:
    condition = {"word": [{"var": field}, "x"]}
    data = {"text": None, "lang": None}
    assert not matches(condition, data)
    assert matches({"not": condition}, data)


@pytest.mark.parametrize("operator", ["word", "hashtag", "link", "from", "matches"])
def test_a_number_is_no_text_and_fails(operator: str) -> None:
    assert isinstance(verdict({operator: [{"var": "metrics.likes"}, "x"]}, metrics={"likes": 3}), Failed)


def test_tag_operators_see_the_tags_that_the_stream_names() -> None:
    entities = {"hashtags": ["Crypto"], "mentions": ["@Acme"], "urls": ["https://news.example.com/a"]}
    for condition in ({"hashtag": "#crypto"}, {"mention": "acme"}, {"link": "example.com"}):
        assert holds(condition, "nothing in the text", entities=entities)


def test_tags_that_the_stream_names_count_as_well_as_those_in_the_text() -> None:
    assert holds({"in": ["crypto", {"var": "hashtags"}]}, "no tag here", entities={"hashtags": ["Crypto"]})


def test_derived_fields_are_there_for_rules() -> None:
    assert holds({"==": [{"var": "is_retweet"}, True]}, "RT @a: b")
    assert holds({"==": [{"var": "is_reply"}, True]}, "@a b")
    assert holds({"==": [{"var": "url"}, "https://x.com/someone/status/1"]})
    assert holds({"==": [{"var": "links"}, ["https://a.example/b"]]}, "x https://a.example/b.")
