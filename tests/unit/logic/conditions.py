"""Conditions for tests: parsed, compiled and evaluated in one go."""

from collections.abc import Mapping
from typing import Any

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Parsed, Scope, parse
from tocsin.logic.verdict import Matched, Verdict
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.testing import make_tweet

VOCABULARY = standard_vocabulary()


def parsed(condition: object, **scope: Any) -> Parsed:
    """Return the condition as the parser sees it in a rule."""
    return parse(condition, Scope(VOCABULARY, **scope))


def verdict(condition: object, text: Any = "hello", **fields: Any) -> Verdict:
    """Return what a condition says of a tweet; fail where it doesn't parse."""
    result = parsed(condition)
    assert result.expr is not None, result.problems
    return compile_condition(result.expr, VOCABULARY).evaluate(Facts(make_tweet(text, **fields).data))


def holds(condition: object, text: Any = "hello", **fields: Any) -> bool:
    """Return whether a condition is true of a tweet."""
    return isinstance(verdict(condition, text, **fields), Matched)


def matches(condition: object, data: Mapping[str, Any]) -> bool:
    """Return whether a condition is true of a tweet's data as it is given."""
    result = parsed(condition)
    assert result.expr is not None, result.problems
    return isinstance(compile_condition(result.expr, VOCABULARY).evaluate(Facts(data)), Matched)
