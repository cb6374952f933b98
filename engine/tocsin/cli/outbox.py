"""`tocsin outbox`: what waits or has been given up on, and what to do about it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from tocsin.cli.alerts import delivery_record
from tocsin.cli.completing import destination_names
from tocsin.cli.options import HOW_MANY, DurationType, config_option, format_option
from tocsin.cli.output.table import show
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import did_you_mean
from tocsin.store.store import Choice, OutboxRow, State, Store

_LISTED = 1_000
_PAGE = 1_000
_NAMED: tuple[State, ...] = ("waiting", "sending", "dead", "delivered")
_OPEN: tuple[State, ...] = ("waiting", "sending", "dead")
_IDLE: tuple[State, ...] = ("waiting", "dead")
_TYPED = ParameterSource.COMMANDLINE
_HEADINGS = ("alert", "rule", "destination", "state", "attempts", "next try", "reason")

Command = TypeVar("Command", bound=Callable[..., Any])


def _narrowed(command: Command) -> Command:
    """Add the options that say which deliveries are meant, and `--config`."""
    for option in reversed(
        (
            click.option("--to", "--destination", "to", metavar="NAME", help="Only what goes there."),
            click.option("--rule", metavar="ID", help="Only alerts of this rule."),
            click.option(
                "--state",
                "state_or_file",
                metavar="STATE|FILE",
                multiple=True,
                help="Only what is waiting, sending, dead or delivered; may be repeated. Any other word is the state"
                " database itself; the configuration is then not read.",
            ),
            click.option("--older-than", type=DurationType(), help="Only alerts that arose longer ago, such as 2h."),
        )
    ):
        command = option(command)
    return config_option(command)


@click.group(invoke_without_command=True)
@format_option
@_narrowed
@click.pass_context
def outbox(context: click.Context, /, output: str, config: Path, **narrowing: Any) -> None:
    """Show or change what waits to be delivered or was given up on.

    \b
    Example:
      tocsin outbox
      tocsin outbox list --to email --state dead
      tocsin outbox retry 0123456789abcdef
      tocsin outbox drop --to email --older-than 1d
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, output=output, config=config, **narrowing)
        return
    # What stands before the command is meant for it: without `--state dead` here, `drop` would take what waits as well.
    given = {"output": output, "config": config, **narrowing}
    named = {name: value for name, value in given.items() if context.get_parameter_source(name) is _TYPED}
    context.default_map = {context.invoked_subcommand: named}


@outbox.command("list")
@_narrowed
@click.option("--limit", type=HOW_MANY, default=_LISTED, show_default=True, help="How many, oldest first.")
@format_option
def list_(limit: int = _LISTED, output: str = "text", config: Path = Path("tocsin.yaml"), **narrowing: Any) -> None:
    """List deliveries that wait, are being sent, or were given up on.

    \b
    Example:
      tocsin outbox list --to email --state dead --older-than 2h
    """
    choice, file = _choice(_OPEN, **narrowing)
    is_empty = True
    with state(config, file) as store:
        for page in _pages(store, choice, limit):
            is_empty = False
            if output == "text":
                show(_HEADINGS, [_cells(row) for row in page])
                continue
            for row in page:
                click.echo(json.dumps(_record(row)))
    if is_empty and output == "text":
        what = "nothing in the outbox fits" if any(narrowing.values()) else "the outbox is empty"
        click.echo(what, err=True)


@outbox.command()
@click.argument("alert_ids", metavar="[ID]...", nargs=-1)
@_narrowed
@click.option("--all", "everything", is_flag=True, help="All that wait or were given up on.")
def retry(alert_ids: tuple[str, ...], everything: bool, config: Path, **narrowing: Any) -> None:
    """Send again at once, with attempts counted afresh.

    A running tocsin takes it up within 5 s. What only waits to escalate is left alone unless it is named.

    \b
    Example:
      tocsin outbox retry 0123456789abcdef
      tocsin outbox retry --to email --state dead
    """
    choice, file = _choice(_IDLE, **narrowing)
    choice = replace(choice, escalations=bool(alert_ids))
    now = SystemClock().now()
    with state(config, file) as store:

        def revive(which: Choice, after: int, up_to: int) -> tuple[int, int]:
            return store.revive_all(which, now, after=after, up_to=up_to, limit=_PAGE)

        _must_be_known(choice.destination, store, config if file is None else None)
        done = _change(store, _chosen(store, choice, alert_ids, narrowing, everything=everything), revive)
    click.echo(f"{done} to be sent again")


