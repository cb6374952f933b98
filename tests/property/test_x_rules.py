"""Any X rule, imported, says of any tweet what an independent reading of X's syntax says."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.unit.logic.conditions import matches
from tests.x_syntax import x_matches
from tests.x_tweets import tweet_for
from tocsin.importing.parse import parse_query
from tocsin.importing.translate import translate
from tocsin.importing.xrule import plain

told = st.sampled_from(
    ["cat", "dog", '"big dog"', '"cat."', "#cat", "#nowplaying", "@alice", "$btc", "from:alice", "from:7", "to:alice",
     "retweets_of:alice", "lang:en", "lang:de", "is:retweet", "is:reply", "is:verified", "has:hashtags", "has:mentions",
     "has:links", "has:media", "has:cashtags", "followers_count:5..10", "min_followers:7", "url:example",
     "url_contains:oto", "no", "bio_name:phd", "速報", "😀"]
)  # fmt: skip
untold = st.sampled_from(["has:geo", "place_country:US", "is:nullcast", "sample:5", '"big dog"~3', "context:1.2"])


def rules(clauses: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return rules of these clauses, with dashes, groups, spaces and ORs in every order."""

    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            inner.map(lambda part: f"({part})"),
            inner.map(lambda part: f"-({part})"),
            clauses.map(lambda part: f"-{part}"),
            st.lists(inner, min_size=2, max_size=3).map(" ".join),
            st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        )

    return st.recursive(clauses, extend, max_leaves=8)


@st.composite
def cases(draw: st.DrawFn, clauses: st.SearchStrategy[str]) -> tuple[str, dict[str, Any]]:
    rule = draw(rules(clauses))
    return rule, tweet_for(rule, Random(draw(st.integers(0, 1 << 30))))


@settings(max_examples=examples(300), deadline=None)
@given(cases(told))
def test_an_imported_rule_says_what_x_says(case: tuple[str, dict[str, Any]]) -> None:
    rule, tweet = case
    query = parse_query(rule).query
    assert query is not None
    assert matches(plain(translate(query).condition), tweet) == x_matches(rule, tweet)


@settings(max_examples=examples(300), deadline=None)
@given(cases(st.one_of(told, untold)), st.integers())
def test_a_lenient_rule_matches_whatever_the_whole_rule_might(case: tuple[str, dict[str, Any]], seed: int) -> None:
    rule, tweet = case
    query = parse_query(rule).query
    assert query is not None
    result = translate(query, lenient=True)
    # Whatever the clauses that can't be told would have said of this tweet.
    might_match = x_matches(rule, tweet, untold=lambda clause: Random(f"{seed}{clause}").random() < 0.5)
    if result.condition is not None and might_match:
        assert matches(plain(result.condition), tweet)
