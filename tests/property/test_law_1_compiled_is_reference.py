"""Law 1: where json-logic-qubit returns a value, the compiled rule returns the same; where it raises, the rule fails,
or has the value that Kleene's logic fixes."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.property.counts import examples
from tests.property.expressions import expressions, tweets
from tocsin.logic.evaluation.compile import TermFailed, compile_condition, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.printing import to_json
from tocsin.logic.reference import evaluate
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import standard_vocabulary

PLAIN = Scope(standard_vocabulary({}), check_fields=False)


def reference(rule: Any, data: Any) -> tuple[str, Any]:
    try:
        return "value", evaluate(rule, data)
    except Exception:  # noqa: BLE001 - whatever it raises, it has no value
        return "raised", None


def compiled(rule: Any, data: Any) -> tuple[str, Any]:
    expr = parse(rule, PLAIN).expr
    assert expr is not None
    try:
        return "value", compile_value(expr, PLAIN.vocabulary)(Facts(data))
    except TermFailed:
        return "raised", None


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same JSON: 1 and True are not."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or a != a)


@settings(max_examples=examples(1500), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions, tweets)
def test_where_the_reference_has_a_value_the_compiled_rule_has_the_same(rule: Any, data: Any) -> None:
    kind, value = reference(rule, data)
    if kind == "value":
        our_kind, ours = compiled(rule, data)
        assert our_kind == "value"
        assert same(ours, value), (ours, value)


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions, tweets)
def test_a_condition_never_raises_and_negation_of_a_failure_is_a_failure(rule: Any, data: Any) -> None:
    verdicts = []
    for condition in (rule, {"!": [rule]}):
        expr = parse(condition, PLAIN).expr
        assert expr is not None
        verdicts.append(compile_condition(expr, PLAIN.vocabulary).evaluate(Facts(data)))
    assert isinstance(verdicts[0], Failed) == isinstance(verdicts[1], Failed)
    assert not all(isinstance(verdict, Matched) for verdict in verdicts)


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions, expressions, tweets)
def test_kleene_a_true_term_decides_or_and_a_false_one_decides_and_whatever_failed(a: Any, b: Any, data: Any) -> None:
    results = [compiled(term, data) for term in (a, b)]
    truths = [None if kind == "raised" else bool(value) for kind, value in results]
    for op, decisive in (("or", True), ("and", False)):
        kind, value = compiled({op: [a, b]}, data)
        if decisive in truths:
            assert (kind, bool(value)) == ("value", decisive)
        elif None in truths:
            assert kind == "raised"


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions)
def test_law_5_a_printed_tree_parses_to_itself(rule: Any) -> None:
    expr = parse(rule, PLAIN).expr
    assert expr is not None
    assert parse(to_json(expr), PLAIN).expr == expr
