"""Every entry of the journal that a story can hold has words of its own."""

from dataclasses import fields
from typing import get_args

import pytest

from tocsin import journal
from tocsin.cli.output.story_in_words import says

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