@outbox.command()
@click.argument("alert_ids", metavar="[ID]...", nargs=-1)
@_narrowed
@click.option("--all", "everything", is_flag=True, help="All that wait or were given up on.")
def drop(alert_ids: tuple[str, ...], everything: bool, config: Path, **narrowing: Any) -> None:
    """Take deliveries out of the outbox.

    The alert itself and a note in the journal stay.

    \b
    Example:
      tocsin outbox drop --to email --older-than 1d
    """
    choice, file = _choice(_IDLE, **narrowing)
    now, why = SystemClock().now(), "dropped with `tocsin outbox drop`"
    with state(config, file) as store:

        def drop_some(which: Choice, after: int, up_to: int) -> tuple[int, int]:
            return store.drop_all(which, now, why, after=after, up_to=up_to, limit=_PAGE)

        _must_be_known(choice.destination, store, config if file is None else None)
        done = _change(store, _chosen(store, choice, alert_ids, narrowing, everything=everything), drop_some)
    click.echo(f"{done} dropped")


def _must_be_known(destination: str | None, store: Store, config: Path | None) -> None:
    """Refuse the name of a destination that neither the outbox nor the configuration, if it is read, has.

    Raises:
        ConfigError: it is such a name; the message has the ones that there are.
    """
    if destination is None or store.select(Choice(states=_NAMED, destination=destination), limit=1):
        return
    configured = [] if config is None else destination_names(config)
    known = sorted({*configured, *(each.destination for each in store.backlog())})
    if destination not in known:
        there_are = f"there are: {', '.join(known)}" if known else "nothing waits for any"
        raise ConfigError(f"no destination {destination!r}; {did_you_mean(destination, known, there_are)}")


def _choice(
    states: Sequence[State],
    *,
    to: str | None = None,
    rule: str | None = None,
    state_or_file: tuple[str, ...] = (),
    older_than: timedelta | None = None,
) -> tuple[Choice, Path | None]:
    """Return what the options mean, `states` if they name none, and the database if they name one."""
    named: list[State] = [name for name in _NAMED if name in state_or_file]
    files = [word for word in state_or_file if word not in _NAMED]
    before = None if older_than is None else SystemClock().now() - older_than
    choice = Choice(states=named or states, destination=to, rule_id=rule, before=before)
    return choice, Path(files[-1]) if files else None


def _chosen(
    store: Store, choice: Choice, alert_ids: tuple[str, ...], narrowing: dict[str, Any], *, everything: bool
) -> list[Choice]:
    """Return what the command line means: one choice, or one for each alert.

    Raises:
        ConfigError: it names nothing, or an alert that isn't there; then nothing at all is changed.
    """
    is_narrowed = any(narrowing[key] for key in ("to", "rule", "older_than")) or any(
        word in _NAMED for word in narrowing["state_or_file"]
    )
    if everything and alert_ids:
        raise ConfigError("name alert ids, or say --all; not both")
    if not alert_ids:
        if not (everything or is_narrowed):
            raise ConfigError("name alert ids (see `tocsin outbox`), narrow it with --to or --rule, or say --all")
        return [choice]
    idle = replace(choice, states=[name for name in choice.states if name in _IDLE])
    choices = [replace(idle, alert_id=alert_id) for alert_id in alert_ids]
    for one in choices:
        if not store.select(one, limit=1):
            where = f" for {choice.destination!r}" if choice.destination else ""
            raise ConfigError(f"nothing of alert {one.alert_id!r} waits or was given up on{where}; nothing was changed")
    return choices


def _change(store: Store, choices: list[Choice], change: Callable[[Choice, int, int], tuple[int, int]]) -> int:
    """Change all that is meant, a short transaction at a time; what comes in meanwhile is left alone."""
    up_to, done = store.newest_row(), 0
    for choice in choices:
        after = 0
        while True:
            some, after = change(choice, after, up_to)
            done += some
            if not after:
                break
    return done


def _pages(store: Store, choice: Choice, limit: int) -> Iterator[list[OutboxRow]]:
    after = 0
    while limit > 0 and (page := store.select(choice, after=after, limit=min(limit, _PAGE))):
        yield page
        after, limit = page[-1].seq, limit - len(page)


def _record(row: OutboxRow) -> dict[str, Any]:
    delivery = row.delivery
    return {
        "alert_id": delivery.alert.id,
        "rule": delivery.alert.rule_id,
        **delivery_record(row),
        "held": delivery.held or None,
        "bundle": delivery.bundle,
    }


def _cells(row: OutboxRow) -> list[str]:
    delivery = row.delivery
    next_try = delivery.due_at.isoformat(sep=" ", timespec="seconds")[:19] + "Z" if row.state == "waiting" else ""
    return [
        delivery.alert.id,
        delivery.alert.rule_id,
        delivery.destination,
        "escalation" if row.is_escalation else row.state,
        str(delivery.attempts),
        next_try,
        row.reason,
    ]
