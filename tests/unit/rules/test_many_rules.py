"""Rules among very many are kept folded up, which nobody notices but the memory."""

from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.reading import load
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.rules.ruleset import Rule, sharing

FILE = """\
tocsin: 1
macros:
  loud: {gt: [.metrics.likes, 100]}
rules:
  first:
    labels: {team: care}
    severity: high
    when: {and: [{word: [storm, "sea level"]}, {macro: loud}]}
  second:
    labels: {team: care}
    when: {eq: [.metrics.likes, 1]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def read(monkeypatch: pytest.MonkeyPatch, many: int) -> Loaded:
    monkeypatch.setattr(load, "MANY", many)
    return load_rules([Path("rules.yaml")], standard_vocabulary())


def rules(loaded: Loaded) -> list[Rule]:
    assert loaded.ruleset is not None
    return list(loaded.ruleset.rules.values())


@pytest.mark.usefixtures("folder")
def test_a_rule_is_the_same_folded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = read(monkeypatch, 3), read(monkeypatch, 2)
    assert [rule.folded is None for rule in (*rules(few), *rules(many))] == [True, True, False, False]
    assert repr(rules(few)) == repr(rules(many))
    assert rules(few) == rules(many)
    assert few.ruleset is not None
    assert many.ruleset is not None
    assert few.ruleset.revision == many.ruleset.revision


@pytest.mark.usefixtures("folder")
def test_equal_labels_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = rules(read(monkeypatch, 2))
    assert first.labels is second.labels


@pytest.mark.usefixtures("folder")
def test_where_things_stand_is_read_again_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = read(monkeypatch, 3), read(monkeypatch, 2)
    assert dict(many.sources) == dict(few.sources) == {"rules.yaml": tuple(FILE.split("\n"))}
    first = rules(many)[0]
    assert first.origins["severity"].span == Span("rules.yaml", 7, 5, 8)
    assert dict(first.origins) == dict(rules(few)[0].origins)
    assert many.documents["rules.yaml"].value == few.documents["rules.yaml"].value


def test_rules_that_stayed_the_same_stay_the_same_objects(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(monkeypatch, 2)
    # Python takes 1 for true; conditions are another matter.
    changed = FILE.replace("[.metrics.likes, 1]", "[.metrics.likes, true]")
    (folder / "rules.yaml").write_text(changed, encoding="utf-8")
    after = read(monkeypatch, 2)
    assert before.ruleset is not None
    assert after.ruleset is not None
    shared = sharing(after.ruleset, before.ruleset)
    assert [rule is old for rule, old in zip(shared.rules.values(), rules(before), strict=True)] == [True, False]
