"""Every command of the tutorial prints what the page says that it prints.

`console` blocks hold commands, `$ …`, each followed by its output, with `[exit status 1]` where that is not 0. Blocks
with a title are files. `TOCSIN_UPDATE_GOLDEN=1` writes the outputs into the page anew; then read the difference.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/tutorial/first-rule.md"
BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)


class Terminal:
    """Runs commands one after the other, as somebody at a terminal does; `cd` holds for those that follow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            "NO_COLOR": "1",
        }

    def output(self, command: str) -> str:
        """Return what a command prints, and its exit status if that is not 0."""
        if command.startswith("cd "):
            self.folder = self.folder / command.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        status = f"[exit status {done.returncode}]\n" if done.returncode else ""
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines()) + status


def as_run(page: str, folder: Path) -> str:
    """Return the page with its files written below a folder and each command followed by what it printed there."""
    terminal = Terminal(folder)

    def run(block: re.Match[str]) -> str:
        if block["title"]:
            (terminal.folder / block["title"]).write_text(block["text"], encoding="utf-8")
        elif block["kind"] == "console":
            printed = (f"$ {command}\n{terminal.output(command)}" for command in COMMAND.findall(block["text"]))
            return f"```console\n{''.join(printed)}```"
        return block[0]

    return BLOCK.sub(run, page)


@pytest.mark.slow
def test_every_command_of_the_tutorial_prints_what_the_page_says(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    run = as_run(page, tmp_path)
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        PAGE.write_text(run, encoding="utf-8")
        return
    assert page == run
