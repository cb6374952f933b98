"""Languages of short texts, and when to say nothing."""

from typing import Any

import pytest
from tocsin_langid import Options, tocsin_transforms
from tocsin_langid.detector import Detector, prose_of

from tocsin.hookspecs import Transform
from tocsin.testing import make_tweet

DETECTOR = Detector(Options().min_confidence)


def transform(**options: Any) -> Transform:
    registered: list[Transform] = []
    tocsin_transforms(registered.append, Options(**options))
    return registered[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "RT @bank: is the payment service down for anyone else? https://t.co/x #outage"),
        ("de", "Der Zug fällt schon wieder aus 😡"),
        ("fr", "Le service est en panne depuis ce matin"),
        ("es", "Buenos días a todos, qué partido tan increíble"),
        ("pt", "O serviço está fora do ar desde cedo"),
        ("tr", "Bugün çok yorgunum, herkese iyi geceler"),
        ("ru", "Всем доброе утро"),
        ("ar", "الخدمة لا تعمل منذ الصباح"),
        ("hi", "ऐप क्यों नहीं खुल रहा है?"),
        ("ja", "今日はとても疲れた #ねむい"),
        ("zh", "大家早上好"),
        ("ko", "오늘 너무 피곤해"),
        ("th", "สวัสดีตอนเช้าทุกคน"),
    ],
)
def test_short_tweets_get_their_language(language: str, text: str) -> None:
    assert DETECTOR.language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🔥🔥🔥",
        "https://example.org/ein/langer/deutscher/satz",
        "@someone #kaputt $BTC",
        "12:30 !!!",
        "RT @x:",
    ],
)
def test_a_text_that_is_no_language_gets_none(text: str) -> None:
    assert DETECTOR.language_of(text) is None


def test_links_mentions_and_tags_are_no_prose() -> None:
    assert prose_of("RT @a_b: hallo www.example.org Welt #tag $BTC https://t.co/1") == ": hallo Welt"


def test_below_the_confidence_asked_for_nothing_is_said() -> None:
    assert Detector(min_confidence=1.0).language_of("OK lol") is None


def test_the_choice_can_be_narrowed() -> None:
    assert Detector(0.0, ("da", "sv")).language_of("guten Morgen zusammen") in {"da", "sv"}


def test_a_language_that_the_stream_gave_is_kept() -> None:
    tweet = dict(make_tweet("Der Zug fällt aus", lang="fr").data)
    assert transform().function(tweet)["lang"] == "fr"


@pytest.mark.parametrize("text", [None, 7, ["Hallo"], "🔥"])
def test_a_tweet_without_a_plain_text_goes_on_unchanged(text: Any) -> None:
    tweet = {"id": "1", "text": text}
    assert transform().function(dict(tweet)) == tweet


def test_an_unknown_language_is_found_before_the_first_tweet() -> None:
    prepare = transform(languages=("de", "klingon")).prepare
    assert prepare is not None
    with pytest.raises(ValueError, match="klingon"):
        prepare()
