"""The examples of the reference pages are files that load."""

import re
from datetime import date
from pathlib import Path

import pytest

import tocsin
from tocsin.config.load import load_settings
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.reading.load import load_rules
from tocsin.runtime.linting import linted

PAGES = Path(tocsin.__file__).parent.parent.parent / "docs" / "reference"


def first_example(page: str) -> str:
    found = re.search(r"^```yaml\n(.*?)^```", (PAGES / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_example_of_rule_files_loads() -> None:
    Path("rules.yaml").write_text(first_example("rule-files.md"), encoding="utf-8")
    loaded = load_rules(
        [Path("rules.yaml")], standard_vocabulary(), destinations={"oncall"}, installed={"tocsin-langid": "0.1.0"}
    )
    assert loaded.diagnostics == ()


def test_the_example_of_lint_has_every_warning_ignored() -> None:
    Path("rules.yaml").write_text(first_example("lint.md"), encoding="utf-8")
    loaded = load_rules([Path("rules.yaml")], standard_vocabulary())
    assert linted(loaded.diagnostics, loaded, standard_vocabulary(), date(2026, 7, 1)) == []


def test_the_page_of_lint_has_a_heading_for_each_lint() -> None:
    headings = re.findall(r"^## (.*)$", (PAGES / "lint.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {f"{number} {name}" for name, number in NUMBERS.items() if "T200" < number < "T220"}
    assert {lint for heading in headings for lint in heading.split(", ")} >= named


def test_the_example_of_the_configuration_loads() -> None:
    Path("tocsin.yaml").write_text(first_example("configuration.md"), encoding="utf-8")
    environ = {"SCRAPEST_API_KEY": "k", "SLACK_URL": "slack://a/b/c", "MAIL_URL": "mailtos://a:b@c.example"}
    assert load_settings(Path("tocsin.yaml"), environ).diagnostics == ()
