"""A command that isn't there is answered with the one that was meant."""

import pytest
from click.testing import CliRunner

from tocsin.cli.main import cli


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
