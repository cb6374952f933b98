"""Rules from the text of a file, for tests of what is made of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.places import SourceMap
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import Rule

LoadRule = Callable[[str], tuple[Rule, SourceMap]]


@pytest.fixture
def load_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadRule:
    """Return what reads the only rule of a file, which must be right, and where its parts stand."""
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> tuple[Rule, SourceMap]:
        Path("rules.yaml").write_text(text, encoding="utf-8")
        loaded = load_rules([Path("rules.yaml")], standard_vocabulary())
        assert loaded.ruleset is not None, loaded.diagnostics
        (rule,) = loaded.ruleset.rules.values()
        return rule, SourceMap(loaded.documents)

    return load
