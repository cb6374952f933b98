"""A run looks for what matters to a run, and proves the same rules once."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.cache import Cache
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.runtime.linting import linted

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of files can't be told")

WORDS = standard_vocabulary()
TODAY = date(2026, 11, 28)
NEVER = "{and: [{eq: [.lang, en]}, {eq: [.lang, de]}]}"


def loaded(folder: Path, when: str) -> Loaded:
    path = folder / "rules.yaml"
    path.write_text(f"rules:\n  one:\n    when: {when}\n", encoding="utf-8")
    return replace(load_rules([path], WORDS), cached_as="rules")


def codes(read: Loaded, cache: Cache, *, only_urgent: bool = True) -> list[str]:
    return [found.code for found in linted((), read, WORDS, TODAY, cache=cache, only_urgent=only_urgent)]


def test_a_run_hears_of_a_rule_that_never_matches_and_not_of_one_without_tests(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    read = loaded(tmp_path, NEVER)
    assert codes(read, cache) == codes(read, cache) == ["never-true"]
    assert "untested-rule" in codes(read, cache, only_urgent=False)


def test_rules_of_which_there_is_nothing_to_say_are_proved_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert codes(loaded(tmp_path, "{word: storm}"), cache) == []
    assert cache.is_proved("rules")
    # As if it were the same set still: nothing is proved of it again.
    assert codes(loaded(tmp_path, NEVER), cache) == []
    assert codes(loaded(tmp_path, NEVER), cache, only_urgent=False) != []
