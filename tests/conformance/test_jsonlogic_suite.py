"""The official JsonLogic suite, read from beside the checkout: it is not ours to commit."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.logic.evaluation.compile import compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary

SUITE = Path(__file__).parents[3] / "shared" / "data" / "jsonlogic" / "tests.json"


def cases() -> list[Any]:
    if not SUITE.exists():
        return [
            pytest.param(None, marks=pytest.mark.skip(reason=f"no official suite at {SUITE.name} beside the checkout"))
        ]
    return [case for case in json.loads(SUITE.read_text()) if not isinstance(case, str)]


@pytest.mark.parametrize("case", cases(), ids=lambda case: json.dumps(case)[:60])
def test_an_official_case_gives_the_official_result(case: list[Any]) -> None:
    rule, data, expected = case
    vocabulary = standard_vocabulary({})
    parsed = parse(rule, Scope(vocabulary, check_fields=False))
    assert parsed.expr is not None, parsed.problems
    assert compile_value(parsed.expr, vocabulary)(Facts(data)) == expected
