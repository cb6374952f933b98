"""Which terms a condition can't be true without."""

from dataclasses import replace
from typing import Any

import pytest

from tocsin.hookspecs import Operator
from tocsin.logic.atoms import Kind, Term
from tocsin.logic.parse import Scope, parse
from tocsin.logic.rarity import Rarity
from tocsin.logic.terms import necessary_terms
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary

VOCABULARY = standard_vocabulary()
BTC, MOON = {"word": "btc"}, {"word": "moon"}
LIKES: Any = {"var": "metrics.likes"}


def terms(when: Any, vocabulary: Vocabulary = VOCABULARY, **names: Any) -> set[tuple[str, str, Any]] | None:
    expr = parse(when, Scope(vocabulary, check_fields=False, **names)).expr
    assert expr is not None
    found = necessary_terms(expr, vocabulary)
    return None if found is None else {(term.kind, term.field, term.value) for term in found}


def text(*values: str, kind: Kind = "word") -> set[tuple[str, str, str]]:
    return {(kind, "text", value) for value in values}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (BTC, text("btc")),
        ({"word": ["BTC", "Straße"]}, text("btc", "strasse")),
        ({"word": "the withdrawals"}, text("withdrawals", kind="run")),
        ({"all_words": ["the", "exploit"]}, text("exploit")),
        ({"word": "#btc"}, text("btc", kind="run")),
        ({"word": "C++"}, text("c", kind="run")),
        ({"word": "🔥  🔥🔥"}, text("🔥🔥", kind="part")),
        ({"word": "速報"}, text("速報", kind="part")),
        ({"word": "速報 btc"}, text("btc", kind="run")),
        ({"contains": "Mooning"}, text("mooning", kind="part")),
        ({"starts_with": "Breaking:"}, text("breaking:", kind="part")),
        ({"ends_with": "soon"}, text("soon", kind="part")),
        ({"in": ["BTC", {"var": "text"}]}, text("BTC", kind="raw")),
        ({"hashtag": ["#BTC", "eth"]}, {("#", "hashtags", "btc"), ("#", "hashtags", "eth")}),
        ({"mention": "@Ann"}, {("@", "mentions", "ann")}),
        ({"cashtag": "$TSLA"}, {("$", "cashtags", "tsla")}),
        ({"from": "@Ann"}, {("name", "user.username", "ann")}),
        ({"link": "https://Example.com/x"}, {("host", "links", "example.com")}),
        ({"word": [{"var": "user.name"}, "bot"]}, {("word", "user.name", "bot")}),
        ({"==": [{"var": "lang"}, "en"]}, {("equal", "lang", "en")}),
        ({"===": ["en", {"var": "lang"}]}, {("equal", "lang", "en")}),
        ({"==": [LIKES, 5]}, {("equal", "metrics.likes", 5), ("equal", "metrics.likes", "5")}),
        ({"in": [{"var": "lang"}, ["en", "de"]]}, {("equal", "lang", "en"), ("equal", "lang", "de")}),
        ({">": [LIKES, 100]}, {(">", "metrics.likes", 100)}),
        ({"<=": [100, LIKES]}, {(">=", "metrics.likes", 100)}),
        ({"<": [LIKES, 3]}, {("<", "metrics.likes", 3)}),
        ({"between": [10, LIKES, 99]}, {(">=", "metrics.likes", 10)}),
    ],
)
def test_every_kind_of_term_is_known(when: Any, expected: set[tuple[str, str, Any]]) -> None:
    assert terms(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"and": [{"word": "the"}, {"word": "exploit"}]}, text("exploit")),
        ({"and": [{"matches": "b.c"}, BTC]}, text("btc")),
        ({"or": [BTC, MOON]}, text("btc", "moon")),
        ({"or": [BTC, {"matches": "x"}]}, None),
        ({"or": [BTC, {"and": [MOON, {"from": "ann"}]}]}, {*text("btc"), ("name", "user.username", "ann")}),
        ({"not": BTC}, None),
        ({"not": {"not": BTC}}, text("btc")),
        ({"not": {"or": [{"not": BTC}, MOON]}}, text("btc")),
        ({"not": {"and": [{"not": BTC}, {"not": MOON}]}}, text("btc", "moon")),
        ({"not": {"!=": [{"var": "lang"}, "en"]}}, {("equal", "lang", "en")}),
        ({"!!": BTC}, text("btc")),
        ({"if": [BTC, True, MOON]}, text("btc", "moon")),
        ({"if": [BTC, True]}, text("btc")),
        ({"if": [BTC, False, MOON]}, text("moon")),
        ({"if": [{"matches": "x"}, MOON, BTC]}, text("btc", "moon")),
        ({"not": {"if": [BTC, False, True]}}, text("btc")),
    ],
)
def test_terms_are_found_through_logic(when: Any, expected: set[tuple[str, str, Any]] | None) -> None:
    assert terms(when) == expected


