"""A plugin that `tocsin plugins new` wrote passes its own tests, lint, types and the contract suite, and builds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("new")
    done = run(where, sys.executable, "-m", "tocsin", "plugins", "new", "loud-noise")
    assert done.returncode == 0, done.stderr
    return where / "tocsin-loud-noise"


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        (str(BIN / "ruff"), "check", "--no-cache", "."),
        (str(BIN / "ruff"), "format", "--check", "--no-cache", "."),
        (sys.executable, "-m", "mypy", "--cache-dir", os.devnull),
        (sys.executable, "-m", "tocsin", "plugins", "check", "."),
    ],
    ids=["tests", "lint", "format", "types", "contract"],
)
def test_it_passes_at_once(folder: Path, command: tuple[str, ...]) -> None:
    done = run(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_wheel_has_the_code_its_types_and_the_entry_point(folder: Path) -> None:
    done = run(folder, str(BIN / "hatchling"), "build", "-t", "wheel")
    assert done.returncode == 0, done.stderr
    [wheel] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert packed.read(entry).decode() == "[tocsin]\nloud-noise = tocsin_loud_noise\n"
    assert {"tocsin_loud_noise/__init__.py", "tocsin_loud_noise/py.typed"} <= set(names)


@pytest.mark.parametrize(("name", "said"), [("Loud!", "no name for a plugin"), ("only", "no name for a plugin")])
def test_a_name_that_no_plugin_can_have_is_refused(tmp_path: Path, name: str, said: str) -> None:
    done = run(tmp_path, sys.executable, "-m", "tocsin", "plugins", "new", name)
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_exists_is_written_over(folder: Path) -> None:
    done = run(folder.parent, sys.executable, "-m", "tocsin", "plugins", "new", "loud-noise")
    assert done.returncode == 2
    assert "exists: choose another name" in done.stderr
