"""`tocsin completion`: the script that makes a shell complete tocsin's command lines."""

import os
from pathlib import PurePath

import click
from click.shell_completion import get_completion_class

from tocsin.cli.main import VARIABLE

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", required=False, type=click.Choice(SHELLS), metavar="[bash|zsh|fish]")
def completion(shell: str | None) -> None:
    """Print the script that completes commands, options, rules and destinations.

    Without SHELL, for the one that SHELL in the environment names. The script goes into the shell's start-up file.

    \b
    Example:
      echo 'eval "$(tocsin completion bash)"' >> ~/.bashrc
      tocsin completion fish > ~/.config/fish/completions/tocsin.fish
    """
    name = shell or PurePath(os.environ.get("SHELL", "")).name
    kind = get_completion_class(name) if name in SHELLS else None
    if kind is None:
        raise click.UsageError(f"name the shell: {', '.join(SHELLS)}")
    click.echo(kind(click.Command("tocsin"), {}, "tocsin", VARIABLE).source(), nl=False)