@pytest.mark.parametrize(
    "when",
    [
        True,
        {"var": ["is_retweet", True]},
        {"matches": "btc|eth"},
        {"matches": "bt"},
        {"!=": [{"var": "lang"}, "en"]},
        {"==": [{"var": "user.verified"}, False]},
        {"==": [{"var": "lang"}, None]},
        {"in": [{"var": "lang"}, {"var": "text"}]},
        {"in": ["", {"var": "text"}]},
        {"in": [{"var": "lang"}, ["en", None]]},
        {">": [{"*": [LIKES, 2]}, 5]},
        {">": [{"+": [LIKES, {"var": ["metrics.retweets", 9]}]}, 5]},
        {">": [{"+": [LIKES, "1"]}, 5]},
        {">": [LIKES, "5"]},
        {"word": [{"cat": [{"var": "text"}]}, "btc"]},
        {"some": [{"var": "hashtags"}, BTC]},
        {"==": [{"var": {"cat": ["la", "ng"]}}, "en"]},
        {"==": [{"var": ""}, "en"]},
    ],
)
def test_where_nothing_is_necessary_there_are_none(when: Any) -> None:
    assert terms(when) is None


@pytest.mark.parametrize("when", [False, {"and": [{"matches": "x"}, 0]}, {"not": True}, {"if": [BTC, False]}])
def test_what_is_never_true_needs_no_tweet_looked_at(when: Any) -> None:
    assert terms(when) == set()


def test_macros_and_lists_are_seen_through() -> None:
    when = {"and": [{"macro": "coin"}, {"matches": "x"}]}
    assert terms(when, macros={"coin": ({"word": {"list": "coins"}}, ())}, lists={"coins": ("btc", "eth")}) == text(
        "btc", "eth"
    )


def test_a_default_counts_only_if_it_makes_the_test_false() -> None:
    assert terms({">": [{"var": ["metrics.likes", 0]}, 100]}) == {(">", "metrics.likes", 100)}
    assert terms({">": [{"var": ["metrics.likes", 200]}, 100]}) is None
    assert terms({"word": [{"var": ["text", "no btc"]}, "btc"]}) is None


def test_an_operator_of_a_plugin_declares_its_own() -> None:
    operator = Operator(
        name="ticker", arguments=("text",), result="truth", function=bool, doc="", example="", terms=lambda args: args
    )
    declared = VOCABULARY.extended([operator], {})
    assert terms({"ticker": ["Straße"]}, declared) == text("strasse", kind="part")
    silent = VOCABULARY.extended([replace(operator, terms=None)], {})
    assert terms({"ticker": ["TSLA"]}, silent) is None


def test_a_sample_of_the_stream_decides_which_word_is_rarest() -> None:
    expr = parse({"word": "moon landing"}, Scope(VOCABULARY)).expr
    assert expr is not None
    measured = Rarity({"moon": 0.001, "landing": 0.3}, measured=1000)
    assert necessary_terms(expr, VOCABULARY, measured) == frozenset({Term("run", "text", "moon")})
    assert necessary_terms(expr, VOCABULARY) == frozenset({Term("run", "text", "landing")})
