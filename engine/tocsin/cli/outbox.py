"""`tocsin outbox`: what waits or has been given up on, and what to do about it."""

import json
from pathlib import Path

import click

from tocsin.cli.alerts import delivery_record
from tocsin.cli.options import format_option, state_options
from tocsin.cli.output.table import show
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.store.store import OutboxRow, State, Store

_LISTED = 1_000
_EVERYTHING = 1_000_000_000
_IDLE: tuple[State, ...] = ("waiting", "dead")


@click.group(invoke_without_command=True)
@format_option
@state_options
@click.pass_context
def outbox(context: click.Context, output: str, config: Path, state_file: Path | None) -> None:
    """Show or change what waits to be delivered or was given up on.

    \b
    Example:
      tocsin outbox
      tocsin outbox retry 0123456789abcdef
      tocsin outbox drop --destination email --all
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, output=output, config=config, state_file=state_file)


@outbox.command("list")
@click.option("--destination", help="Only what goes there.")
@click.option("--limit", type=click.IntRange(min=1), default=_LISTED, show_default=True, help="How many, oldest first.")
@format_option
@state_options
def list_(
    destination: str | None = None,
    limit: int = _LISTED,
    output: str = "text",
    config: Path = Path("tocsin.yaml"),
    state_file: Path | None = None,
) -> None:
    """List deliveries that wait, are being sent, or were given up on."""
    with state(config, state_file) as store:
        rows = store.outbox(limit=limit, destination=destination)
    if output == "json":
        for row in rows:
            click.echo(
                json.dumps(
                    {"alert_id": row.delivery.alert.id, "rule": row.delivery.alert.rule_id, **delivery_record(row)}
                )
            )
    elif not rows:
        click.echo("the outbox is empty", err=True)
    else:
        show(("alert", "rule", "destination", "state", "attempts", "next try", "reason"), [_cells(row) for row in rows])


@outbox.command()
@click.argument("alert_ids", metavar="[ID]...", nargs=-1)
@click.option("--destination", help="Only what goes there.")
@click.option("--all", "everything", is_flag=True, help="All that wait or were given up on.")
@state_options
def retry(
    alert_ids: tuple[str, ...], destination: str | None, everything: bool, config: Path, state_file: Path | None
) -> None:
    """Send again at once, with attempts counted afresh.

    A running tocsin takes it up within 5 s. --all leaves alone what only waits to escalate.
    """
    with state(config, state_file) as store:
        chosen = _chosen(store, alert_ids, destination, everything=everything)
        # An escalation waits as it should: to hurry it, it has to be named.
        chosen = [row for row in chosen if not everything or not _is_escalation(row)]
        now = SystemClock().now()
        done = sum(store.revive(row.delivery.alert.id, row.delivery.destination, now) for row in chosen)
    click.echo(f"{done} to be sent again")


@outbox.command()
@click.argument("alert_ids", metavar="[ID]...", nargs=-1)
@click.option("--destination", help="Only what goes there.")
@click.option("--all", "everything", is_flag=True, help="All that wait or were given up on.")
@state_options
def drop(
    alert_ids: tuple[str, ...], destination: str | None, everything: bool, config: Path, state_file: Path | None
) -> None:
    """Take deliveries out of the outbox.

    The alert itself and a note in the journal stay.
    """
    with state(config, state_file) as store:
        chosen = _chosen(store, alert_ids, destination, everything=everything)
        now, why = SystemClock().now(), "dropped with `tocsin outbox drop`"
        done = sum(store.drop(row.delivery.alert.id, row.delivery.destination, now, why) for row in chosen)
    click.echo(f"{done} dropped")


def _chosen(store: Store, alert_ids: tuple[str, ...], destination: str | None, *, everything: bool) -> list[OutboxRow]:
    """Return the deliveries that the command line means.

    Raises:
        ConfigError: it names none, or one that isn't there; then nothing at all is changed.
    """
    if everything == bool(alert_ids):
        raise ConfigError("name alert ids (see `tocsin outbox`), or say --all")
    if everything:
        return store.outbox(states=_IDLE, limit=_EVERYTHING, destination=destination)
    chosen: list[OutboxRow] = []
    for alert_id in alert_ids:
        rows = store.outbox(states=_IDLE, alert_id=alert_id, destination=destination)
        if not rows:
            where = f" for {destination!r}" if destination else ""
            raise ConfigError(f"nothing of alert {alert_id!r} waits or was given up on{where}; nothing was changed")
        chosen += rows
    return chosen


def _is_escalation(row: OutboxRow) -> bool:
    """Whether a delivery waits only for nobody to acknowledge its alert."""
    return row.delivery.escalation is not None and row.state == "waiting" and not row.delivery.attempts


def _cells(row: OutboxRow) -> list[str]:
    delivery = row.delivery
    next_try = delivery.due_at.isoformat(sep=" ", timespec="seconds")[:19] + "Z" if row.state == "waiting" else ""
    return [
        delivery.alert.id,
        delivery.alert.rule_id,
        delivery.destination,
        "escalation" if _is_escalation(row) else row.state,
        str(delivery.attempts),
        next_try,
        row.reason,
    ]
