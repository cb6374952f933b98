"""What is suggested for a word that there isn't: by kind, by slip of the hand, by another tool's habit."""

from collections.abc import Collection, Mapping

import pytest

from tocsin.logic.fields import CANONICAL, DERIVED_TYPES
from tocsin.logic.suggestions.spelling import suggest
from tocsin.logic.suggestions.synonyms import FIELDS, FILTERS, KEYS, OPERATORS, SEVERITIES
from tocsin.logic.vocabulary import OPERATOR_NAMES
from tocsin.model import Severity
from tocsin.rules.reading.schema import FileShape, MatchShape, RuleShape
from tocsin.rules.templates import filter_names

ALL_FIELDS = {**CANONICAL, **DERIVED_TYPES}
ALL_KEYS = {*FileShape.model_fields, *RuleShape.model_fields, *MatchShape.model_fields}
LEVELS = [severity.value for severity in Severity]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wrod", "word"),
        ("wor", "word"),
        ("wordd", "word"),
        ("Word", "word"),
        ("words", "word"),
        ("startswith", "starts_with"),
        ("ends-with", "ends_with"),
        ("hashtgas", "hashtag"),
        ("ro", "or"),
        ("adn", "and"),
        ("nto", "not"),
        ("OR", "or"),
        ("betwen", "between"),
        ("machtes", "matches"),
        ("any_of", "or"),
        ("all_of", "and"),
        ("or_", "or"),
        ("any", "or"),
        ("regex", "matches"),
        ("equals", "eq"),
        ("ge", "gte"),
        ("mising", "missing"),
        ("redcue", "reduce"),
        ("xyzzy", None),
        ("zz", None),
        ("", None),
    ],
)
def test_operators(written: str, meant: str | None) -> None:
    assert suggest(written, OPERATOR_NAMES, OPERATORS) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("metrics.retweet", "metrics.retweets"),
        ("metrcis.likes", "metrics.likes"),
        ("metrics.lieks", "metrics.likes"),
        ("Metrics.Likes", "metrics.likes"),
        ("likes", "metrics.likes"),
        ("followers", "user.followers"),
        ("txet", "text"),
        ("user.screen_name", "user.username"),
        ("full_text", "text"),
        ("lagn", "lang"),
        ("public_metrics.like_count", "metrics.likes"),
        ("hashtag", "hashtags"),
        ("usr.name", "user.name"),
        ("author.username", "user.username"),
        ("com", None),
        ("sentiment", None),
    ],
)
def test_fields(written: str, meant: str | None) -> None:
    assert suggest(written, ALL_FIELDS, FIELDS) == meant


@pytest.mark.parametrize(
    ("written", "known", "synonyms", "meant"),
    [
        ("sevrity", RuleShape.model_fields, KEYS, "severity"),
        ("lables", RuleShape.model_fields, KEYS, "labels"),
        ("notfiy", RuleShape.model_fields, KEYS, "notify"),
        ("label", RuleShape.model_fields, KEYS, "labels"),
        ("condition", RuleShape.model_fields, KEYS, "when"),
        ("keyword", MatchShape.model_fields, KEYS, "keywords"),
        ("min-retweets", MatchShape.model_fields, KEYS, "min_retweets"),
        ("rule", FileShape.model_fields, KEYS, "rules"),
        ("marcos", FileShape.model_fields, KEYS, "macros"),
        ("hgih", LEVELS, SEVERITIES, "high"),
        ("HIGH", LEVELS, SEVERITIES, "high"),
        ("crit", LEVELS, SEVERITIES, "critical"),
        ("warning", LEVELS, SEVERITIES, "medium"),
        ("error", LEVELS, SEVERITIES, "high"),
        ("blue", LEVELS, SEVERITIES, None),
        ("uper", filter_names(), FILTERS, "upper"),
        ("truncatechars", filter_names(), FILTERS, "clip"),
        ("lenght", filter_names(), FILTERS, "length"),
        ("oncal", ["oncall", "email"], {}, "oncall"),
        ("emials", ["oncall", "emails"], {}, "emails"),
    ],
)
def test_keys_severities_filters_and_names(
    written: str, known: list[str], synonyms: dict[str, str], meant: str
) -> None:
    assert suggest(written, known, synonyms) == meant


@pytest.mark.parametrize(
    ("synonyms", "ours"),
    [
        (OPERATORS, OPERATOR_NAMES),
        (FIELDS, ALL_FIELDS),
        (SEVERITIES, LEVELS),
        (FILTERS, filter_names()),
    ],
)
def test_every_synonym_leads_to_a_word_that_there_is(synonyms: Mapping[str, str], ours: Collection[str]) -> None:
    assert set(synonyms.values()) <= set(ours)


def test_no_synonym_leads_to_another_kind_of_word() -> None:
    """A word is only ever suggested from among the known ones."""
    assert suggest("keyword", RuleShape.model_fields, KEYS) is None


def test_a_word_of_a_megabyte_is_no_slip_of_the_hand() -> None:
    assert suggest("k" * 1_000_000, OPERATOR_NAMES) is None
