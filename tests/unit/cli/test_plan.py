"""`tocsin plan --against`: two folders of rules compared, for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.cli.main import cli
from tocsin.errors import RulesError

OLD = """
tocsin: 1
rules:
  kept: {when: {word: same}}
  dropped: {when: {word: gone}}
  tuned: {title: before, when: {and: [{word: btc}, {gt: [.metrics.likes, 100]}]}}
"""
NEW = """
tocsin: 1
macros: {many: {gt: [.metrics.likes, 200]}}
rules:
  tuned: {title: after, when: {and: [{word: btc}, {macro: many}]}, enabled: false}
  kept:
    when: {word: [same]}
    tests: [{tweet: {text: same}, expect: match}]
  fresh: {when: {word: new}, severity: high}
"""


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", OLD), ("new", NEW), ("bad", "tocsin: 1\nrules: {r: {when: {wrd: x}}}\n")):
        Path(name).mkdir()
        Path(name, "rules.yaml").write_text(text)


def plan(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["plan", *arguments])


def test_rules_are_added_changed_and_removed_and_the_last_line_counts_them() -> None:
    result = plan("new", "--against", "old")
    lines = result.output.splitlines()
    rules = [line.strip() for line in lines if line[3:9] == " rule "]
    assert rules == ["+ rule fresh", "~ rule tuned", "- rule dropped"]
    assert lines[-1] == "Plan: 1 to add, 1 to change, 1 to remove."
    assert result.exit_code == 4


def test_each_changed_key_is_shown_before_and_after_conditions_without_their_macros() -> None:
    result = plan("new", "--against", "old", "--format", "json")
    changes = {
        change["key"]: (change["before"], change["after"]) for change in json.loads(result.output)["change"]["tuned"]
    }
    assert changes.pop("title") == ("before", "after")
    assert changes.pop("enabled") == (None, False)
    before, after = changes.pop("when")
    assert (before["and"][1], after["and"][1]) == (
        {">": [{"var": "metrics.likes"}, 100]},
        {">": [{"var": "metrics.likes"}, 200]},
    )
    assert changes == {}


def test_in_text_only_the_lines_of_a_long_condition_that_differ_are_shown() -> None:
    words = ", ".join(f"word{number}" for number in range(40))
    for name, limit in (("old", 100), ("new", 200)):
        Path(name, "rules.yaml").write_text(
            f"tocsin: 1\nrules: {{r: {{when: {{and: [{{word: [{words}]}}, {{gt: [.metrics.likes, {limit}]}}]}}}}}}\n"
        )
    lines = plan("new", "--against", "old").output.splitlines()
    assert [line.strip() for line in lines if line.strip()[:1] in "+-" and line.strip()] == [
        '-       {">": [{"var": "metrics.likes"}, 100]}',
        '+       {">": [{"var": "metrics.likes"}, 200]}',
    ]


def test_a_folder_has_no_changes_against_itself() -> None:
    result = plan("new", "--against", "new")
    assert (result.exit_code, result.output) == (0, "No changes: what is in force is what the files say.\n")


@pytest.mark.parametrize("arguments", [("bad", "--against", "old"), ("old", "--against", "bad")])
def test_errors_in_either_folder_are_shown_and_end_the_comparison(arguments: tuple[str, ...]) -> None:
    result = plan(*arguments)
    assert "T160" in result.output
    assert isinstance(result.exception, RulesError)


def test_a_path_without_something_to_compare_with_is_a_mistake_of_usage() -> None:
    assert plan("new").exit_code == 2
