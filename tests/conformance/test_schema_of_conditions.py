"""The schema of conditions against the parser of conditions, on generated ones; ajv validates."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.language_server import FOLDER, is_installed
from tests.property.expressions import expressions
from tests.unit.logic.conditions import VOCABULARY, parsed
from tocsin.logic.ast import Array, Literal
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.schemas.rule_files import rules_schema

pytestmark = pytest.mark.skipif(not is_installed(), reason="run `make language-server` first (needs npm)")

patterns = st.lists(
    st.sampled_from(["btc", "#x", ".com", "two words", "", 7, {"list": "coins"}]), min_size=1, max_size=3
)
subjects = st.sampled_from([{"var": "user.name"}, {"cat": [{"var": "text"}, "x"]}, {"var": "nothing"}])
text_calls = st.builds(
    lambda op, subject, found: {op: [*subject, *found] if len(found) > 1 or subject else found[0]},
    st.sampled_from(TEXT_OPERATORS),
    st.lists(subjects, max_size=1),
    patterns,
)
conditions = st.one_of(
    expressions, text_calls, st.lists(st.one_of(text_calls, expressions), min_size=1).map(lambda all_: {"and": all_})
)


def loads(condition: Any) -> bool:
    """Whether a rule may have this as its `when`."""
    expr = parsed(condition, lists={"coins": ("btc",)}).expr
    is_constant = isinstance(expr, Literal) and not isinstance(expr.value, bool)
    return expr is not None and not isinstance(expr, Array) and not is_constant


def are_valid(documents: list[Any]) -> list[bool]:
    """Return what ajv says of each rule file."""
    given_to_it = json.dumps({"schema": rules_schema(VOCABULARY), "documents": documents})
    command = ["node", "validate.js"]
    done = subprocess.run(command, cwd=FOLDER, input=given_to_it, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    answers: list[bool] = json.loads(done.stdout)
    return answers


def test_no_condition_that_loads_is_warned_of_and_few_that_do_not_are_let_through() -> None:
    generated: list[Any] = []

    # One call of ajv for all: a process for each would take minutes.
    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(conditions)
    def collect(condition: Any) -> None:
        generated.append(condition)

    collect()
    answers = are_valid([{"rules": {"a": {"when": condition}}} for condition in generated])
    good = [loads(condition) for condition in generated]
    judged = list(zip(generated, good, answers, strict=True))
    assert [condition for condition, is_good, is_valid in judged if is_good and not is_valid] == []
    let_through = sum(is_valid for _, is_good, is_valid in judged if not is_good)
    assert good.count(True) > 100
    assert let_through < good.count(False) / 10
