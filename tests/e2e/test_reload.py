"""Rules that change under a running engine: what comes into force, what doesn't, and how one hears of it."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, finished, journal_of, running, until
from tests.receivers import HttpReceiver

KEY = {"SCRAPEST_API_KEY": "k"}


def rule(rule_id: str, word: str = "nothing-says-this") -> str:
    return f"tocsin: 1\nrules:\n  {rule_id}: {{when: {{word: {word}}}}}\n"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Program]:
    with running("simulate", "--port", "0", "--key", "k", cwd=tmp_path) as program:
        yield program


@pytest.fixture
def engine(tmp_path: Path, simulator: Program, hook: HttpReceiver) -> Iterator[Program]:
    url = simulator.line("listening on").removeprefix("listening on ")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(rule("first"))
    (tmp_path / "tocsin.yaml").write_text(
        f'source: {{url: "{url}", api_key: "${{SCRAPEST_API_KEY}}", subscribe: {{}}}}\nrules: [rules]\n'
        f'destinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\nroutes: [{{notify: [hook]}}]\n'
        'http: {listen: "127.0.0.1:0"}\nreload: {notify: hook}\n'
    )
    with running("run", "--log-format", "json", cwd=tmp_path, env=KEY) as program:
        program.line('"connected"')
        yield program


@pytest.fixture
def hook() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        yield receiver


def ready(engine: Program) -> dict[str, Any]:
    url = json.loads(engine.line('"serving"'))["url"]
    with urllib.request.urlopen(f"{url}/readyz", timeout=10) as response:
        report: dict[str, Any] = json.load(response)
    return report


def test_a_changed_rule_file_is_in_force_without_a_restart(tmp_path: Path, engine: Program) -> None:
    (tmp_path / "rules" / "b.yaml").write_text(rule("second"))
    reloaded = json.loads(engine.line('"reloaded"'))
    assert (reloaded["added"], reloaded["changed"], reloaded["removed"]) == (1, 0, 0)
    assert (ready(engine)["rules"], ready(engine)["revision"]) == (2, reloaded["revision"])
    [entry] = [record for record in journal_of(tmp_path / "tocsin.db") if record["kind"] == "reloaded"]
    assert entry["revision"] == reloaded["revision"]


def test_a_bad_file_keeps_the_old_rules_running_and_says_so(
    tmp_path: Path, engine: Program, hook: HttpReceiver
) -> None:
    before = ready(engine)["revision"]
    (tmp_path / "rules" / "b.yaml").write_text("tocsin: 1\nrules:\n  second: {when: {wrd: btc}}\n")
    failed = json.loads(engine.line('"reload-failed"'))
    assert f"rules{os.sep}b.yaml:3:19" in failed["problem"]
    report = ready(engine)
    assert (report["ready"], report["rules"], report["revision"]) == (True, 1, before)
    [warning] = report["warnings"]
    assert "not in force since" in warning
    until(lambda: bool(hook.posted), "the notice")
    assert (hook.posted[0].json["rule"], "yaml:3:19" in hook.posted[0].json["body"]) == ("tocsin.reload", True)
    (tmp_path / "rules" / "b.yaml").write_text(rule("second"))
    engine.line('"reloaded"')
    until(lambda: ready(engine)["warnings"] == [], "the warning to go")


def test_a_hangup_has_the_files_read_again(engine: Program) -> None:
    engine.send(signal.SIGHUP)
    assert json.loads(engine.line('"nothing-changed"'))["revision"] == ready(engine)["revision"]


def test_a_plan_says_what_a_reload_would_change_and_then_that_nothing_would(tmp_path: Path, engine: Program) -> None:
    until(lambda: finished("plan", cwd=tmp_path, env=KEY).wait() == 0, "the first rules to be recorded")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.yaml").write_text(rule("second"))
    config = (tmp_path / "tocsin.yaml").read_text().replace("rules: [rules]", "rules: [elsewhere]")
    (tmp_path / "next.yaml").write_text(config)
    asked = finished("plan", "--config", "next.yaml", "--format", "json", cwd=tmp_path, env=KEY)
    plan = json.loads("\n".join(asked.out))
    assert (asked.wait(), list(plan["add"]), list(plan["remove"])) == (4, ["second"], ["first"])
    (tmp_path / "tocsin.yaml").write_text(config)
    assert json.loads(engine.line('"reloaded"'))["detail"] == "removed first"
    until(lambda: finished("plan", cwd=tmp_path, env=KEY).wait() == 0, "the new rules to be recorded")
