"""Wicked plugins installed side by side with a good one, and the real command in its own process."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import completed

GOOD = """
import tocsin.hookspecs as t

@t.hookimpl
def tocsin_operators(register):
    register(t.Operator(name="nice", arguments=("text",), result="truth", function=bool, doc="d", example="e"))
"""

WICKED = {
    "wicked-api": "tocsin_api = 99",
    "wicked-empty": "",
    "wicked-exit": "raise SystemExit(7)",
    "wicked-group": "raise BaseExceptionGroup('both', [KeyboardInterrupt(), SystemExit()])",
    "wicked-import": "import a_module_that_nobody_has",
    "wicked-interrupt": "raise KeyboardInterrupt",
    "wicked-misspelt": "import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_operaters(register): ...",
    "wicked-noise": 'print(\'{"not": "json"\') or 1 / 0',
    "wicked-rubbish": "import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_actions(register): register(42)",
    "wicked-same": GOOD,
    "wicked-syntax": "def (",
}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `tocsin` in a process of its own, with the plugins above installed."""
    for name, source in {"good": GOOD, **WICKED}.items():
        write_distribution(tmp_path, name, source)

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return completed(*arguments, cwd=Path.cwd(), env={"PYTHONPATH": str(tmp_path), **environment})

    return run


def write_distribution(site: Path, name: str, source: str) -> None:
    module = name.replace("-", "_")
    (site / f"{module}.py").write_text(source)
    metadata = site / f"{module}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[tocsin]\n{name} = {module}\n")


def states(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return {plugin["name"]: plugin["state"] for plugin in json.loads(done.stdout)}


def test_each_wicked_plugin_is_left_out_and_the_good_one_loads(run: Run) -> None:
    names = ["good", *WICKED]
    found = states(run("plugins", "list", "--format", "json", TOCSIN_PLUGINS=",".join(names)))
    assert {name: found[name] for name in names} == {"good": "loaded"} | dict.fromkeys(WICKED, "failed")


def test_the_list_gives_every_plugin_one_line_with_its_reason(run: Run) -> None:
    done = run("plugins", TOCSIN_PLUGINS="good,wicked-exit")
    assert done.returncode == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines["good"] == "good  good 1.0  loaded  hooks tocsin_operators  registers operator nice"
    assert lines["wicked-exit"] == "wicked-exit  wicked-exit 1.0  failed  importing wicked_exit raised SystemExit: 7"


def test_without_plugins_nothing_is_imported(run: Run) -> None:
    done = run("plugins", "list", "--no-plugins", "--format", "json")
    assert set(states(done).values()) == {"off"}
    assert done.stderr == ""


def test_damaged_metadata_of_one_distribution_hides_no_other(run: Run, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged-1.0.dist-info"
    damaged.mkdir()
    (damaged / "METADATA").write_bytes(b"\xff\xfe\x00")
    (damaged / "entry_points.txt").write_bytes(b"[tocsin]\nbroken line without a value\n\xff")
    found = states(run("plugins", "list", "--format", "json", TOCSIN_PLUGINS="good"))
    assert found["good"] == "loaded"


def test_a_thread_that_hangs_does_not_keep_the_program_from_leaving() -> None:
    program = """
import anyio, threading
from datetime import timedelta
from tocsin.clock import SystemClock
from tocsin.hookspecs import Transform
from tocsin.plugins.guard import TransformChain

def hang(data):
    threading.Event().wait()

transform = Transform(name="hang", function=hang, doc="d", slow=True, budget=timedelta(milliseconds=20))
chain = TransformChain([("stuck", transform)], SystemClock(), lambda entry: print(entry.error))
print(anyio.run(chain.apply, {"id": "1"}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == [
        "tweet 1: gave no answer within 0.02 s; its thread was left behind",
        "{'id': '1'}",
    ]
    assert done.returncode == 0


def test_our_own_plugins_load(run: Run) -> None:
    ours = ["archive", "exec", "langid", "sentiment", "sql", "story", "textstat"]
    found = states(run("plugins", "list", "--format", "json", TOCSIN_PLUGINS=",".join(ours)))
    assert {found[name] for name in ours} == {"loaded"}


def test_the_list_names_the_options_that_a_plugin_takes(run: Run) -> None:
    listed = json.loads(run("plugins", "list", "--format", "json", TOCSIN_PLUGINS="langid").stdout)
    options = {plugin["name"]: plugin["options"] for plugin in listed}
    assert "min_confidence" in options["langid"]


def test_the_list_uses_the_options_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text("plugins: {langid: {min_confidence: wrong}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "plugins", "list", "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    [langid] = [plugin for plugin in json.loads(done.stdout) if plugin["name"] == "langid"]
    assert langid["state"] == "failed"
    assert "min_confidence" in langid["error"]
