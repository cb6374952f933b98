"""Commands that succeed, fail, hang, flood and try to get away."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from tocsin_exec import Options, tocsin_actions

from tocsin.hookspecs import Action, Alert, Delivered, Outcome, Refused, Unreachable
from tocsin.model import Fragment, RichText, RuleId, Severity, alert_id
from tocsin.testing import EPOCH, make_tweet

PYTHON = Path(sys.executable)
TWEET = make_tweet("$(touch pwned) 火事 \ud800")
ALERT = Alert(
    id=alert_id(RuleId("fire"), "", "1"),
    rule_id=RuleId("fire"),
    key="",
    severity=Severity.CRITICAL,
    at=EPOCH,
    title=RichText((Fragment("Fire: ", trusted=True), Fragment("火事", trusted=False))),
    body=RichText(()),
    labels={"team": "ops"},
    tweet=TWEET,
    because=("word fire",),
)
Perform = Callable[..., Outcome]


def action(*allow: Path) -> Action:
    registered: list[Action] = []
    tocsin_actions(registered.append, Options(allow=allow))
    return registered[0]


def options(allow: Path, command: list[str], **more: Any) -> BaseModel:
    model = action(allow).options
    assert model is not None
    return model.model_validate({"command": command, **more})


def run(source: str, *arguments: str, timeout_s: float = 10.0) -> Outcome:
    """Perform the action with a Python program."""
    command = [str(PYTHON), "-I", "-S", "-c", dedent(source), *arguments]
    return action(PYTHON).perform(ALERT, options(PYTHON, command, timeout_s=timeout_s))


def test_the_command_reads_the_alert_as_json(tmp_path: Path) -> None:
    copy = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    assert run(copy, str(tmp_path / "alert")) == Delivered(f"{PYTHON} exited with 0")
    assert json.loads((tmp_path / "alert").read_bytes()) == {
        "id": ALERT.id,
        "rule": "fire",
        "key": "",
        "severity": "critical",
        "at": "2026-01-01T12:00:00+00:00",
        "title": "Fire: 火事",
        "body": "",
        "labels": {"team": "ops"},
        "because": ["word fire"],
        "tweet": TWEET.data,
    }


def test_arguments_are_not_read_by_a_shell(tmp_path: Path) -> None:
    write = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    run(write, str(tmp_path / "said"), "$HOME; `id` && true")
    assert (tmp_path / "said").read_text() == "$HOME; `id` && true"


def test_secrets_of_the_environment_are_kept_from_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPEST_API_KEY", "canary")
    assert isinstance(run("import os, sys; sys.exit('canary' in str(dict(os.environ)))"), Delivered)


def test_a_temporary_failure_is_tried_again() -> None:
    outcome = run("import sys; print('queue full', file=sys.stderr); sys.exit(75)")
    assert outcome == Unreachable(f"{PYTHON} exited with 75: queue full")


def test_any_other_status_is_refused_with_the_last_line_that_says_something() -> None:
    outcome = run("import sys; sys.stderr.write('first\\n\\x1b[31mno  such\\tqueue\\n\\n'); sys.exit(2)")
    assert outcome == Refused(f"{PYTHON} exited with 2: [31mno such queue")


def test_a_signal_is_named() -> None:
    assert run("import os; os.kill(os.getpid(), 9)") == Refused(f"{PYTHON} was ended by signal 9")


def test_a_flood_on_standard_error_neither_blocks_nor_fills_memory() -> None:
    outcome = run("import sys; sys.stderr.write('x' * 3_000_000); sys.exit(1)")
    assert isinstance(outcome, Refused)
    assert outcome.reason.endswith(": " + "x" * 200)


def test_a_command_that_reads_nothing_is_not_waited_for() -> None:
    assert isinstance(run("pass"), Delivered)


def test_a_command_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    outcome = run(
        """
        import pathlib, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
        pathlib.Path(sys.argv[1]).write_text(str(child.pid))
        time.sleep(600)
        """,
        str(tmp_path / "child"),
        timeout_s=1.0,
    )
    assert outcome == Unreachable(f"{PYTHON} was killed after 1 s")
    assert is_gone(int((tmp_path / "child").read_text()))


def is_gone(pid: int) -> bool:
    """Return whether the process ends, or is only waiting to be reaped, within two seconds."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_program_that_is_not_there_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    outcome = action(missing).perform(ALERT, options(missing, [str(missing)]))
    assert isinstance(outcome, Refused)
    assert "can't be started" in outcome.reason


@pytest.mark.parametrize("program", ["/bin/sh", "sh", "/usr/bin/../bin/logger", ""])
def test_only_programs_on_the_list_may_be_named(program: str) -> None:
    with pytest.raises(ValidationError, match=r"may not be run: .* has /usr/bin/logger"):
        options(Path("/usr/bin/logger"), [program, "-t", "tocsin"])


@pytest.mark.parametrize("wrong", [{"command": []}, {"timeout_s": 0}, {"timeout_s": 61}])
def test_odd_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        options(PYTHON, **{"command": [str(PYTHON)], **wrong})
