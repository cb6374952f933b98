"""Commands in the end-to-end tests are forked from a process that has all of tocsin imported. Here each is alone."""

import subprocess
import sys

from tocsin.cli.main import COMMANDS

ALONE = """
import os, sys
import anyio, httpx, jinja2, pydantic, sqlite3, yaml  # not ours: they stand alone, and take long
from tocsin.cli.main import load_command

for name in sys.argv[1:]:
    if not os.fork():
        load_command(name)
        os._exit(0)
    assert os.wait()[1] == 0, name
"""


def test_each_command_can_be_imported_before_any_other() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE, *COMMANDS], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
