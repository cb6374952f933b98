"""The pages of diagnostics show a mistake, what is told, and the file mended: the mended one has nothing wrong."""

import re
from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.load import load_rules

FOLDER = Path(__file__).parent
MENDED = sorted((FOLDER / "mended").glob("*.yaml"))
INSTALLED = {"tocsin-langid": "0.1.0", "tocsin-exec": "0.1.0"}


def codes_in(told: Path) -> set[str]:
    return set(re.findall(r" (?:error|warning)\[(T\d+) ", told.read_text(encoding="utf-8")))


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


def test_every_code_that_a_golden_file_shows_is_mended_in_one() -> None:
    golden = [*FOLDER.glob("mistakes/*.txt"), *FOLDER.glob("configuration/*.txt")]
    mended = {path.stem for path in MENDED}
    shown = {code for told in golden for code in codes_in(told)}
    assert shown == {code for told in golden if told.stem in mended for code in codes_in(told)}
