"""The generated code of a condition says what the exact evaluation says, whatever the condition and the data are."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions, tweets
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary

VOCABULARY = standard_vocabulary()
SCOPE = Scope(VOCABULARY, check_fields=False)

fields = st.sampled_from(
    ["text", "lang", "metrics.likes", "metrics.retweets", "user.username", "tags", "tags.0", "hashtags", "is_reply"]
)
constants = st.one_of(st.integers(-2, 200), st.sampled_from(["en", "1", "", 0.5, 2.0, None, True, [1, "en"], "abc"]))
operands = st.one_of(fields.map(lambda name: {"var": name}), constants)
comparisons = st.tuples(
    st.sampled_from(["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in"]), operands, operands
).map(lambda parts: {parts[0]: list(parts[1:])})
searches = st.tuples(
    st.sampled_from(["word", "contains", "starts_with", "hashtag"]), fields, st.sampled_from(["abc", "BTC", "e"])
).map(lambda parts: {parts[0]: [{"var": parts[1]}, parts[2]]})
terms = st.one_of(comparisons, searches, expressions)
conditions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(lambda p: {p[0]: p[1]}),
        inner.map(lambda term: {"!": [term]}),
        st.tuples(inner, inner, inner).map(lambda parts: {"if": list(parts)}),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(1500), deadline=None, suppress_health_check=list(HealthCheck))
@given(conditions, tweets)
@example({"or": [{">": [{"var": "text"}, 3]}, {"==": [{"var": "lang"}, "en"]}]}, {"text": "abc", "lang": "en"})
@example({"==": [{"var": "lang"}, "None"]}, {})
@example({"<": [0, {"var": "metrics.likes"}]}, {"metrics": {"likes": True}})
def test_the_short_way_gives_the_exact_verdict(rule: Any, data: Any) -> None:
    expr = parse(rule, SCOPE).expr
    assert expr is not None
    condition = compile_condition(expr, VOCABULARY)
    assert condition.fast is not None
    assert condition.evaluate(Facts(data)) == condition.evaluate_exactly(Facts(data))


@settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(st.booleans(), lambda inner: inner.map(lambda term: {"!": [term]}), max_leaves=40), tweets)
def test_conditions_of_one_shape_share_their_code(rule: Any, data: Any) -> None:
    one, other = (parse({"and": [rule, {"==": [{"var": "lang"}, lang]}]}, SCOPE).expr for lang in ("en", "de"))
    assert one is not None
    assert other is not None
    a, b = compile_condition(one, VOCABULARY).fast, compile_condition(other, VOCABULARY).fast
    assert getattr(a, "__code__", None) is getattr(b, "__code__", 0)
