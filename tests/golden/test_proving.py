"""What `tocsin test` prints of tests that fail and of mutants that survive, compared with files.

Run with `TOCSIN_UPDATE_GOLDEN=1` to write the files anew, then read the difference.
"""

import os
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving import mutationreport
from tocsin.proving.junit import as_junit
from tocsin.proving.record import as_json
from tocsin.proving.report import as_text
from tocsin.proving.session import Mutated, Proved, mutate_all, prove
from tocsin.rules.diagnostics.report import as_text as diagnostics_as_text
from tocsin.rules.places import SourceMap
from tocsin.rules.reading.load import Loaded, load_rules

FOLDER = Path(__file__).parent / "proving"
WORDS = standard_vocabulary()


@pytest.fixture(autouse=True)
def _in_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


def loaded(name: str) -> Loaded:
    """Return a file of rules, which must have no error."""
    found = load_rules([Path(name)], WORDS)
    assert found.ruleset is not None, diagnostics_as_text(found.diagnostics, found.sources)
    return found


def proved(name: str) -> list[Proved]:
    """Return what the tests of a file of rules say."""
    found = loaded(name)
    assert found.ruleset is not None
    rules = sorted(found.ruleset.rules.values(), key=lambda rule: rule.span)
    return prove(rules, WORDS, SourceMap(found.documents))


def mutated(name: str) -> list[Mutated]:
    """Return what the tests of a file of rules make of the rules' mutants."""
    return mutate_all(proved(name), WORDS, SourceMap(loaded(name).documents))


def compare(name: str, text: str) -> None:
    """Assert that a text is that of a file; write it there when told to."""
    expected = FOLDER / name
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_a_failure_shows_both_sides_and_the_clauses_that_decided() -> None:
    compare("failing.txt", as_text(proved("failing.yaml")) + "\n")


def test_a_weak_test_file_is_told_what_to_add() -> None:
    compare("weak.txt", mutationreport.as_text(mutated("weak.yaml")) + "\n")


def test_marks_without_effect_are_warned_of_at_their_place() -> None:
    warnings = mutationreport.idle_marks(mutated("weak.yaml"))
    compare("weak-marks.txt", diagnostics_as_text(warnings, loaded("weak.yaml").sources))


def test_junit_has_every_test_and_every_test_that_is_missing() -> None:
    compare("failing.xml", as_junit(proved("failing.yaml")))
    compare("weak.xml", as_junit(proved("weak.yaml"), mutated("weak.yaml")))


def test_json_has_all_that_the_text_has() -> None:
    compare("failing.json", as_json(proved("failing.yaml")))
    compare("weak.json", as_json(proved("weak.yaml"), mutated("weak.yaml")))
