"""The pages of operators name every operator and no other, and each of their examples gives what it says."""

from pathlib import Path
from typing import Any

import pytest

from tocsin.logic.evaluation.compile import compile_value
from tocsin.logic.evaluation.run import TermFailed
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import OPERATOR_NAMES, WORD_FORMS, standard_vocabulary
from tocsin.rules.syntax.yaml import parse_document

DATA = Path(__file__).parents[3] / "docs" / "data" / "operators.yaml"
PAGES: dict[str, Any] = parse_document(DATA.read_text(encoding="utf-8"), "operators").value  # type: ignore[assignment]
VOCABULARY = standard_vocabulary()
ORGANIC = {"not": {"starts_with": "RT @"}}
SCOPE = Scope(VOCABULARY, macros={"organic": (ORGANIC, ("f", "organic"))}, lists={"coins": ("btc", "eth")})
EXAMPLES = [(name, *example) for name, page in PAGES.items() for example in page["examples"]]


def tweet(fields: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, leaf = name.split(".")
        node = data
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return data


def value(condition: str, fields: dict[str, Any]) -> Any:
    document = parse_document(f"when: {condition}", "f")
    assert isinstance(document.value, dict), document.problems
    parsed = parse(document.expression(document.value["when"], ("f", "when")), SCOPE)
    assert parsed.expr is not None, parsed.problems
    try:
        return compile_value(parsed.expr, VOCABULARY)(Facts(tweet(fields)))
    except TermFailed:
        return "failed"


def test_every_operator_has_a_page_and_no_other_word_has() -> None:
    words = {page["word"] for page in PAGES.values() if "word" in page}
    assert {*PAGES, *words} == OPERATOR_NAMES
    assert words == {word for word in WORD_FORMS if word != "?:"}


def test_every_related_operator_has_a_page() -> None:
    assert {related for page in PAGES.values() for related in page["related"]} <= set(PAGES)


@pytest.mark.parametrize(("name", "condition", "fields", "result"), EXAMPLES)
def test_an_example_gives_what_the_page_says(name: str, condition: str, fields: dict[str, Any], result: object) -> None:
    assert name in condition or PAGES[name].get("word", ".") in condition
    assert value(condition, fields) == result
