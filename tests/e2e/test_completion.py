"""The shell's questions, asked as a shell asks them: of the program, through the environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.program import completed

CONFIGURATION = """\
source: {api_key: "${NOT_SET}", subscribe: {}}
rules: [rules/, more.json]
destinations:
  oncall: {url: "${NOT_SET_EITHER}"}
  email: {url: "json://127.0.0.1"}
"""
RULES = """\
tocsin: 1

lists:
  coins: [btc]
rules:   # ours
  # the first
  exchange-hack:
    when:
      word: [x]

  "quoted-id": {when: {word: [x]}}
  x-note: mine
macros:
  organic: {not: .is_retweet}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with three rules in two files, one of them broken, and a variable that isn't set."""
    (tmp_path / "rules" / ".hidden").mkdir(parents=True)
    (tmp_path / "tocsin.yaml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "rules" / "one.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "rules" / "broken.yaml").write_text("rules: [", encoding="utf-8")
    (tmp_path / "rules" / ".hidden" / "two.yaml").write_text("rules:\n  hidden:\n    when: true\n", encoding="utf-8")
    (tmp_path / "more.json").write_text('{"rules": {"in-json": {}}}', encoding="utf-8")
    return tmp_path


def answer(folder: Path, question: str, environ: Mapping[str, str], code: str = "") -> str:
    """Return what the program answers; it says nothing else, whatever is asked."""
    environ = {"_TOCSIN_COMPLETE": question, **environ}
    if code:
        command = [sys.executable, "-c", code]
        environ = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environ}
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    else:
        done = completed(cwd=folder, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def offered(folder: Path, typed: str) -> list[str]:
    """Return what bash is offered for the last word of a line."""
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    return [line.partition(",")[2] for line in answer(folder, "bash_complete", words).splitlines()]


def test_commands_are_offered(project: Path) -> None:
    assert {"check", "import", "init", "run", "schema"} <= set(offered(project, "tocsin "))
    assert offered(project, "tocsin sch") == ["schema"]
    assert offered(project, "tocsin import ") == ["x-rule"]


def test_rules_are_offered_from_all_files_whatever_state_they_are_in(project: Path) -> None:
    assert offered(project, "tocsin alerts --rule ") == ["exchange-hack", "in-json", "quoted-id"]
    assert offered(project, "tocsin alerts --rule ex") == ["exchange-hack"]


def test_destinations_are_offered_though_their_secrets_are_not_set(project: Path) -> None:
    assert offered(project, "tocsin notify test ") == ["email", "oncall"]


def test_another_configuration_is_looked_at_where_the_line_names_one(project: Path) -> None:
    (project / "other.yaml").write_text('destinations: {pager: {url: "json://x"}}', encoding="utf-8")
    assert offered(project, "tocsin notify test --config other.yaml ") == ["pager"]


def test_options_and_their_values_are_offered(project: Path) -> None:
    assert {"--config", "--format"} <= set(offered(project, "tocsin check --"))
    assert offered(project, "tocsin import x-rule --format ") == ["yaml", "json"]


@pytest.mark.parametrize("content", ["", "a: [", "\x00", "rules: 5\ndestinations: 7", "rules: nowhere/"])
def test_a_broken_configuration_offers_nothing_and_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "tocsin.yaml").write_text(content, encoding="utf-8")
    assert offered(tmp_path, "tocsin alerts --rule ") == []
    assert offered(tmp_path, "tocsin notify test ") == []


@pytest.mark.parametrize("question", ["", "csh_complete", "bash_nonsense", "bash_complete"])
def test_a_question_that_nobody_understands_is_answered_with_silence(project: Path, question: str) -> None:
    assert answer(project, question, {}) == ""


def test_fish_and_zsh_are_told_what_each_command_does(project: Path) -> None:
    fish = answer(project, "fish_complete", {"COMP_WORDS": "tocsin sch", "COMP_CWORD": "sch"})
    assert fish == "plain,schema\tPrint the JSON Schema (draft-07) of rule files, or of tocsin.yaml.\n"
    zsh = answer(project, "zsh_complete", {"COMP_WORDS": "tocsin notify test on", "COMP_CWORD": "3"})
    assert zsh.split("\n")[:2] == ["plain", "oncall"]


@pytest.mark.parametrize("typed", ["tocsin ", "tocsin alerts --rule ", "tocsin notify test "])
def test_nothing_heavy_is_loaded_while_somebody_types(project: Path, typed: str) -> None:
    heavy = "{'pydantic', 'anyio', 'apprise', 'jinja2', 'rich', 'httpx'}"
    code = f"import sys; from tocsin.cli.main import main; main(); print(sorted({heavy} & sys.modules.keys()))"
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    assert answer(project, "bash_complete", words, code).endswith("\n[]\n")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_by_the_script_that_the_program_prints(project: Path) -> None:
    script = """
      eval "$(tocsin completion bash)"
      COMP_WORDS=(tocsin notify test on) COMP_CWORD=3
      _tocsin_completion tocsin
      echo "${COMPREPLY[@]}"
    """
    environ = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    command = ["bash", "--norc", "-c", script]
    done = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "oncall", done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(project: Path, shell: str) -> None:
    environ = {"SHELL": f"/usr/bin/{shell}"}
    by_name, by_environ = (completed("completion", *more, cwd=project, env=environ) for more in ([shell], []))
    assert by_name.stdout == by_environ.stdout
    assert f"_TOCSIN_COMPLETE={shell}_complete" in by_name.stdout


def test_a_shell_that_is_not_known_is_a_matter_of_usage(project: Path) -> None:
    done = completed("completion", cwd=project, env={"SHELL": "/bin/csh"})
    assert done.returncode == 2
    assert "bash, zsh, fish" in done.stderr
