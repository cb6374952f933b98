"""What may run is what was pinned: a change is told with the file, and nothing of it is imported."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.e2e.program import completed

PLUGIN = """
import sys
sys.stderr.write("imported\\n")
import tocsin.hookspecs as t

@t.hookimpl
def tocsin_operators(register):
    register(t.Operator(name="nice", arguments=("text",), result="truth", function=bool, doc="d", example="e"))
"""

Run = Callable[..., CompletedProcess[str]]


def install(site: Path, name: str, version: str = "1.0", source: str = PLUGIN) -> None:
    """Install a plugin as pip does, with a RECORD of its files."""
    files = {
        f"{name}.py": source,
        f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{name}-{version}.dist-info/entry_points.txt": f"[tocsin]\n{name} = {name}\n",
    }
    record = ""
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(content)
        digest = base64.urlsafe_b64encode(sha256(content.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    (site / f"{name}-{version}.dist-info/RECORD").write_text(record + f"{name}-{version}.dist-info/RECORD,,\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    install(tmp_path / "site", "pinned")
    return tmp_path / "site"


@pytest.fixture
def run(tmp_path: Path, site: Path) -> Run:
    (tmp_path / "rules.yaml").write_text("tocsin: 1\nrules:\n  r:\n    when: {nice: .text}\n")
    (tmp_path / "tweets.jsonl").write_text("")

    def run(*arguments: str) -> CompletedProcess[str]:
        environment = {"PYTHONPATH": str(site), "TOCSIN_PLUGINS": "pinned,other"}
        return completed(*arguments, cwd=tmp_path, env=environment)

    return run


@pytest.fixture
def configure(tmp_path: Path, run: Run) -> Callable[[str], None]:
    def configure(plugins: str) -> None:
        text = "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml]\n" + plugins
        (tmp_path / "tocsin.yaml").write_text(text)

    return configure


@pytest.fixture
def pins(run: Run) -> str:
    done = run("plugins", "pin", "pinned")
    assert done.returncode == 0, done.stderr
    assert "imported" not in done.stderr
    return done.stdout


def test_what_is_as_it_was_pinned_runs(run: Run, configure: Callable[[str], None], pins: str) -> None:
    configure(pins)
    done = run("run")
    assert done.returncode == 0, done.stderr
    listed = {plugin["name"]: plugin for plugin in json.loads(run("plugins", "list", "--format", "json").stdout)}
    assert (listed["pinned"]["state"], listed["pinned"]["pinned"]) == ("loaded", True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda site: (site / "pinned.py").write_text(PLUGIN + "# more\n"), "pinned.py changed"),
        (lambda site: (site / "pinned.py").unlink(), "pinned.py changed"),
        (lambda site: install(site, "pinned", source=PLUGIN + "#\n"), "pinned.py changed"),
    ],
    ids=["a file was edited", "a file is gone", "another build of the same version"],
)
def test_a_change_refuses_to_start_and_says_what_changed(
    run: Run, configure: Callable[[str], None], pins: str, site: Path, change: Callable[[Path], None], said: str
) -> None:
    configure(pins)
    change(site)
    done = run("run")
    assert done.returncode == 2
    assert said in done.stderr
    assert "T320 not-as-pinned" in done.stderr
    assert "tocsin.yaml:6:7:" in done.stderr
    assert "imported" not in done.stderr
    assert said in run("check").stdout


def test_another_version_refuses_to_start(run: Run, configure: Callable[[str], None], pins: str, site: Path) -> None:
    configure(pins.replace('version: "1.0"', 'version: "0.9"'))
    done = run("run")
    assert done.returncode == 2
    assert "pinned is version 0.9, installed is 1.0" in done.stderr


def test_a_plugin_that_is_not_pinned_refuses_to_start(
    run: Run, configure: Callable[[str], None], pins: str, site: Path
) -> None:
    install(site, "other", source=PLUGIN.replace('name="nice"', 'name="other"'))
    configure(pins)
    done = run("run")
    assert done.returncode == 2
    assert "other is not pinned" in done.stderr


def test_only_those_that_are_named_are_imported(run: Run, configure: Callable[[str], None], tmp_path: Path) -> None:
    configure("plugins: {only: []}\n")
    done = run("check")
    assert "imported" not in done.stderr
    assert "no operator 'nice'" in done.stdout
    listed = json.loads(run("plugins", "list", "--format", "json").stdout)
    states = {plugin["name"]: (plugin["state"], plugin["error"]) for plugin in listed}
    assert states["pinned"] == ("off", "it isn't among plugins.only in tocsin.yaml")


def test_one_that_is_allowed_and_not_installed_is_an_error_with_the_remedy(
    run: Run, configure: Callable[[str], None]
) -> None:
    configure("plugins: {only: [pinned, pined]}\n")
    said = run("check").stdout
    assert "tocsin.yaml:3:26: error[T306 bad-option]: no plugin 'pined' is installed" in said
    assert "did you mean 'pinned'?" in said


@pytest.mark.parametrize(
    ("plugins", "said"),
    [
        ("plugins: {pin: {pinned: {version: '1', sha256: abc}}}\n", "no SHA-256 in hexadecimal"),
        ("plugins: {pin: {pinned: {version: '1'}}}\n", "'sha256' is missing"),
        ("plugins: {pin: 3}\n", "a mapping of distributions"),
        ("plugins: {pinned: 3}\n", "a mapping of options"),
    ],
)
def test_mistakes_in_the_section_are_told_at_their_line(
    run: Run, configure: Callable[[str], None], plugins: str, said: str
) -> None:
    configure(plugins)
    found = run("check").stdout
    assert said in found
    assert "tocsin.yaml:3:" in found


def test_one_that_ends_the_process_is_listed_with_the_others(run: Run, site: Path) -> None:
    install(site, "other", source="import os\nos._exit(3)\n")
    listed = json.loads(run("plugins", "list", "--format", "json").stdout)
    states = {plugin["name"]: (plugin["state"], plugin["error"]) for plugin in listed}
    assert states["pinned"] == ("loaded", "")
    assert states["other"] == ("failed", "loading it ended the process (status 3)")


def test_info_shows_one_plugin(run: Run) -> None:
    said = run("plugins", "info", "pinned").stdout
    assert "registers     operator nice\n" in said
    assert "pinned        no\n" in said
    missing = run("plugins", "info", "pined")
    assert missing.returncode == 2
    assert "did you mean 'pinned'?" in missing.stderr
