"""What people get wrong in rule files, and what they are told: a file of each mistake beside the expected text.

Run with `TOCSIN_UPDATE_GOLDEN=1` to write the expected texts anew, then read the difference.
"""

import os
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.report import as_text
from tocsin.rules.reading.load import load_rules

MISTAKES = Path(__file__).parent / "mistakes"
INSTALLED = {"tocsin-langid": "0.1.0", "tocsin-exec": "0.1.0"}


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.yaml")))
def test_a_mistake_is_told_with_place_code_and_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    loaded = load_rules(
        [Path(f"{name}.yaml")], standard_vocabulary(), destinations={"oncall", "email"}, installed=INSTALLED
    )
    told = as_text(loaded.diagnostics, loaded.sources)
    expected = MISTAKES / f"{name}.txt"
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert loaded.ruleset is None


def test_there_are_expected_texts_for_mistakes_only() -> None:
    assert {path.stem for path in MISTAKES.glob("*.txt")} == {path.stem for path in MISTAKES.glob("*.yaml")}
