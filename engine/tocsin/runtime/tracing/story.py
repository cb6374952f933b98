"""Gathers what the state database knows of one tweet or one alert: the journal in order, alerts, deliveries, gaps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from tocsin.model import Alert
from tocsin.runtime.tracing.snowflake import written_at
from tocsin.store.store import ANYTHING, About, OutboxRow, State, Store

Record: TypeAlias = dict[str, Any]
"""An entry of the journal, as `journal.as_record` has it."""

NEAR: Final = timedelta(minutes=2)
"""How far from a tweet's time a gap or tweets given up are still told of: ids and clocks differ by seconds."""

_MANY: Final = 10_000
_EVERY_STATE: Final[tuple[State, ...]] = ("waiting", "sending", "delivered", "dead")
_REVISION: Final = re.compile(r"revision (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules in force at a time: their revision, and since when."""

    revision: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A stretch in which the stream was not seen; `until` is None where it has not ended."""

    since: datetime
    until: datetime | None
    cause: str

    def covers(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.since <= at and (self.until is None or at <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is known of `asked`, a tweet's id or an alert's.

    `alert_id` is set where it is an alert's. `records` are the journal's entries about it, oldest first, `alerts` those
    that came of it, `deliveries` theirs. `told_later` says of what was held back how it was told, by the alert's id.
    `at` is when it all happened, as far as can be told: when the tweet was seen, else what its id says; `written_at`
    is that. `blind` and `given_up` lie around that time. `oldest_seen_at` is how far back the journal still knows each
    tweet that was seen, `began_at` how far back it reaches at all.
    """

    asked: str
    tweet_id: str | None
    alert_id: str | None
    at: datetime | None
    written_at: datetime | None
    records: tuple[Record, ...]
    alerts: tuple[Alert, ...]
    deliveries: tuple[OutboxRow, ...]
    told_later: Mapping[str, Record]
    blind: tuple[Blind, ...]
    given_up: tuple[Record, ...]
    in_force: InForce | None
    oldest_seen_at: datetime | None
    began_at: datetime | None

    @property
    def is_known(self) -> bool:
        """Whether the journal or the alerts have anything about it."""
        return bool(self.records or self.alerts)

    def of_kind(self, *kinds: str) -> list[Record]:
        """Return the records of these kinds, oldest first."""
        return [record for record in self.records if record["kind"] in kinds]

    def of_alert(self, alert_id: str) -> list[OutboxRow]:
        """Return the deliveries of one alert."""
        return [row for row in self.deliveries if row.delivery.alert.id == alert_id]


def look_up(store: Store, asked: str, now: datetime) -> Story:
    """Return what the store knows of a tweet or an alert, by its id.

    Every look-up goes through an index, and takes milliseconds however long the journal is. One does not: how an alert
    was told that the valve had held back; for that, what was let go since is gone through.
    """
    alert = store.alert(asked)
    own = _about(store, About(alert_id=asked))
    if alert is None and not own:
        return _of_tweet(store, asked, now)
    tweet_id = alert.tweet.id if alert is not None else next((r["tweet_id"] for r in own if r.get("tweet_id")), None)
    arrival = [r for r in _about(store, About(tweet_id=tweet_id)) if "alert_id" not in r] if tweet_id else []
    rule_id = alert.rule_id if alert is not None else next((r["rule_id"] for r in own if r.get("rule_id")), None)
    # Other rules' failures are another story.
    records = [r for r in arrival if r.get("rule_id") in (None, rule_id)] + own
    return _told(store, asked, tweet_id or None, asked, records, [] if alert is None else [alert], now)


def _of_tweet(store: Store, tweet_id: str, now: datetime) -> Story:
    records = _about(store, About(tweet_id=tweet_id))
    ids = dict.fromkeys(record["alert_id"] for record in records if "alert_id" in record)
    for alert_id in ids:
        records += [r for r in _about(store, About(alert_id=alert_id)) if r.get("tweet_id") is None]
    alerts = [alert for alert in map(store.alert, ids) if alert is not None]
    return _told(store, tweet_id, tweet_id, None, records, alerts, now)


def _told(
    store: Store,
    asked: str,
    tweet_id: str | None,
    alert_id: str | None,
    records: Sequence[Record],
    alerts: Sequence[Alert],
    now: datetime,
) -> Story:
    deliveries = tuple(row for each in alerts for row in store.outbox(states=_EVERY_STATE, alert_id=each.id))
    # In front: of one instant, the message was made before anything became of it.
    fared = [*_in_a_message_for_several(store, records, deliveries), *records]
    in_order = sorted(fared, key=lambda record: instant(record["at"]))
    written = None if tweet_id is None else written_at(tweet_id, now)
    at = instant(in_order[0]["at"]) if in_order else alerts[0].at if alerts else written
    return Story(
        asked=asked,
        tweet_id=tweet_id,
        alert_id=alert_id,
        at=at,
        written_at=written,
        records=tuple(in_order),
        alerts=tuple(alerts),
        deliveries=deliveries,
        told_later={
            record["alert_id"]: told for record in in_order if (told := _told_later(store, record)) is not None
        },
        blind=() if at is None else tuple(_blind(store, at)),
        given_up=() if at is None else tuple(_given_up(store, at)),
        in_force=None if at is None else _in_force(store, at),
        oldest_seen_at=_oldest(store, "seen"),
        began_at=_oldest(store, "lifecycle"),
    )


def instant(text: str) -> datetime:
    """Return the instant that a record holds as text."""
    return datetime.fromisoformat(text)


def _about(store: Store, about: About) -> list[Record]:
    """Return the records, oldest first."""
    return store.journal(about=about, limit=_MANY)[::-1]


def _told_later(store: Store, withheld: Record) -> Record | None:
    """Return the entry that tells of an alert that was held back for a while; None where there is none."""
    held_in, alert_id = withheld.get("held_in"), withheld.get("alert_id")
    if held_in is None:
        return None
    at = instant(withheld["at"])
    # What the valve lets go may be of several rules; the rest is found by its own.
    about = ANYTHING if withheld["cause"] == "valve" else About(rule_id=withheld["rule_id"])
    for record in store.journal(kinds=("released",), about=about, since=at, limit=_MANY, oldest_first=True):
        # What was let go in the same moment made room for it, unless it names it.
        is_later = instant(record["at"]) > at or alert_id in record["folded"]
        if record["held_in"] == held_in and is_later:
            return record
    return None


def _in_a_message_for_several(store: Store, records: Sequence[Record], deliveries: Sequence[OutboxRow]) -> list[Record]:
    """Return how messages fared that an alert went out in with others, but for what its own records say."""
    waiting = [row.delivery.bundle for row in deliveries if row.delivery.bundle is not None]
    ended = [record["bundle"] for record in records if record.get("bundle") is not None]
    found = [record for bundle in dict.fromkeys([*waiting, *ended]) for record in _about(store, About(alert_id=bundle))]
    return [r for r in found if r["kind"] == "folded" or (r["kind"] == "attempted" and r["next_at"] is not None)]


def _blind(store: Store, at: datetime) -> list[Blind]:
    found = [
        Blind(since=instant(record["since"]), until=instant(record["until"]), cause=record["cause"])
        for record in store.journal(kinds=("gap",), since=at - NEAR, limit=_MANY)
    ]
    found += _not_over(store)
    near = [gap for gap in found if gap.since <= at + NEAR and (gap.until is None or gap.until >= at - NEAR)]
    return sorted(near, key=lambda gap: gap.since)


def _not_over(store: Store) -> list[Blind]:
    """Return the stretch that the journal has no end of yet: the connection is lost, or tocsin doesn't run."""
    for record in store.journal(kinds=("connection", "lifecycle"), limit=1):
        if record.get("event") == "stopped":
            return [Blind(since=instant(record["at"]), until=None, cause="tocsin was not running")]
        if record["kind"] == "connection" and record["state"] != "connected":
            return [Blind(since=instant(record["at"]), until=None, cause=record["reason"])]
    return []


def _given_up(store: Store, at: datetime) -> list[Record]:
    return store.journal(kinds=("shed",), since=at - NEAR, until=at + NEAR)[::-1]


def _in_force(store: Store, at: datetime) -> InForce | None:
    for record in store.journal(kinds=("reloaded", "lifecycle"), until=at, limit=_MANY):
        if record["kind"] == "reloaded":
            return InForce(revision=record["revision"], since=instant(record["at"]))
        said = _REVISION.search(record["detail"])
        if record["event"] == "started" and said is not None:
            return InForce(revision=said[1], since=instant(record["at"]))
    return None


def _oldest(store: Store, kind: str) -> datetime | None:
    records = store.journal(kinds=(kind,), limit=1, oldest_first=True)
    return instant(records[0]["at"]) if records else None
