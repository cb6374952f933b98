"""`tocsin ack`: says that somebody has taken on an alert."""

import json
from pathlib import Path

import click

from tocsin.cli.options import NAME, REMARK, format_option, state_options
from tocsin.cli.output.silences import when
from tocsin.cli.silence import user_name
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.model import AlertId
from tocsin.notify.escape import one_line
from tocsin.store.muting import Ack
from tocsin.store.store import Store


@click.command()
@click.argument("alert_ids", metavar="ALERT...", nargs=-1, required=True)
@click.option("--by", type=NAME, default=None, help="Who takes it on.  [default: your user name]")
@click.option("--note", type=REMARK, default="", help="A word to those who look at the alert.")
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
        meant = [_meant(store, name) for name in alert_ids]
        acks = [store.acks.acknowledge(each, now, by=by or user_name(), note=note) for each in meant]
        titles = [_title(store, each) for each in meant]
    for made, title in zip(acks, titles, strict=True):
        click.echo(json.dumps(_record(made)) if output == "json" else _line(made, title))


def ack_record(made: Ack) -> dict[str, object]:
    """Return an acknowledgement as an object."""
    return {"at": made.at.isoformat(), "by": made.by, "note": made.note}


def _record(made: Ack) -> dict[str, object]:
    return {"alert_id": made.alert_id, **ack_record(made), "stopped": list(made.stopped), "is_new": made.is_new}


def _meant(store: Store, name: str) -> list[AlertId]:
    """Return the message of an id, or of the beginning of one, and behind it the alerts that it stands for.

    Raises:
        ConfigError: there is none, or more than one; then nothing is changed.
    """
    found = store.acks.ids_like(name, limit=4) if name else []
    exact = [each for each in found if each == name] or found
    if len(exact) > 1:
        some = ", ".join(exact[:3]) + (", …" if len(exact) > 3 else "")
        raise ConfigError(f"more than one alert begins with {name!r}: {some}; nothing was changed")
    if not exact:
        raise ConfigError(f"there is no alert {name!r} (see `tocsin alerts`); nothing was changed")
    return list(dict.fromkeys([exact[0], *store.acks.stands_for(exact[0])]))


def _title(store: Store, meant: list[AlertId]) -> str:
    alert = store.alert(meant[0])
    return f"{len(meant) - 1} alerts" if alert is None else alert.title.plain()


def _line(made: Ack, title: str) -> str:
    if not made.is_new:
        note = f": {made.note}" if made.note else ""
        return one_line(f"{made.alert_id} was acknowledged {when(made.at)} by {made.by}{note}")
    stopped = f"; not told any more: {', '.join(made.stopped)}" if made.stopped else ""
    return f"{made.alert_id} acknowledged: {one_line(title)[:100]}{stopped}"
