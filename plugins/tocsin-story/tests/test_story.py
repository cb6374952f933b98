"""One id for all copies of a tweet, and another for everything else."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tocsin_story import Options, account_of, tocsin_transforms
from tocsin_story.features import essence_of
from tocsin_story.memory import StoryMemory

from tocsin.hookspecs import Transform
from tocsin.testing import ManualClock, make_tweet

NEWS = "Binance confirms that withdrawals are paused after attackers drained 40 million from its hot wallet"


def memory(*, capacity: int = 1_000, clock: ManualClock | None = None) -> StoryMemory:
    return StoryMemory(Options().similarity, capacity, 3600, (clock or ManualClock()).monotonic)


def story_of(text: str, known: StoryMemory) -> str | None:
    told = known.told(text, "somebody")
    return told.story if told is not None else None


def transform() -> Transform:
    registered: list[Transform] = []
    tocsin_transforms(registered.append, Options())
    return registered[0]


@pytest.mark.parametrize(
    "copy",
    [
        f"RT @whale_alert: {NEWS}",
        f"RT @a: RT @b: {NEWS}",
        f"{NEWS} https://t.co/x1 🚨🚨",
        f"{NEWS} via @desk #crypto #news",
        NEWS.upper(),
        f"BREAKING: {NEWS}!!!",
        NEWS[:70] + "…",
        NEWS.replace("confirms", "says"),
        NEWS.replace(" ", "  "),
    ],
)
def test_a_copy_has_the_story_of_what_it_copies(copy: str) -> None:
    known = memory()
    assert story_of(NEWS, known) == story_of(copy, known)


@pytest.mark.parametrize(
    "other",
    [
        NEWS.replace("40", "70"),
        f"Also: {NEWS.replace('Binance', 'Kraken')}".replace("its", "Kraken's") + " in Oslo",
        "good morning everybody, coffee first and then the rest of this long week",
        "withdrawals are paused",
    ],
)
def test_another_number_name_or_subject_is_another_story(other: str) -> None:
    known = memory()
    assert story_of(f"Officially: the exchange Binance {NEWS.removeprefix('Binance ')}", known) != story_of(
        other, known
    )


@pytest.mark.parametrize("text", ["", "🔥🔥", "https://t.co/abc", "@a @b", "RT @a:", "…"])
def test_a_text_without_words_tells_no_story(text: str) -> None:
    assert memory().told(text, "a") is None


def test_short_texts_are_copies_only_where_they_are_equal() -> None:
    known = memory()
    assert story_of("gm", known) == story_of("GM! @friend", known)
    assert story_of("gm frens", known) != story_of("gm everyone", known)


def test_languages_without_spaces_have_stories_too() -> None:
    known = memory()
    assert story_of("東京電力は午後から都内の広い範囲で停電が続いていると発表した", known) == story_of(
        "【速報】東京電力は午後から都内の広い範囲で停電が続いていると発表した https://t.co/x", known
    )


def test_the_id_of_a_story_is_the_same_in_every_run() -> None:
    assert story_of(NEWS, memory()) == story_of(NEWS, memory()) == "b2764c0a6d36fad1"


def test_tweets_and_accounts_are_counted_apart() -> None:
    known = memory()
    told = [known.told(NEWS, account) for account in ("a", "b", "b")][-1]
    assert told is not None
    assert (told.tweets, told.accounts) == (3, 2)


def test_a_story_not_told_for_long_begins_anew() -> None:
    clock = ManualClock()
    known = memory(clock=clock)
    known.told(NEWS, "a")
    clock.advance(timedelta(minutes=59))
    told = known.told(NEWS, "b")
    assert told is not None
    assert told.tweets == 2
    clock.advance(timedelta(minutes=61))
    told = known.told(NEWS, "c")
    assert told is not None
    assert told.tweets == 1


def test_past_its_capacity_the_story_told_longest_ago_is_forgotten_whole() -> None:
    known = memory(capacity=3)
    for number in range(50):
        known.told(f"story number{number} about something else{number} entirely{number}", "a")
    assert len(known) == 3
    assert len(known._found_by) <= 4 * 8


def test_copies_are_told_from_others_on_a_corpus_with_known_truth() -> None:
    """Over pairs of tweets; 15 % of the stories differ from others in a name, a place and a number alone."""
    precision, recall = measured(corpus_module().corpus(Random(7), 400))
    assert precision > 0.95
    assert recall > 0.93


def test_the_transform_adds_what_it_declares() -> None:
    add = transform()
    tweet = add.function(dict(make_tweet(NEWS).data))
    assert {name: tweet[name] for name in add.fields} == {
        "story": "b2764c0a6d36fad1",
        "story_tweets": 1,
        "story_accounts": 1,
    }


@pytest.mark.parametrize(
    "text", [None, 7, ["a"], "\ud800 lone", "x" * 100_000, "a " * 50_000, "@" * 100_000, "#a" * 50_000, " " * 100_000]
)
def test_odd_texts_go_through(text: Any) -> None:
    assert transform().function({"id": "1", "text": text})["id"] == "1"


@pytest.mark.parametrize(
    ("tweet", "account"),
    [({"user": {"id": 7}}, "7"), ({"user": {"username": "a"}}, "a"), ({"user": None}, ""), ({}, "")],
)
def test_an_account_is_told_apart_by_its_number_or_its_name(tweet: dict[str, Any], account: str) -> None:
    assert account_of(tweet) == account


def test_numbers_and_names_of_a_text_are_known() -> None:
    essence = essence_of("Yesterday the mayor of Lisbon paid 1,200 euros")
    assert (set(essence.names), set(essence.numbers)) == ({"lisbon"}, {"1", "200"})


def test_forty_accounts_with_one_story_make_one_alert_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(SPREADING)
    copies = [copied(number) for number in range(60)]
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in copies))
    found = subprocess.run(
        [sys.executable, "-m", "tocsin", "match", "--rules", "rules.yaml", "tweets.jsonl"],
        cwd=tmp_path,
        env={**os.environ, "TOCSIN_PLUGINS": "story"},
        capture_output=True,
        text=True,
        check=True,
    )
    alerts = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(alert["tweet_id"], alert["title"][:11]) for alert in alerts] == [("39", "40 accounts")]


SPREADING = """
rules:
  spreading:
    title: "{{ story_accounts }} accounts: {{ text }}"
    when: {and: [{word: drained}, {gte: [.story_accounts, 40]}]}
    once_per: .story
"""


def copied(number: int) -> dict[str, Any]:
    """A tweet of another account, with another link and emoji."""
    text = f"RT @user{number % 7}: {NEWS} https://t.co/{number}" + "🚨" * (number % 4)
    return dict(make_tweet(text, id=str(number), user__id=f"u{number}", user__username=f"name{number}").data)


def measured(labelled: list[Any]) -> tuple[float, float]:
    """Return precision and recall over pairs of tweets."""
    known = memory(capacity=100_000)
    given = [story_of(tweet.text, known) for tweet in labelled]
    truth = [tweet.truth for tweet in labelled]
    right = pairs(Counter(zip(given, truth, strict=True)))
    return right / pairs(Counter(given)), right / pairs(Counter(truth))


def pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def corpus_module() -> Any:
    # Tests of plugins are imported by path, without packages: a neighbour is found by its path too.
    spec = importlib.util.spec_from_file_location("story_corpus", Path(__file__).with_name("story_corpus.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["story_corpus"] = module
    spec.loader.exec_module(module)
    return module
