"""`tocsin alerts`: what was sent, withheld or failed, and why."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from tocsin.cli.ack import ack_record
from tocsin.cli.options import HOW_MANY, DurationType, format_option, state_options
from tocsin.cli.output.table import show
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.model import Alert
from tocsin.notify.render import tweet_url
from tocsin.store.store import About, AlertOutcome, OutboxRow, State, Store, WithheldCount

_AN_ALERT = re.compile(r"\balert [0-9a-f]{16}\b")
_EVERY_STATE: tuple[State, ...] = ("waiting", "sending", "delivered", "dead")


@click.command()
@click.option("--limit", type=HOW_MANY, default=50, show_default=True, help="How many, newest first.")
@click.option("--rule", help="Only alerts of this rule.")
@click.option("--since", type=DurationType(), metavar="DURATION", help="Only those of the last so long, e.g. 2h.")
@click.option("--withheld", "shown", flag_value="withheld", help="Only what was held back, counted by rule and reason.")
@click.option("--sent", "shown", flag_value="sent", help="Only alerts that reached a destination.")
@click.option("--failed", "shown", flag_value="failed", help="Only alerts of which a delivery failed.")
@format_option
@state_options
def alerts(
    limit: int,
    rule: str | None,
    since: timedelta | None,
    shown: str | None,
    output: str,
    config: Path,
    state_file: Path | None,
) -> None:
    """Show alerts, newest first: what was sent or withheld, and why.

    --failed shows those that were given up on and those that are tried again. With --withheld, each line counts what
    was held back of one rule for one reason; as JSON, each alert that was held back is an object of its own.

    \b
    Example:
      tocsin alerts --limit 10
      tocsin alerts --rule exchange-hack --format json
      tocsin alerts --withheld --since 2h
    """
    begin = None if since is None else SystemClock().now() - since
    with state(config, state_file) as store:
        if shown == "withheld" and output == "text":
            _show_counts(store.withheld(rule_id=rule, since=begin))
            return
        records = _records(store, limit, rule, begin, shown)
    if output == "json":
        for record in records:
            click.echo(json.dumps(record))
    elif not records:
        click.echo(
            f"no such alerts{'' if rule is None else f' of rule {rule!r}'}" if shown or since else _none_yet(rule),
            err=True,
        )
    else:
        show(("at", "severity", "rule", "alert", "title", "deliveries"), [_row(record) for record in records])


def _none_yet(rule: str | None) -> str:
    return "no alerts yet" if rule is None else f"no alerts of rule {rule!r} yet"


def _show_counts(counts: list[WithheldCount]) -> None:
    if not counts:
        click.echo("nothing was withheld", err=True)
        return
    rows = [
        [str(each.count), each.rule_id, each.reason, _time(each.first_at), _time(each.last_at)]
        for each in _joined(counts)
    ]
    show(("withheld", "rule", "reason", "first", "last"), rows)


def _joined(counts: list[WithheldCount]) -> list[WithheldCount]:
    """Return the counts with reasons that differ only in the alert that they name as one: `inhibited by alert …`."""
    joined: dict[tuple[str, str], WithheldCount] = {}
    for each in counts:
        reason = _AN_ALERT.sub("an alert", each.reason)
        other = joined.get((each.rule_id, reason))
        joined[each.rule_id, reason] = each if other is None else _sum(other, each, reason)
    return sorted(joined.values(), key=lambda each: (-each.count, each.rule_id, each.reason))


def _sum(one: WithheldCount, other: WithheldCount, reason: str) -> WithheldCount:
    first_at, last_at = min(one.first_at, other.first_at), max(one.last_at, other.last_at)
    return replace(one, reason=reason, count=one.count + other.count, first_at=first_at, last_at=last_at)


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")[:19] + "Z"


def _records(
    store: Store, limit: int, rule: str | None, since: datetime | None, shown: str | None
) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    if shown != "withheld":
        outcome: AlertOutcome | None = "sent" if shown == "sent" else "failed" if shown == "failed" else None
        found = store.alerts(limit=limit, rule_id=rule, since=since, outcome=outcome)
        records += [_alert_record(store, alert) for alert in found]
    if shown in (None, "withheld"):
        entries = store.journal(kinds=("withheld",), limit=limit, about=About(rule_id=rule), since=since)
        records += [_withheld_record(entry) for entry in entries]
    return sorted(records, key=lambda record: str(record["at"]), reverse=True)[:limit]


def _withheld_record(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "alert_id": entry["alert_id"],
        "rule": entry["rule_id"],
        "at": entry["at"],
        "tweet_id": entry["tweet_id"],
        "withheld": entry["reason"],
        "until": entry.get("until"),
    }


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
        "held_back": alert.held_back,
        "folded": list(alert.folded),
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
        until = f", until {record['until'][:19].replace('T', ' ')}Z" if record["until"] else ""
        return [at, "", record["rule"], record["alert_id"], "", f"withheld: {record['withheld']}{until}"]
    deliveries = [_delivery(delivery) for delivery in record["deliveries"]] or ["no destination"]
    ack = record["acknowledged"]
    if ack is not None:
        deliveries.append(f"acknowledged by {ack['by']}" + (f" ({ack['note']})" if ack["note"] else ""))
    more = f" (+{record['held_back']:,} more)" if record["held_back"] else ""
    title = f"{record['title']}{more}"
    return [at, record["severity"], record["rule"], record["alert_id"], title, "; ".join(deliveries)]


def _delivery(record: dict[str, Any]) -> str:
    if record["escalation"] and record["state"] == "waiting" and not record["attempts"]:
        return f"{record['destination']} escalates {record['next_try'][:16].replace('T', ' ')}Z"
    words = f"{record['destination']} {record['state']}"
    return f"{words} ({record['reason']})" if record["reason"] else words
