"""The tutorial's plugin, built as it says, works from its wheel beside tocsin's wheel in a clean environment."""

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial/first-plugin.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)
SHELL = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for text in SHELL for line in text.splitlines()]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Clean:
    """An environment that has tocsin as a wheel; what tocsin depends on is found where the tests have it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv/bin"

    def make(self) -> None:
        self.own("-m", "venv", "--without-pip", str(self.folder / "venv"))
        self.own("-m", "hatchling", "build", "-t", "wheel", "-d", str(self.folder / "dist"), cwd=ROOT)
        self.install(next((self.folder / "dist").glob("tocsin-*.whl")))
        [site] = (self.folder / "venv/lib").glob("python*/site-packages")
        # The path only: what is installed there editable, such as tocsin itself, is not found by it.
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def install(self, wheel: Path) -> None:
        self.own(
            "-m", "pip", "--python", str(self.bin / "python"), "install", "-q", "--no-index", "--no-deps", str(wheel)
        )

    def run(self, command: str, cwd: Path) -> str:
        """Run a command of the page; return what it prints."""
        assert command in COMMANDS, command
        done = subprocess.run(
            ["bash", "-c", command], cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def own(self, *arguments: str, cwd: Path | None = None) -> None:
        done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def clean(tmp_path: Path) -> Clean:
    environment = Clean(tmp_path)
    environment.make()
    return environment


@pytest.fixture
def project(clean: Clean) -> Path:
    """The plugin's folder, with the files of the page."""
    clean.run("tocsin plugins new ticker", clean.folder)
    folder = clean.folder / "tocsin-ticker"
    files: dict[str, str] = {}
    for name, text in BLOCKS.findall(PAGE):
        files[name] = f"{files[name]}\n\n{text}" if name in files else text
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def stream(clean: Clean, project: Path) -> Iterator[str]:
    """The simulator of the page, on a port that is free; its address."""
    command = [str(clean.bin / "tocsin"), "simulate", "--port", "0", "--file", "tweets.jsonl", "--for", "60s"]
    process = subprocess.Popen(command, cwd=project, env=clean.environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"ws://[\d.]+:\d+", process.stdout.readline())
    assert found is not None
    yield found[0]
    process.kill()
    process.wait()


def test_the_plugin_of_the_tutorial_is_built_installed_and_used(clean: Clean, project: Path, stream: str) -> None:
    assert "2 passed" in clean.run("python -m pytest", project)
    assert "FAILED" not in clean.run("tocsin plugins check .", project)
    clean.own("-m", "build", "--wheel", "--no-isolation", str(project))
    clean.install(project / "dist/tocsin_ticker-0.1.0-py3-none-any.whl")
    said = clean.run("tocsin plugins info ticker", clean.folder)
    assert "registers     operator cashtags, transform tickers, action notebook, field tickers" in said
    (project / "tocsin_ticker/__init__.py").unlink()  # from here on it is the wheel's
    clean.run("tocsin check", project)
    clean.run("tocsin test", project)
    configuration = project / "tocsin.yaml"
    configuration.write_text(configuration.read_text().replace("ws://127.0.0.1:8765", stream))
    clean.run("tocsin run --for 5s", project)
    shown = re.search(r"^```\n(BTC.*\n)```$", PAGE, re.MULTILINE)
    assert shown is not None
    assert clean.run("cat notes/*.txt", project) == shown[1]


def test_no_piece_of_it_is_longer_than_forty_lines() -> None:
    pieces = [text for name, text in BLOCKS.findall(PAGE) if name == "tocsin_ticker/__init__.py"]
    assert len(pieces) == 3
    assert max(len(piece.splitlines()) for piece in pieces) < 40
