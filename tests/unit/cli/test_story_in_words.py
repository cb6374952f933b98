"""Every entry of the journal that a story can hold has words of its own."""

from dataclasses import fields
from typing import get_args

import pytest

from tocsin import journal
from tocsin.cli.output.screen import Screen
from tocsin.cli.output.story_in_words import says, story_as_text
from tocsin.runtime.tracing.story import Story

TOLD = [
    entry for entry in get_args(journal.Entry) if {"tweet_id", "alert_id"} & {field.name for field in fields(entry)}
]


@pytest.mark.parametrize("entry", TOLD, ids=lambda entry: entry.kind)
def test_an_entry_about_a_tweet_or_an_alert_is_told_in_words(entry: type[journal.Entry]) -> None:
    record: dict[str, object] = {field.name: f"a {field.name}" for field in fields(entry)}
    record |= {"kind": entry.kind, "stage": "live", "next_at": None, "until": "2026-01-01T12:00:00+00:00", "attempt": 1}
    record |= {"matches": 3}
    assert not says(record).startswith(f"{entry.kind}: ")


def test_an_entry_that_has_no_words_yet_is_told_by_its_fields() -> None:
    assert says({"kind": "new", "at": "2026-01-01T00:00:00+00:00", "alert_id": "a"}) == "new: alert_id a"


def test_an_alert_and_its_tweet_stand_apart_in_the_first_line() -> None:
    story = Story(
        asked="0123456789abcdef",
        tweet_id="17",
        alert_id="0123456789abcdef",
        at=None,
        written_at=None,
        records=(),
        alerts=(),
        deliveries=(),
        told_later={},
        blind=(),
        given_up=(),
        in_force=None,
        oldest_seen_at=None,
        began_at=None,
    )
    assert story_as_text(story, [], Screen(colour=False)).splitlines()[0] == "alert 0123456789abcdef of tweet 17"
