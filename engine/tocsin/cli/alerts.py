"""`tocsin alerts`: what was sent, withheld or failed, and why."""

import json
from pathlib import Path
from typing import Any

import click

from tocsin.cli.ack import ack_record
from tocsin.cli.options import format_option, state_options
from tocsin.cli.output.table import show
from tocsin.cli.state import state
from tocsin.model import Alert
from tocsin.notify.render import tweet_url
from tocsin.store.store import OutboxRow, State, Store

_EVERY_STATE: tuple[State, ...] = ("waiting", "sending", "delivered", "dead")


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many, newest first.")
@click.option("--rule", help="Only alerts of this rule.")
@format_option
@state_options
def alerts(limit: int, rule: str | None, output: str, config: Path, state_file: Path | None) -> None:
    """Show alerts, newest first: what was sent or withheld, and why.

    \b
    Example:
      tocsin alerts --limit 10
      tocsin alerts --rule exchange-hack --format json
    """
    with state(config, state_file) as store:
        records = _records(store, limit, rule)
    if output == "json":
        for record in records:
            click.echo(json.dumps(record))
    elif not records:
        click.echo("no alerts yet" if rule is None else f"no alerts of rule {rule!r} yet", err=True)
    else:
        show(("at", "severity", "rule", "alert", "title", "deliveries"), [_row(record) for record in records])


def _records(store: Store, limit: int, rule: str | None) -> list[dict[str, Any]]:
    sent = [_alert_record(store, alert) for alert in store.alerts(limit=limit, rule_id=rule)]
    # The journal can't be searched by rule: look at more of it than is shown.
    withheld = store.journal(kinds=["withheld"], limit=limit if rule is None else 10_000)
    held_back = [
        {
            "alert_id": entry["alert_id"],
            "rule": entry["rule_id"],
            "at": entry["at"],
            "tweet_id": entry["tweet_id"],
            "withheld": entry["reason"],
        }
        for entry in withheld
        if rule in (None, entry["rule_id"])
    ]
    return sorted([*sent, *held_back], key=lambda record: str(record["at"]), reverse=True)[:limit]


def _alert_record(store: Store, alert: Alert) -> dict[str, Any]:
    rows = store.outbox(states=_EVERY_STATE, alert_id=alert.id)
    ack = store.acks.of(alert.id)
    return {
        "alert_id": alert.id,
        "rule": alert.rule_id,
        "key": alert.key,
        "severity": alert.severity.value,
        "at": alert.at.isoformat(),
        "title": alert.title.plain(),
        "tweet_id": alert.tweet.id,
        "url": tweet_url(alert),
        "because": list(alert.because),
        "acknowledged": None if ack is None else ack_record(ack),
        "deliveries": [delivery_record(row) for row in rows],
    }


def delivery_record(row: OutboxRow) -> dict[str, Any]:
    """Return a delivery as a JSON object."""
    delivery = row.delivery
    return {
        "destination": delivery.destination,
        "state": row.state,
        "attempts": delivery.attempts,
        "next_try": delivery.due_at.isoformat() if row.state == "waiting" else None,
        "reason": row.reason,
        "escalation": delivery.escalation is not None,
    }


def _row(record: dict[str, Any]) -> list[str]:
    at = str(record["at"])[:19].replace("T", " ") + "Z"
    if "withheld" in record:
        return [at, "", record["rule"], record["alert_id"], "", f"withheld: {record['withheld']}"]
    deliveries = [_delivery(delivery) for delivery in record["deliveries"]] or ["no destination"]
    ack = record["acknowledged"]
    if ack is not None:
        deliveries.append(f"acknowledged by {ack['by']}" + (f" ({ack['note']})" if ack["note"] else ""))
    return [at, record["severity"], record["rule"], record["alert_id"], record["title"], "; ".join(deliveries)]


def _delivery(record: dict[str, Any]) -> str:
    if record["escalation"] and record["state"] == "waiting" and not record["attempts"]:
        return f"{record['destination']} escalates {record['next_try'][:16].replace('T', ' ')}Z"
    words = f"{record['destination']} {record['state']}"
    return f"{words} ({record['reason']})" if record["reason"] else words
