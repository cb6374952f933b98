"""`tocsin test` as a program: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.program import Program, finished

RULES = """tocsin: 1
rules:
  outage:
    when: {and: [{word: [down, offline]}, {not: .is_retweet}]}
    tests:
      - {tweet: {text: "is it down?"}, expect: match}
      - {tweet: {text: "RT @a: down"}, expect: EXPECTED}
  other:
    when: {word: x}
"""


def run(folder: Path, expected: str, *arguments: str) -> Program:
    """Run `tocsin test` on the rules above."""
    (folder / "rules.yaml").write_text(RULES.replace("EXPECTED", expected), encoding="utf-8")
    return finished("test", "rules.yaml", *arguments, cwd=folder)


def test_all_tests_that_pass_end_in_one_line_and_exit_0(tmp_path: Path) -> None:
    program = run(tmp_path, "no_match")
    assert program.process.returncode == 0
    assert program.out[-1] == "2 tests of 1 rule: all passed; 33 % of clauses seen both true and false"
    assert "  rules.yaml:8   other" in program.out


def test_a_test_that_fails_is_told_with_its_place_and_exits_1(tmp_path: Path) -> None:
    program = run(tmp_path, "match")
    assert program.process.returncode == 1
    assert program.out[0] == "rules.yaml:7: outage: RT @a: down"


def test_a_rule_that_is_not_there_is_a_mistake_of_usage(tmp_path: Path) -> None:
    program = run(tmp_path, "match", "--rule", "outtage")
    assert program.process.returncode == 2
    assert "did you mean 'outage'?" in program.output()


def test_rule_chooses_what_is_tested(tmp_path: Path) -> None:
    program = run(tmp_path, "no_match", "--rule", "other")
    assert (program.process.returncode, program.out[-1]) == (0, "no tests in 1 rule")


def test_junit_is_what_ci_systems_read(tmp_path: Path) -> None:
    root = ET.fromstring("\n".join(run(tmp_path, "match", "--format", "junit").out))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "1")
    assert [suite.get("name") for suite in root] == ["outage", "other"]
    for case in root.iter("testcase"):
        assert case.attrib.keys() == {"name", "classname", "file", "line", "time"}
    (failure,) = root.iter("failure")
    assert failure.get("message") == "alerts: expected match: an alert, got no alert"
    assert len(list(root.iter("skipped"))) == 1


def test_json_is_for_programs(tmp_path: Path) -> None:
    record = json.loads("\n".join(run(tmp_path, "match", "--format", "json").out))
    assert record["passed"] is False
    assert [(test["line"], test["passed"]) for test in record["tests"]] == [(6, True), (7, False)]
    assert [rule["rule"] for rule in record["untested"]] == ["other"]


def test_without_a_path_the_rules_of_the_configuration_are_tested_without_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.replace("EXPECTED", "no_match"), encoding="utf-8")
    (tmp_path / "tocsin.yaml").write_text(
        'rules: [rules.yaml]\ndestinations: {a: {url: "${NOT_SET_ANYWHERE}"}}\n', encoding="utf-8"
    )
    program = finished("test", cwd=tmp_path)
    assert (program.process.returncode, program.err) == (0, [])


@pytest.mark.parametrize("arguments", [(), ("nowhere.yaml",)])
def test_nothing_to_test_is_no_success(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert finished("test", *arguments, cwd=tmp_path).process.returncode != 0


WEAK = """tocsin: 1
rules:
  outage:
    when: {and: [{word: [down, offline]}, {gte: [.metrics.retweets, 50]}]}
    tests:
      - {tweet: {text: "is it down?", metrics.retweets: 90}, expect: match}
      - {tweet: {text: fine}, expect: no_match}
"""


def test_a_weak_rule_file_is_told_what_to_add_and_that_is_enough(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(WEAK, encoding="utf-8")
    program = finished("test", "rules.yaml", "--mutate", cwd=tmp_path)
    assert program.process.returncode == 1
    assert "    add a test in which metrics.retweets is exactly 50, expected to match:" in program.out
    added = [line for line in program.out if line.startswith("      - {")]
    rules.write_text(WEAK + "".join(f"{line}\n" for line in added), encoding="utf-8")
    program = finished("test", "rules.yaml", "--mutate", cwd=tmp_path)
    assert (program.process.returncode, program.out[-1]) == (0, "9 mutants: 9 killed; none survives")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_packs_leave_no_mutant(tmp_path: Path) -> None:
    packs = Path(__file__).parents[2] / "rules"
    # Ten seconds of the processor, which a busy machine may take minutes to give.
    program = finished("test", str(packs), "--mutate", cwd=tmp_path, patience_s=540)
    assert program.process.returncode == 0
    assert program.out[-1].endswith("; none survives")
    assert program.out[0].endswith("all passed; 100 % of clauses seen both true and false")
    assert program.err == []


def test_a_terminal_sees_how_far_it_is_and_a_pipe_only_the_result(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(WEAK, encoding="utf-8")
    command = [sys.executable, "-m", "tocsin", "test", "rules.yaml", "--mutate"]
    terminal, other_end = os.openpty()
    ended = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=other_end, timeout=60)
    os.close(other_end)
    shown = os.read(terminal, 65536).decode("utf-8", "replace")
    os.close(terminal)
    assert "mutating" in shown
    assert b"mutating" not in ended.stdout
