"""A command that isn't there is answered with the one that was meant."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from tocsin.cli.main import COMMANDS, cli, load_command


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("chek", "no command 'chek'; did you mean 'check'?"),
        ("silense", "no command 'silense'; did you mean 'silence'?"),
        ("frobnicate", "no command 'frobnicate'; `tocsin --help` lists them"),
    ],
)
def test_a_misspelt_command_is_a_matter_of_usage_and_told_with_what_was_meant(typed: str, answer: str) -> None:
    result = CliRunner().invoke(cli, [typed])
    assert (result.exit_code, result.output.splitlines()[-1]) == (2, f"Error: {answer}")


SEEN = """
import atexit, sys
from tocsin.cli.main import main
atexit.register(lambda: print(*[name for name in sys.modules if name.startswith("tocsin.cli.")]))
main(["--help"])
"""


def test_help_lists_every_command_as_its_own_help_begins_and_imports_none() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    *listed, modules = done.stdout.splitlines()
    rows = dict(line.split(None, 1) for line in listed[listed.index("Commands:") + 1 :])
    commands = {name: load_command(name) for name in COMMANDS}
    assert rows == {name: command.get_short_help_str(62) for name, command in commands.items() if command is not None}
    assert not {place.partition(":")[0] for place in COMMANDS.values()} & set(modules.split())
