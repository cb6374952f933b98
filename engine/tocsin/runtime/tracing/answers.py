"""Why an alert came or didn't, in sentences: the answer to "why didn't I get it?"."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from tocsin.runtime.tracing.story import Blind, Record, Story
from tocsin.store.store import OutboxRow

_IDS_AND_CLOCKS: Final = timedelta(seconds=30)
"""How far a provider's time for a tweet may lie from when it is sent to us before that is worth a word."""


_SHOWN_IDS: Final = 20


def answers(story: Story) -> list[str]:
    """Return what became of it, the decisive things first; never empty."""
    if not story.is_known:
        return list(_never_seen(story))
    said = [*_alerts(story), *_folded(story), *_withheld(story), *_failed(story)]
    if not said and story.of_kind("seen"):
        said.append("the tweet was seen, and no rule matched it")
    return [*said, *_dropped(story)]


def stamp(at: datetime) -> str:
    """Return an instant as people read it, in UTC to the second."""
    return at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00") + "Z"


def stamp_of(text: str) -> str:
    """Return an instant of a record as people read it."""
    return stamp(datetime.fromisoformat(text))


def gap_in_words(gap: Blind) -> str:
    """Return when the stream was not seen, and why."""
    until = "until now" if gap.until is None else f"to {stamp(gap.until)}"
    return f"the stream was not seen from {stamp(gap.since)} {until}: {gap.cause}"


def _alerts(story: Story) -> Iterator[str]:
    told = set[str]()
    for alert in story.alerts:
        told.add(alert.id)
        rows = story.of_alert(alert.id)
        name = f"alert {alert.id} of rule {alert.rule_id}"
        for row in rows:
            yield f"{name} {_delivery(story, row)}"
        if not rows and not _is_withheld(story, alert.id):
            yield f"{name} is in no outbox: its deliveries were dropped, or it had none"
    for record in story.of_kind("matched"):
        if record["alert_id"] not in told and record["stage"] == "live":
            yield f"alert {record['alert_id']} of rule {record['rule_id']} was raised, and is no longer kept"


def _delivery(story: Story, row: OutboxRow) -> str:
    delivery = row.delivery
    to, tries = delivery.destination, f"attempt {delivery.attempts}"
    match row.state:
        case "delivered":
            at = _delivered_at(story, row)
            return f"was delivered to {to}" + (f" at {stamp(at)}" if at else "") + f", {tries}"
        case "waiting" if row.reason:
            return f"is not delivered to {to} yet: {row.reason}; next try {stamp(delivery.due_at)}, after {tries}"
        case "waiting":
            return f"waits to be sent to {to}, due {stamp(delivery.due_at)}"
        case "sending":
            return f"is being sent to {to}, {tries}"
        case "dead":
            retry = f"`tocsin outbox retry {delivery.alert.id} --destination {to}`"
            return f"was given up on for {to}: {row.reason}; mend the cause, then {retry}"
        case _:
            assert_never(row.state)


def _delivered_at(story: Story, row: OutboxRow) -> datetime | None:
    for record in reversed(story.of_kind("attempted")):
        here = record["alert_id"] == row.delivery.alert.id and record["destination"] == row.delivery.destination
        if here and record["outcome"] == "delivered":
            return datetime.fromisoformat(record["at"])
    return None


def _folded(story: Story) -> Iterator[str]:
    """Say of what a message for several was made, if it is what was asked about."""
    for record in story.of_kind("folded"):
        if record["alert_id"] == story.alert_id:
            shown = ", ".join(record["alert_ids"][:_SHOWN_IDS])
            more = len(record["alert_ids"]) - _SHOWN_IDS
            rest = f" and {more} more" if more > 0 else ""
            yield f"message {story.alert_id} to {record['destination']} stands for alerts {shown}{rest}"


def _is_withheld(story: Story, alert_id: str) -> bool:
    return any(record["alert_id"] == alert_id for record in story.of_kind("withheld"))


def _withheld(story: Story) -> Iterator[str]:
    for record in story.of_kind("withheld"):
        until = f", until {stamp_of(record['until'])}" if record.get("until") else ""
        yield f"alert {record['alert_id']} of rule {record['rule_id']} was withheld: {record['reason']}{until}"
        yield from _told_later(story, record)


def _told_later(story: Story, withheld: Record) -> Iterator[str]:
    if not withheld.get("held_in"):
        return
    told = story.told_later.get(withheld["alert_id"])
    if told is None:
        yield "it is counted, and not told yet"
    elif withheld["alert_id"] in told["folded"]:
        yield f"alert {told['alert_id']} told it at {stamp_of(told['at'])}, in a digest of {len(told['folded'])}"
    else:
        yield f"alert {told['alert_id']} told it at {stamp_of(told['at'])}, as one of {told['matches']} held back"


def _failed(story: Story) -> Iterator[str]:
    for record in story.of_kind("failed"):
        yield f"rule {record['rule_id']} could not be evaluated, so it did not fire: {record['error']}"


def _dropped(story: Story) -> Iterator[str]:
    for record in story.of_kind("dropped"):
        yield f"the tweet was left out before the rules by {record['by']}: {record['reason']}"


def _never_seen(story: Story) -> Iterator[str]:
    at = story.written_at
    if at is None:
        yield f"nothing is known of {story.asked!r}: no alert has this id, and no tweet of this id was seen"
        yield "an alert's id is 16 hexadecimal digits, as in `tocsin alerts`; a tweet's is the number in its link"
        return
    yield f"tweet {story.asked}, written {stamp(at)}, is not in the journal"
    covering = [gap for gap in story.blind if gap.covers(at)]
    yield from (gap_in_words(gap) for gap in covering)
    yield from (f"close to it, {gap_in_words(gap)}" for gap in story.blind if gap not in covering)
    yield from (_given_up(record) for record in story.given_up)
    if story.began_at is None or at < story.began_at:
        began = "is empty" if story.began_at is None else f"begins {stamp(story.began_at)}, later than that"
        yield f"the journal {began}"
    elif story.oldest_seen_at is None or at < story.oldest_seen_at - _IDS_AND_CLOCKS:
        kept = "none" if story.oldest_seen_at is None else f"those since {stamp(story.oldest_seen_at)}"
        yield f"of tweets that raised nothing the journal still has {kept}: it may have been seen without a match"
    elif not covering:
        yield "the stream was being seen then: the provider did not send this tweet, or it was not asked for it"


def _given_up(record: Record) -> str:
    count = record["count"]
    return f"{count} tweet{'' if count == 1 else 's'} given up unread at {stamp_of(record['at'])}: {record['reason']}"


def subscription_in_words(subscriptions: list[dict[str, Any]]) -> str:
    """Return what the stream is asked for."""
    if not subscriptions:
        return "nothing is asked of a stream: the source is a file"
    return "the stream is asked for " + ", or ".join(_subscription(each) for each in subscriptions)


def _subscription(subscription: dict[str, Any]) -> str:
    parts = []
    for key, value in subscription.items():
        values = [str(each) for each in value] if isinstance(value, list) else [str(value)]
        parts.append(f"{key} {', '.join(values)}")
    return "; ".join(parts) if parts else "everything"
