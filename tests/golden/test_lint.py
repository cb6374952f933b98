"""What is right in rule files and yet hardly meant: a file of each, beside what is said of it.

Run with `TOCSIN_UPDATE_GOLDEN=1` to write the expected texts anew, then read the difference.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import in_order
from tocsin.rules.diagnostics.report import as_text
from tocsin.rules.reading.load import load_rules
from tocsin.runtime.linting import linted

FOLDER = Path(__file__).parent / "lint"
TODAY = date(2026, 7, 1)
ELSEWHERE = {"unused-destination", "idle-inhibition"}
"""Lints of the configuration, which tests/e2e/test_check_lint.py looks at."""


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_what_is_hardly_meant_is_told_with_place_code_and_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    vocabulary = standard_vocabulary()
    loaded = load_rules([Path(f"{name}.yaml")], vocabulary)
    found = in_order(linted(loaded.diagnostics, loaded, vocabulary, TODAY))
    told = as_text(found, loaded.sources)
    expected = FOLDER / f"{name}.txt"
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert loaded.ruleset is not None


def test_there_are_expected_texts_for_these_files_only() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in FOLDER.glob("*.yaml")}


def test_every_lint_has_its_file() -> None:
    lints = {name for name, number in NUMBERS.items() if number.startswith("T2")} - ELSEWHERE
    told = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt"))
    assert {name for name in lints if f" {name}]" not in told} == set()
