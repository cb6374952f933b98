"""The reference names every operator, and its examples parse."""

import re
from pathlib import Path

import pytest
import yaml

from tests.unit.logic.conditions import parsed
from tocsin.logic.vocabulary import standard_vocabulary

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "operators.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \|.*\| (`.*`)[^|]*\|$", PAGE, re.MULTILINE)


def test_every_operator_is_on_the_page() -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)) | set(re.findall(r"\| `(\w+)` \|", PAGE))
    assert set(standard_vocabulary().operator_names()) <= named


@pytest.mark.parametrize(("operator", "examples"), ROWS, ids=[row[0] for row in ROWS])
def test_its_examples_are_conditions(operator: str, examples: str) -> None:
    for example in re.findall(r"`([^`]+)`", examples):
        # `.field` is sugar that our own loader reads; for this test any YAML reader will do.
        value = yaml.safe_load(re.sub(r"(?<=[\s\[])\.([a-z_.]+)", r"{var: \1}", example))
        result = parsed(value, macros={"organic": (True, ())}, lists={"coins": ("btc",)})
        assert result.expr is not None, result.problems
