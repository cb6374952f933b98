"""What people get wrong in overlays: a folder of rule files beside the expected text.

Run with `TOCSIN_UPDATE_GOLDEN=1` to write the expected texts anew, then read the difference.
"""

import os
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.report import as_text
from tocsin.rules.reading.load import load_rules

OVERLAYS = Path(__file__).parent / "overlays"


@pytest.mark.parametrize("name", sorted(path.name for path in OVERLAYS.iterdir() if path.is_dir()))
def test_a_mistake_in_an_overlay_is_told_with_place_code_and_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(OVERLAYS / name)
    loaded = load_rules([Path()], standard_vocabulary(), destinations={"oncall", "email"})
    told = as_text(loaded.diagnostics, loaded.sources)
    expected = OVERLAYS / f"{name}.txt"
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert loaded.ruleset is None
