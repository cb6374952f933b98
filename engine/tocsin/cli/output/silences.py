"""Silences and what they hide, for people and for programs."""

from datetime import datetime, timedelta
from typing import Any

from tocsin.alerting.preview import Preview
from tocsin.alerting.silences import Silence
from tocsin.notify.escape import one_line

_TITLE_MAX = 100


def preview_as_text(found: Preview) -> str:
    """Return what a silence would have hidden: how many, by rule, and a few titles."""
    if not found.hidden:
        return f"would have hidden none of the {found.alerts} alerts of the last 7 days"
    loud = f", {found.loud} of them high or critical" if found.loud else ""
    lines = [f"would have hidden {found.hidden} of the {found.alerts} alerts of the last 7 days{loud}"]
    lines += [f"  {count:>6}  {rule}" for rule, count in found.by_rule]
    for alert in found.examples:
        title = one_line(alert.title.plain())[:_TITLE_MAX]
        lines.append(f"  {when(alert.at)}  {alert.severity.value}  {alert.rule_id}  {title}")
    return "\n".join(lines)


def preview_as_json(found: Preview, since: datetime) -> dict[str, Any]:
    """Return the same as an object."""
    return {
        "since": since.isoformat(),
        "alerts": found.alerts,
        "hidden": found.hidden,
        "high_or_critical": found.loud,
        "by_rule": [{"rule": rule, "hidden": count} for rule, count in found.by_rule],
        "examples": [
            {
                "alert_id": alert.id,
                "rule": alert.rule_id,
                "severity": alert.severity.value,
                "at": alert.at.isoformat(),
                "title": alert.title.plain(),
            }
            for alert in found.examples
        ],
        "everything": found.everything,
    }


def silence_as_json(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as an object."""
    return {
        "id": silence.id,
        "condition": silence.condition,
        "why": silence.why,
        "by": silence.by,
        "since": silence.since.isoformat(),
        "until": silence.until.isoformat(),
        "holds": silence.holds_at(now),
        "ended_at": None if silence.ended_at is None else silence.ended_at.isoformat(),
        "ended_by": silence.ended_by or None,
        "hidden": silence.hidden,
        "high_or_critical": silence.loud,
    }


def silence_cells(silence: Silence, now: datetime) -> list[str]:
    """Return a silence as a row: id, until, by, why, condition, hidden."""
    loud = f" ({silence.loud} high or critical)" if silence.loud else ""
    until = until_in_words(silence, now)
    return [silence.id, until, silence.by, silence.why, silence.condition, f"hid {silence.hidden}{loud}"]


def until_in_words(silence: Silence, now: datetime) -> str:
    """Return when a silence ends or ended."""
    if silence.holds_at(now):
        return f"until {when(silence.until)} (for {_lasting(silence.until - now)})"
    by = f" by {silence.ended_by}" if silence.ended_by else ""
    return f"ended {when(silence.ended_at or silence.until)}{by}"


def when(at: datetime) -> str:
    """Return an instant for people, in UTC."""
    return at.isoformat(sep=" ", timespec="minutes")[:16] + "Z"


def _lasting(left: timedelta) -> str:
    minutes = max(1, round(left.total_seconds() / 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{days}d" * bool(days), f"{hours}h" * bool(hours), f"{rest}m" * bool(rest and not days)]
    return "".join(parts)
