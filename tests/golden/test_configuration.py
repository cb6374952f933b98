"""What people get wrong in tocsin.yaml, and what they are told; lines are shown with whatever may be secret masked."""

import os
from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.rules.diagnostics.report import as_text

MISTAKES = Path(__file__).parent / "configuration"


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.yaml")))
def test_a_mistake_is_told_with_place_code_and_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    loaded = load_settings(Path(f"{name}.yaml"), {})
    told = as_text(loaded.diagnostics, loaded.sources)
    expected = MISTAKES / f"{name}.txt"
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert loaded.settings is None
