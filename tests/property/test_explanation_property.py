"""Explaining never fails, whatever the condition and the tweet, and always says what the engine says."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions, tweets
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.logic.ast import Expr
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.evaluation.text import TEXT_OPERATORS, TextForms, fold
from tocsin.logic.evaluation.textcompile import subject_test, text_test
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.proofs.english import outline
from tocsin.logic.proofs.observe import Observer
from tocsin.logic.proofs.positions import position
from tocsin.logic.proofs.proof import Proof, Prover
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.rules.places import SourceMap

PLAIN = Scope(standard_vocabulary({}), check_fields=False)
TWEETS = Scope(standard_vocabulary(), check_fields=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["text", "hashtags", "links", "is_retweet", "user.username", "metrics.likes", "entities.urls"]


def check(expr: Expr, data: Any, vocabulary: Vocabulary) -> None:
    """Fail unless the explanation agrees with the verdict and can be shown."""
    prover, verdict = Prover(expr, vocabulary), compile_condition(expr, vocabulary).evaluate(Facts(data))
    found = prover.explain(Facts(data))
    assert isinstance(found, Proof) == isinstance(verdict, Matched)
    if not isinstance(found, Proof):
        assert found.failed == isinstance(verdict, Failed)
    because = prover.because(Facts(data))
    assert bool(because) <= isinstance(verdict, Matched)
    if isinstance(verdict, Matched):
        assert prover.because_true(Facts(data)) == because
    for leaf in found.leaves:
        json.dumps(leaf_as_json(leaf, SourceMap()))


@settings(max_examples=examples(800), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions, tweets)
def test_any_condition_is_explained_as_it_was_decided(condition: Any, data: Any) -> None:
    expr = parse(condition, PLAIN).expr
    assert expr is not None
    check(expr, data, PLAIN.vocabulary)
    assert all(clause.text and clause.depth >= 0 for clause in outline(expr))


@settings(max_examples=examples(500), deadline=None)
@given(
    st.sampled_from(TEXT_OPERATORS),
    st.sampled_from(FIELDS),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("text", "user", "metrics", "entities", "lang"), JSON)),
)
def test_any_tweet_is_explained_to_text_operators(op: str, field: str, data: dict[str, Any]) -> None:
    condition = {
        "or": [{op: [{"var": field}, "a", "b c"]}, {"!": {op: ["x"]}}, {"some": [{"var": field}, {"var": ""}]}]
    }
    expr = parse(condition, TWEETS).expr
    assert expr is not None
    check(expr, data, TWEETS.vocabulary)


LETTERS = st.text(alphabet="aAé\u0301ßﬁ①ǅ ㎏\n\u3000#@$.ก็ำ가ᄀ\u1161障🇩👩\u200dÅ", max_size=14)


@settings(max_examples=examples(1000), deadline=None)
@given(st.sampled_from(TEXT_OPERATORS), LETTERS, LETTERS)
@example("contains", "xx ß yy", "s")
def test_what_stands_where_a_pattern_was_found_holds_the_pattern(op: str, text: str, pattern: str) -> None:
    forms = TextForms(text)
    if not pattern.strip() or op in {"matches", "link", "from"} or not text_test(op, [pattern])(forms):
        return
    where = position(op, pattern, forms)
    if where is not None:
        stretch = " ".join(fold(text[slice(*where)]).split())
        assert " ".join(fold(pattern).split()).strip("#@$") in stretch
        assert 0 <= where[0] < where[1] <= len(text)


@settings(max_examples=examples(600), deadline=None)
@given(
    st.sampled_from([op for op in TEXT_OPERATORS if op not in {"matches", "link"}]),
    LETTERS | st.sampled_from(["btc", "@ann", "#btc RT @ann: a  btc"]),
    st.lists(LETTERS | st.sampled_from(["btc", "#btc", "@ann", "a btc", "a", ""]), min_size=1, max_size=4),
    st.booleans(),
)
def test_the_patterns_that_a_reason_names_are_those_in_the_text(
    op: str, text: str, patterns: list[str], in_list: bool
) -> None:
    expr = parse({op: [{"var": "words" if in_list else "text"}, *patterns]}, PLAIN).expr
    if expr is None:
        return
    subject = [text, "b"] if in_list else text
    facts = Facts({"text": text, "words": subject})
    one_by_one = "word" if op == "all_words" else op
    found = tuple(pattern for pattern in patterns if subject_test(one_by_one, [pattern])(subject, Facts({})))
    is_true = isinstance(compile_condition(expr, PLAIN.vocabulary).evaluate(facts), Matched)
    observer = Observer(expr, PLAIN.vocabulary)
    assert observer.patterns(facts) == found
    if is_true:
        assert observer.patterns(facts, some=True) == found
        assert found
