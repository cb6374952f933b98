"""The pages of diagnostics show a mistake, what is told, and the file mended: the mended one has nothing wrong."""

from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

FOLDER = Path(__file__).parent
MENDED = sorted((FOLDER / "mended").glob("*.yaml"))
INSTALLED = {"tocsin-langid": "0.1.0", "tocsin-exec": "0.1.0"}


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_a_mended_file_has_nothing_wrong(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    if (FOLDER / "configuration" / path.name).exists():
        assert load_settings(Path(path.name), {}).diagnostics == ()
    else:
        loaded = load_rules(
            [Path(path.name)], standard_vocabulary(), destinations={"oncall", "email"}, installed=INSTALLED
        )
        assert loaded.diagnostics == ()


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_a_mended_file_is_that_of_a_mistake(path: Path) -> None:
    assert any((FOLDER / folder / path.name).exists() for folder in ("mistakes", "configuration"))
