"""The `tocsin` command: finds the subcommand, and turns errors into one clear line and an exit status.

Exit status: 0 done; 1 findings; 2 usage or configuration; 3 the stream refused us for good; 4 `plan`: changes.
"""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from tocsin import __version__
from tocsin.cli.leaving import leave_threads_behind
from tocsin.cli.output.shielded import ShieldedOutput
from tocsin.cli.summaries import summary
from tocsin.errors import RulesError, StreamRefused, TocsinError, ungrouped
from tocsin.runtime.collecting import beside_the_stream

COMMANDS = {
    "ack": "tocsin.cli.ack:ack",
    "alerts": "tocsin.cli.alerts:alerts",
    "bench": "tocsin.cli.bench:bench",
    "check": "tocsin.cli.check:check",
    "completion": "tocsin.cli.completion:completion",
    "demo": "tocsin.cli.demo:demo",
    "doctor": "tocsin.cli.doctor:doctor",
    "expand": "tocsin.cli.expand:expand",
    "explain": "tocsin.cli.explain:explain",
    "import": "tocsin.cli.import_:import_",
    "init": "tocsin.cli.init:init",
    "logic": "tocsin.cli.logic:logic",
    "match": "tocsin.cli.match:match",
    "notify": "tocsin.cli.notify:notify",
    "outbox": "tocsin.cli.outbox:outbox",
    "plan": "tocsin.cli.plan:plan",
    "plugins": "tocsin.cli.plugins:plugins",
    "render": "tocsin.cli.render:render",
    "route": "tocsin.cli.route:route",
    "run": "tocsin.cli.run:run",
    "schema": "tocsin.cli.schema:schema",
    "silence": "tocsin.cli.silence:silence",
    "simulate": "tocsin.cli.simulate:simulate",
    "test": "tocsin.cli.test:test",
    "trace": "tocsin.cli.trace:trace",
}
"""Each command and where it lives; imported only when it is used, so that `tocsin check` starts fast."""

VARIABLE = "_TOCSIN_COMPLETE"
"""What a shell sets when it asks for completions."""


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; None if there is none of that name."""
        return load_command(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the first sentences of their help; none is imported for it."""
        width = formatter.width - 6 - max(map(len, COMMANDS))
        helps = {name: click.Command(name, help=summary(COMMANDS[name])) for name in sorted(COMMANDS)}
        rows = [(name, command.get_short_help_str(width)) for name, command in helps.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, or fail with the name that is likely meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from tocsin.logic.vocabulary import did_you_mean

            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], COMMANDS, '`tocsin --help` lists them')}")
        return super().resolve_command(ctx, args)


def load_command(name: str) -> click.Command | None:
    """Import and return the command of a name; None if there is none."""
    target = COMMANDS.get(name)
    if target is None:
        return None
    module_name, _, attribute = target.partition(":")
    # No collection meanwhile: modules stay, and looking through them for garbage is a tenth of the time of a start.
    with beside_the_stream():
        command = getattr(importlib.import_module(module_name), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{target} is not a command")
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tocsin")
def cli() -> None:
    """Alert on a live tweet stream, by rules written in YAML.

    \b
    tocsin demo --for 30s     see it work: no keys, no configuration
    tocsin init               a configuration and a first rule file to start from
    tocsin check              every problem in your rules at once
    tocsin run                the main job
    """


def exit_status(error: TocsinError) -> int:
    """Return the exit status that an error ends the program with."""
    match error:
        case StreamRefused():
            return 3
        case RulesError():
            return 1
        case _:
            return 2


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    try:
        _main(args)
    except SystemExit as leaving:
        leave_threads_behind(leaving.code)
        raise


def _main(args: Sequence[str] | None) -> None:
    # pydantic looks through every installed distribution for plugins of its own: slow, and one that is damaged would
    # keep tocsin from starting.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if VARIABLE in os.environ:
        from tocsin.cli.completing import complete

        complete(COMMANDS, load_command, VARIABLE)
        return
    sys.stdout = ShieldedOutput(sys.stdout, sys.stderr)
    try:
        with ungrouped():
            cli.main(args=args, prog_name="tocsin")
    except TocsinError as error:
        click.echo(f"tocsin: {error}", err=True)
        sys.exit(exit_status(error))
    except OSError as error:
        # A path that no file can have, a folder that can't be entered: the user's to mend, not a bug of ours.
        place = f"{str(error.filename)[:200]}: " if error.filename is not None else ""
        click.echo(f"tocsin: {place}{error.strerror or error}", err=True)
        sys.exit(2)
    except UnicodeEncodeError:
        # Bytes that are no UTF-8 are fine as the name of a file, and can be nothing else.
        if not any(_has_lone_surrogates(word) for word in (sys.argv[1:] if args is None else args)):
            raise
        click.echo("tocsin: the command line has bytes in it that are not UTF-8; nothing was changed", err=True)
        sys.exit(2)


def _has_lone_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
