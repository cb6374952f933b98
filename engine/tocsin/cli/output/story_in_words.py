"""The story of a tweet or an alert: as a timeline for people, and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.cli.output.screen import Screen
from tocsin.runtime.tracing.answers import gap_in_words, stamp, stamp_of
from tocsin.runtime.tracing.story import Record, Story, instant


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline: when, what sort of thing, in words, and the journal's record of it if it has one."""

    at: datetime
    kind: str
    says: str
    record: Record | None = None


def timeline(story: Story) -> list[Moment]:
    """Return what happened, in order; what is still to come stands at the end."""
    moments = [Moment(instant(record["at"]), record["kind"], says(record), record) for record in story.records]
    # Stable: what the journal has of one instant stays in its order.
    return [*sorted([*_before(story), *moments], key=lambda moment: moment.at), *_to_come(story)]


def story_as_text(story: Story, answer: list[str], screen: Screen) -> str:
    """Return the timeline and the answer."""
    subject = f"alert {story.alert_id}" if story.alert_id else f"tweet {story.tweet_id}"
    lines = [screen.strong(screen.safe(subject))]
    if story.alert_id and story.tweet_id:
        lines[0] += f" of tweet {screen.safe(story.tweet_id)}"
    lines += [f"  {screen.faint(_precise(moment.at))}  {screen.safe(moment.says)}" for moment in timeline(story)]
    return "\n".join([*lines, "", *(screen.safe(sentence) for sentence in answer)])


def story_as_json(story: Story, answer: list[str]) -> dict[str, Any]:
    """Return the story as an object; see the reference, "Trace"."""
    return {
        "id": story.asked,
        "subject": "alert" if story.alert_id else "tweet",
        "tweet_id": story.tweet_id,
        "known": story.is_known,
        "seen": bool(story.of_kind("seen")),
        "written_at": _iso(story.written_at),
        "at": _iso(story.at),
        "revision": None if story.in_force is None else story.in_force.revision,
        "timeline": [
            {**(moment.record or {"kind": moment.kind, "at": _iso(moment.at)}), "says": moment.says}
            for moment in timeline(story)
        ],
        "deliveries": [
            {
                "alert_id": row.delivery.alert.id,
                "rule": row.delivery.alert.rule_id,
                "destination": row.delivery.destination,
                "state": row.state,
                "attempts": row.delivery.attempts,
                "next_try": _iso(row.delivery.due_at) if row.state == "waiting" else None,
                "reason": row.reason,
            }
            for row in story.deliveries
        ],
        "gaps": [{"since": _iso(gap.since), "until": _iso(gap.until), "cause": gap.cause} for gap in story.blind],
        "answer": answer,
    }


def says(record: Record) -> str:
    """Return a record of the journal in words."""
    match record["kind"]:
        case "seen":
            return f"seen from {record['source']}"
        case "dropped":
            return f"left out before the rules by {record['by']}: {record['reason']}"
        case "matched":
            shadow = "" if record["stage"] == "live" else " (stage shadow: nothing is sent)"
            return f"rule {record['rule_id']} matched: alert {record['alert_id']}{shadow}"
        case "failed":
            return (
                f"rule {record['rule_id']} could not be evaluated at {record['where'] or 'its top'}: {record['error']}"
            )
        case "withheld":
            until = f", until {stamp_of(record['until'])}" if record.get("until") else ""
            return f"rule {record['rule_id']} withheld: {record['reason']}{until}"
        case "released":
            matches = record["matches"]
            told = "1 match" if matches == 1 else f"{matches} matches"
            return f"rule {record['rule_id']} told after all, {told} as alert {record['alert_id']}: {record['reason']}"
        case "evicted":
            return f"rule {record['rule_id']} forgot a key of its {record['by']} too early: too many are open"
        case "attempted" | "held" | "folded" | "fell-back" | "gave-up" | "acknowledged":
            return _on_its_way(record)
        case kind:
            rest = ", ".join(f"{key} {value}" for key, value in record.items() if key not in {"kind", "at"})
            return f"{kind}: {rest}"


def _on_its_way(record: Record) -> str:
    if record["kind"] == "acknowledged":
        return _acknowledged(record)
    to = record["destination"]
    match record["kind"]:
        case "held":
            return f"{to} waits until {stamp_of(record['until'])}: {record['reason']}"
        case "folded":
            count = len(record["alert_ids"])
            return f"{to} message {record['alert_id']} for {count} alerts together: {record['reason']}"
        case "fell-back":
            return f"{to} given to {record['to']} as well: {record['reason']}"
        case "gave-up":
            return f"{to} given up: {record['reason']}"
        case _:
            return _attempt(record)


def _acknowledged(record: Record) -> str:
    stopped = f"; not told any more: {', '.join(record['stopped'])}" if record["stopped"] else ""
    note = f" ({record['note']})" if record["note"] else ""
    return f"acknowledged by {record['by']}{note}{stopped}"


def _attempt(record: Record) -> str:
    said = f"{record['destination']} attempt {record['attempt']}: {record['outcome']}"
    said += f" in message {record['bundle']}" if record.get("bundle") else ""
    said += f" ({record['detail']})" if record["detail"] else ""
    return said + (f"; next try {stamp_of(record['next_at'])}" if record["next_at"] else "")


def _before(story: Story) -> Iterator[Moment]:
    if story.in_force is not None:
        yield Moment(story.in_force.since, "in-force", f"revision {story.in_force.revision} in force")
    if story.written_at is not None:
        yield Moment(story.written_at, "written", "written, as the id says")
    if story.of_kind("seen"):
        return
    for gap in story.blind:
        yield Moment(gap.since, "gap", gap_in_words(gap))
    for record in story.given_up:
        count = record["count"]
        yield Moment(instant(record["at"]), "shed", f"{count} tweets given up unread: {record['reason']}")


def _to_come(story: Story) -> Iterator[Moment]:
    for row in story.deliveries:
        if row.state == "waiting":
            said = f"{row.delivery.destination} next try, attempt {row.delivery.attempts + 1}"
            if row.is_escalation:
                said = f"{row.delivery.destination} escalation, unless it is acknowledged before"
            yield Moment(row.delivery.due_at, "next-try", said)


def _precise(at: datetime) -> str:
    return f"{stamp(at)[:-1]}.{at.microsecond // 1000:03}Z"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
