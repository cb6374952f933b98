"""Made-up tweets: the same for the same seed, in the specification's shape, never dull."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tocsin.simulator.stories import STORIES
from tocsin.simulator.subscriptions import Post
from tocsin.simulator.tweets import TweetGenerator

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

SIGNS = {
    "service-outage": ("503", "AcmeCloud", "AcmePay", "Acme Cloud"),
    "security-disclosure": ("CVE-2026-",),
    "exchange-hack": ("AcmeX",),
    "brand-crisis": ("acmeair", "AcmeAir"),
    "product-launch": ("Acme One", "AcmeOne"),
    "earthquake": ("EARTHQUAKE", "地震", "earthquake", "quake"),
}


def tweets(count: int, seed: int = 1, **options: Any) -> list[Post]:
    generator = TweetGenerator(seed, **options)
    return [generator.next(NOW + timedelta(seconds=number)) for number in range(count)]


def stories_in(posts: list[Post]) -> set[str]:
    return {name for name, signs in SIGNS.items() for post in posts if any(sign in post.data["text"] for sign in signs)}


def test_the_same_seed_makes_up_the_same_tweets() -> None:
    assert [post.data for post in tweets(500)] == [post.data for post in tweets(500)]
    assert [post.data for post in tweets(50)] != [post.data for post in tweets(50, seed=2)]


def test_only_the_time_depends_on_the_clock() -> None:
    early, late = TweetGenerator(7), TweetGenerator(7)
    for _ in range(300):
        one, other = early.next(NOW), late.next(NOW + timedelta(days=400))
        assert {**one.data, "created_at": ""} == {**other.data, "created_at": ""}


def test_a_tweet_has_the_specifications_shape_and_no_language() -> None:
    for post in tweets(300):
        assert post.data.keys() == {"id", "text", "user", "created_at", "metrics"}
        assert post.data["user"].keys() == {"id", "username", "name"}
        assert all(isinstance(value, str) for value in post.data["user"].values())
        assert post.data["metrics"].keys() == {"retweets", "likes", "replies"}
        assert datetime.fromisoformat(post.data["created_at"]).tzinfo is not None
        assert post.data["id"].isdecimal()


def test_languages_are_told_only_when_asked_for() -> None:
    spoken = [post.data["lang"] for post in tweets(500, with_lang=True)]
    assert {"en", "ja", "ar", "th", "ko", "es", "pt", "fr"} <= set(spoken)
    assert [post.id for post in tweets(500, with_lang=True)] == [post.id for post in tweets(500)]


@pytest.mark.parametrize("seed", range(20))
def test_three_stories_have_begun_within_sixty_tweets_and_all_within_two_hundred(seed: int) -> None:
    posts = tweets(200, seed)
    assert len(stories_in(posts[:60])) >= 3
    assert stories_in(posts) == {story.name for story in STORIES}


def test_stories_flare_up_die_down_and_come_again() -> None:
    numbers = [number for number, post in enumerate(tweets(6_000)) if "CVE-2026-" in post.data["text"]]
    pauses = [later - earlier for earlier, later in pairwise(numbers)]
    assert len(numbers) > 60
    assert 2 <= sum(pause > 200 for pause in pauses) < 20


def test_a_spreading_tweet_comes_again_with_more_retweets() -> None:
    counts: dict[str, list[int]] = {}
    for post in tweets(1_000):
        counts.setdefault(post.id, []).append(post.data["metrics"]["retweets"])
    spreading = [each for each in counts.values() if len(each) > 1]
    assert spreading
    assert all(each == sorted(set(each)) for each in spreading)


def test_ids_are_new_and_rising_except_for_those_that_come_again() -> None:
    first_seen = list(dict.fromkeys(post.id for post in tweets(1_000)))
    assert first_seen == sorted(first_seen, key=int)


def test_an_account_keeps_its_id() -> None:
    ids: dict[str, set[str]] = {}
    for seed in range(5):
        for post in tweets(500, seed):
            ids.setdefault(post.data["user"]["username"], set()).add(post.data["user"]["id"])
    assert all(len(known) == 1 for known in ids.values())
    assert len({each for known in ids.values() for each in known}) == len(ids)


def test_much_of_the_stream_is_about_nothing_in_particular() -> None:
    posts = tweets(2_000)
    assert 0.4 < sum(not stories_in([post]) for post in posts) / len(posts) < 0.95
    assert any(post.data["text"].startswith("RT @") for post in posts)
