"""`inhibit:` names rules: those that there are not are told at their place."""

from pathlib import Path

import pytest

from tocsin.runtime.project import LoadedProject, PluginChoice, load_project

RULES = "tocsin: 1\nrules: {hack: {when: {word: hacked}}, chatter: {when: {word: btc}}}\n"
CONFIG = "source: {type: replay, path: t.jsonl}\nrules: [rules.yaml]\ninhibit:\n  - "


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES)


def loaded(inhibition: str, **options: list[Path]) -> LoadedProject:
    Path("tocsin.yaml").write_text(CONFIG + inhibition + "\n")
    return load_project(Path("tocsin.yaml"), {}, PluginChoice(enabled=False), rules=options.get("rules", []))


@pytest.mark.parametrize(
    ("inhibition", "column", "hint"),
    [
        ("{if: hak, mutes: {eq: [.rule, chatter]}, for: 30m}", 10, "did you mean 'hack'?"),
        ("{if: hack, mutes: {eq: [.rule, chater]}, for: 30m}", 36, "did you mean 'chatter'?"),
        ("{if: hack, mutes: {in: [.rule, [chatter, hak]]}, for: 30m}", 46, "did you mean 'hack'?"),
        ("{if: {eq: [hak, .rule]}, mutes: {word: btc}, for: 30m}", 16, "did you mean 'hack'?"),
    ],
)
def test_a_rule_that_is_not_there_is_told_with_a_suggestion(inhibition: str, column: int, hint: str) -> None:
    found = loaded(inhibition)
    (problem,) = (d for d in found.diagnostics if d.severity == "error")
    assert (problem.code, problem.span.line, problem.span.column) == ("unknown-rule", 4, column)
    assert problem.hint == hint
    assert found.project is None


@pytest.mark.parametrize(
    "inhibition",
    [
        "{if: hack, mutes: {eq: [.rule, chatter]}, for: 30m}",
        "{if: {in: [ha, .rule]}, mutes: {ne: [.severity, none-such]}, for: 30m}",
    ],
)
def test_rules_that_are_there_and_texts_that_name_none_are_right(inhibition: str) -> None:
    assert loaded(inhibition).project is not None


def test_where_only_some_rules_were_read_the_others_are_not_unknown() -> None:
    Path("some.yaml").write_text("tocsin: 1\nrules: {other: {when: {word: x}}}\n")
    found = loaded("{if: hack, mutes: {eq: [.rule, chatter]}, for: 30m}", rules=[Path("some.yaml")])
    assert [d for d in found.diagnostics if d.severity == "error"] == []
