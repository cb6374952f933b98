"""What the reference says about tests in rules is what happens."""

import re
from pathlib import Path

import pytest

import tocsin
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving import mutationreport, report
from tocsin.proving.session import Proved, mutate_all, prove
from tocsin.rules.places import SourceMap
from tocsin.rules.reading.load import load_rules

PAGE = Path(tocsin.__file__).parents[2] / "docs/reference/rule-tests.md"
WORDS = standard_vocabulary()


def blocks(language: str) -> list[str]:
    """Return the page's blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()


def proved(rules: str) -> tuple[list[Proved], SourceMap]:
    """Return what the tests say of the rules of a file `rules/outage.yaml`, and where everything in it stands."""
    Path("rules/outage.yaml").write_text(rules, encoding="utf-8")
    loaded = load_rules([Path("rules")], WORDS)
    assert loaded.ruleset is not None, loaded.diagnostics
    places = SourceMap(loaded.documents)
    return prove(loaded.ruleset.rules.values(), WORDS, places), places


def test_the_example_passes_and_leaves_no_mutant() -> None:
    found, places = proved(blocks("yaml")[0])
    assert report.closing(found).startswith("8 tests of 1 rule: all passed; 100 %")
    assert mutationreport.closing(mutate_all(found, WORDS, places)).endswith("none survives")


def test_the_failure_looks_as_shown() -> None:
    name = "      - name: an echo\n"
    head, echo, rest = blocks("yaml")[0].partition(name)
    wrong = head + echo + rest.replace("expect: no_match", "expect: match", 1)
    assert blocks("text")[0] in report.as_text(proved(wrong)[0])


def test_the_surviving_mutant_looks_as_shown() -> None:
    """Without the tests that have exactly 50 retweets."""
    weak = blocks("yaml")[0].replace("metrics.retweets: 50}", "metrics.retweets: 90}").replace(
        "{retweets: 50}", "{retweets: 90}"
    )  # fmt: skip
    found, places = proved(weak)
    assert blocks("text")[1] in mutationreport.as_text(mutate_all(found, WORDS, places))
