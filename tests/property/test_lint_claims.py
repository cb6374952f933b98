"""What lint claims of conditions is never contradicted by a tweet."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions
from tests.property.expressions import tweets as wild_tweets
from tocsin.hookspecs import Type
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.reasoning.formula import formula_of, negated
from tocsin.logic.reasoning.implication import Prover
from tocsin.logic.verdict import Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary

VOCABULARY = standard_vocabulary()
UNTYPED: dict[str, Type] = dict.fromkeys(["text", "lang", "metrics.likes", "user.username", "tags"], "any")

numbers = st.one_of(st.integers(-2, 4), st.sampled_from([0.5, 2.0, -0.0, 1e300, 10**20]))
texts = st.sampled_from(
    ["", "en", "no", "None", "True", "0", "1", "abc", "ABC", "ab", "b", "abc def", "abc  def", "#abc", "@abc",
     "$abc def", "RT @abc: b", "https://a.example/x", "see https://sub.a.example/x/y abc", "速報abc", "straße",
     "STRASSE", "e\u0301", "é"]
)  # fmt: skip
patterns = st.sampled_from(
    ["a", "ab", "abc", "abc def", "def", "b", "#abc", "@abc", "$abc", "rt @", "速報", "strasse", "é", "e", "a.example",
     "a.example/x", "example", "https://a.example/x/y"]
)  # fmt: skip
tags = st.lists(texts, max_size=2)


def _part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.fixed_dictionaries({}, optional=_or_null(fields)))


def _or_null(fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.one_of(st.none(), values) for name, values in fields.items()}


tweets = st.fixed_dictionaries(
    {},
    optional=_or_null(
        {
            "text": texts,
            "lang": texts,
            "partial": st.booleans(),
            "media": tags,
            "metrics": _part(likes=numbers, retweets=numbers),
            "user": _part(username=texts, verified=st.booleans()),
            "entities": _part(hashtags=tags, urls=tags),
        }
    ),
)
"""Tweets in which every field is of its type, null or missing."""

fields = st.sampled_from(
    ["text", "lang", "partial", "media", "metrics.likes", "metrics.retweets", "user.username", "user.verified",
     "entities", "entities.hashtags", "hashtags", "links", "is_retweet", "url"]
).map(lambda name: {"var": name})  # fmt: skip
some_fields = st.sampled_from(["lang", "metrics.likes", "user.verified", "text"]).map(lambda name: {"var": name})
constants = st.one_of(
    numbers, texts, st.none(), st.booleans(), st.lists(st.one_of(numbers, texts, st.none()), max_size=3)
)
operands = st.one_of(some_fields, some_fields, fields, constants, some_fields.map(lambda field: {"+": [field, 1]}))
comparisons = st.tuples(
    st.sampled_from(["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in"]), operands, operands
).map(lambda parts: {parts[0]: list(parts[1:])})
betweens = st.tuples(st.sampled_from(["<", "<="]), constants, fields, constants).map(lambda p: {p[0]: list(p[1:])})
searches = st.tuples(
    st.sampled_from(["word", "word", "all_words", "contains", "starts_with", "ends_with", "hashtag", "mention", "link",
                     "from", "matches"]),
    st.one_of(st.just({"var": "text"}), fields),
    st.lists(patterns, min_size=1, max_size=3),
).map(lambda parts: {parts[0]: [parts[1], *parts[2]]})  # fmt: skip
terms = st.one_of(comparisons, comparisons, betweens, searches, searches, fields)


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), several).map(lambda parts: {parts[0]: parts[1]}),
        inner.map(lambda term: {"!": [term]}),
        st.tuples(inner, inner, inner).map(lambda parts: {"if": list(parts)}),
    )


conditions = st.recursive(terms, _combined, max_leaves=6)
many = settings(max_examples=examples(1500), deadline=None, suppress_health_check=list(HealthCheck))


def contradictions(condition: Any, others: Sequence[Any], vocabulary: Vocabulary) -> list[str]:
    """Return the claims about a condition, and a second one, that tweets contradict."""
    prover = Prover(vocabulary)
    scope = Scope(vocabulary, check_fields=False)
    expr = parse(condition[0], scope).expr
    other = parse(condition[1], scope).expr
    assume(expr is not None and other is not None)
    assert expr is not None
    assert other is not None
    formula, conclusion = formula_of(expr), formula_of(other)
    never, always = prover.is_never_true(formula), prover.is_always_true(formula)
    never_false = prover.is_never_true(negated(formula))
    implied = prover.is_implied([formula], conclusion)
    wrong = []
    for data in others:
        verdict = compile_condition(expr, vocabulary).evaluate_exactly(Facts(data))
        second = compile_condition(other, vocabulary).evaluate_exactly(Facts(data))
        if never and isinstance(verdict, Matched):
            wrong.append(f"never true, but true of {data}")
        if always and not isinstance(verdict, Matched):
            wrong.append(f"always true, but {verdict} of {data}")
        if never_false and isinstance(verdict, NotMatched):
            wrong.append(f"never false, but false of {data}")
        if implied and isinstance(verdict, Matched) and not isinstance(second, Matched):
            wrong.append(f"implies the second, which is {second} of {data}")
    return wrong


@many
@given(st.tuples(conditions, conditions), st.lists(tweets, min_size=1, max_size=8))
def test_no_tweet_of_the_right_types_contradicts_a_claim(condition: Any, data: Any) -> None:
    assert contradictions(condition, data, VOCABULARY) == []


@many
@given(st.tuples(terms, terms, st.booleans(), st.booleans()), st.lists(tweets, min_size=4, max_size=12))
def test_no_tweet_contradicts_a_claim_about_two_terms(parts: Any, data: Any) -> None:
    one, other, negate, either = parts
    second = {"!": [other]} if negate else other
    assert contradictions(({"or" if either else "and": [one, second]}, second), data, VOCABULARY) == []


@many
@given(st.tuples(expressions, expressions), st.lists(wild_tweets, min_size=1, max_size=5))
def test_nothing_is_assumed_of_fields_without_a_type(condition: Any, data: Any) -> None:
    assert contradictions(condition, data, standard_vocabulary(UNTYPED)) == []
