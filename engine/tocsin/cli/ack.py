"""`tocsin ack`: says that somebody has taken on an alert."""

import json
from pathlib import Path

import click

from tocsin.cli.options import format_option, state_options
from tocsin.cli.output.silences import when
from tocsin.cli.silence import user_name
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.model import Alert
from tocsin.notify.escape import one_line
from tocsin.store.muting import Ack
from tocsin.store.store import Store


@click.command()
@click.argument("alert_ids", metavar="ALERT...", nargs=-1, required=True)
@click.option("--by", default=None, help="Who takes it on.  [default: your user name]")
@click.option("--note", default="", help="A word to those who look at the alert.")
@format_option
@state_options
def ack(
    alert_ids: tuple[str, ...], by: str | None, note: str, output: str, config: Path, state_file: Path | None
) -> None:
    """Acknowledge ALERT: it does not escalate any more.

    ALERT is an alert's id, or as much of its beginning as no other has. What has been sent stays sent; to acknowledge
    again changes nothing.

    \b
    Example:
      tocsin ack 0123456789abcdef --note "restarting the gateway"
      tocsin ack 0123 --by ada
    """
    now = SystemClock().now()
    with state(config, state_file) as store:
        alerts = [_named(store, name) for name in alert_ids]
        acks = [
            store.acks.acknowledge((alert.id, *alert.folded), now, by=by or user_name(), note=note) for alert in alerts
        ]
    for alert, made in zip(alerts, acks, strict=True):
        click.echo(json.dumps(_record(alert, made)) if output == "json" else _line(alert, made))


def ack_record(made: Ack) -> dict[str, object]:
    """Return an acknowledgement as an object."""
    return {"at": made.at.isoformat(), "by": made.by, "note": made.note}


def _record(alert: Alert, made: Ack) -> dict[str, object]:
    return {"alert_id": alert.id, **ack_record(made), "stopped": list(made.stopped), "is_new": made.is_new}


def _named(store: Store, name: str) -> Alert:
    """Return the alert of an id, or of the beginning of one.

    Raises:
        ConfigError: there is none, or more than one; then nothing is changed.
    """
    found = store.acks.ids_like(name, limit=4)
    exact = [each for each in found if each == name] or found
    alert = store.alert(exact[0]) if len(exact) == 1 and name else None
    if alert is not None:
        return alert
    if len(exact) > 1 and name:
        some = ", ".join(exact[:3]) + (", …" if len(exact) > 3 else "")
        raise ConfigError(f"more than one alert begins with {name!r}: {some}; nothing was changed")
    raise ConfigError(f"there is no alert {name!r} (see `tocsin alerts`); nothing was changed")


def _line(alert: Alert, made: Ack) -> str:
    title = one_line(alert.title.plain())[:100]
    if not made.is_new:
        note = f": {made.note}" if made.note else ""
        return one_line(f"{alert.id} was acknowledged {when(made.at)} by {made.by}{note}")
    stopped = f"; not told any more: {', '.join(made.stopped)}" if made.stopped else ""
    return one_line(f"{alert.id} acknowledged: {title}{stopped}")
