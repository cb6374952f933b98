"""The stand-ins that answer the shell take what the commands take."""

from collections.abc import Iterator

import click
import pytest

from tocsin.cli.completing import stand_ins
from tocsin.cli.main import COMMANDS, load_command


def pairs(
    stand_in: click.Command, command: click.Command | None, name: str
) -> Iterator[tuple[str, click.Command, click.Command]]:
    """Yield each stand-in with its command, those below groups too."""
    assert command is not None, name
    if isinstance(stand_in, click.Group):
        assert isinstance(command, click.Group)
        for below, inner in stand_in.commands.items():
            yield from pairs(inner, command.commands.get(below), f"{name} {below}")
    else:
        yield name, stand_in, command


PAIRS = [
    pair
    for name, stand_in in stand_ins().items()
    if name in COMMANDS
    for pair in pairs(stand_in, load_command(name), name)
]


@pytest.mark.parametrize(("stand_in", "command"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_a_stand_in_has_the_options_and_arguments_of_its_command(
    stand_in: click.Command, command: click.Command
) -> None:
    known = {option for param in command.params for option in param.opts if isinstance(param, click.Option)}
    used = {option for param in stand_in.params for option in param.opts if isinstance(param, click.Option)}
    assert used <= known
    arguments = [sum(isinstance(param, click.Argument) for param in each.params) for each in (stand_in, command)]
    assert arguments[0] == arguments[1]
