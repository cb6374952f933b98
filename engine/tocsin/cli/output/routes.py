"""Who would be told of an alert, for people and for programs."""

from datetime import datetime, tzinfo
from typing import Any

from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.routes import Asked
from tocsin.cli.output.proofs import place_of, placed
from tocsin.logic.printing import to_json
from tocsin.notify.escape import one_line
from tocsin.rules.duration import duration_text
from tocsin.runtime.routetrial import Inhibiting, Told, Trial


def trial_as_text(trial: Trial, zone: tzinfo | None) -> str:
    """Return who would be told, and why, with instants in a zone; in the machine's own if that is None."""
    rule = trial.rule
    key = f", key {trial.key}" if trial.key else ""
    lines = [f"an alert of {rule.id} ({place_of(rule.span)}), severity {rule.severity.value}{key}"]
    lines.append(f"at {_shown(trial.at, zone)}")
    if trial.is_match is False:
        lines.append("note: the rule is not true of this tweet")
    lines += ["", "asked", *(f"  {line}" for line in _asked(trial)), "", "told"]
    lines += [f"  {_told(each, zone)}" for each in trial.told] or [f"  nobody: {_why_nobody(trial)}"]
    if trial.withheld is not None:
        lines += ["", f"withheld, so nobody hears of it: {trial.withheld}"]
    for each in trial.inhibited:
        if each.raised is None:
            lines += ["", f"would be withheld while {_source(each.inhibition)} ({place_of(each.inhibition.span)})"]
    return "\n".join(line[: len(line) - len(line.lstrip())] + one_line(line) for line in lines)


def trial_as_json(trial: Trial) -> dict[str, Any]:
    """Return the same as an object."""
    rule = trial.rule
    return {
        "rule": str(rule.id),
        "severity": rule.severity.value,
        "key": trial.key,
        "at": trial.at.isoformat(),
        "stage": rule.stage,
        "enabled": rule.enabled,
        "matches_tweet": trial.is_match,
        "by": "rule" if rule.notify else "routes",
        "routes": [_asked_as_json(each) for each in trial.routes],
        "told": [_told_as_json(each) for each in trial.told],
        "withheld": trial.withheld,
        "silences": [{"id": each.id, "why": each.why, "until": each.until.isoformat()} for each in trial.silences],
        "inhibited": [_inhibiting_as_json(each) for each in trial.inhibited],
    }


def _asked(trial: Trial) -> list[str]:
    rule = trial.rule
    if rule.notify:
        origin = rule.origins.get("notify")
        place = place_of(None if origin is None else origin.span)
        return [f"no route: the rule's own notify decides{f' ({place})' if place else ''}, and nothing escalates"]
    if not trial.routes:
        return ["no route: there are none"]
    return [_route(each) for each in trial.routes]


def _route(asked: Asked) -> str:
    place = f"route {asked.number} ({place_of(asked.route.span)})"
    match asked.answer:
        case "false":
            return f"{place}: not true"
        case "failed":
            return f"{place}: can't be evaluated, so it counts as true: {asked.error}{_named(asked)}"
        case "true":
            always = " always" if asked.route.when is None else ""
            return f"{place}:{always} true{_named(asked)}"


def _named(asked: Asked) -> str:
    onward = "; goes on to the next" if asked.route.proceed else ""
    return f" -> {', '.join(asked.route.notify)}{onward}"


def _told(told: Told, zone: tzinfo | None) -> str:
    when = []
    if told.escalation:
        when.append(f"{_shown(told.at, zone)}, unless it is acknowledged before")
    if told.held_by is not None:
        until = "dropped" if told.held_until is None else f"held until {_shown(told.held_until, zone)}"
        when.append(f"{until}: {told.held_by}")
    if not when:
        when.append("at once")
    if told.limit is not None:
        when.append(f"at most {told.limit.count} in {duration_text(told.limit.period)}")
    return f"{told.destination}: {'; '.join(when)}"


def _why_nobody(trial: Trial) -> str:
    return "no route is true" if trial.routes else "the rule has no notify, and there are no routes"


def _source(inhibition: Inhibition) -> str:
    lasts = duration_text(inhibition.lasts)
    if isinstance(inhibition.source, str):
        return f"an alert of {inhibition.source} is younger than {lasts}"
    return f"an alert of which {to_json(inhibition.source)} is true is younger than {lasts}"


def _shown(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _asked_as_json(asked: Asked) -> dict[str, Any]:
    escalate = asked.route.escalate
    return {
        "number": asked.number,
        **placed(asked.route.span),
        "answer": asked.answer,
        "error": asked.error or None,
        "notify": [str(name) for name in asked.route.notify],
        "continue": asked.route.proceed,
        "escalate": None
        if escalate is None
        else {"after_s": escalate.after.total_seconds(), "to": [str(name) for name in escalate.to]},
    }


def _told_as_json(told: Told) -> dict[str, Any]:
    return {
        "destination": str(told.destination),
        "at": told.at.isoformat(),
        "escalation": told.escalation,
        "unless": "acked" if told.escalation else None,
        "held_by": told.held_by,
        "held_until": None if told.held_until is None else told.held_until.isoformat(),
        "limit": None
        if told.limit is None
        else {"count": told.limit.count, "period_s": told.limit.period.total_seconds()},
    }


def _inhibiting_as_json(each: Inhibiting) -> dict[str, Any]:
    source = each.inhibition.source
    return {
        **placed(each.inhibition.span),
        "if": str(source) if isinstance(source, str) else to_json(source),
        "for_s": each.inhibition.lasts.total_seconds(),
        "by_alert": None if each.raised is None else str(each.raised.alert_id),
    }
