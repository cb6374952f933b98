"""The promises of docs/explanation/promises.md, held against what really happened."""

from collections.abc import Iterable
from datetime import timedelta

from tests.simulation.faults import Weather
from tests.simulation.parts import Arrival
from tests.simulation.record import Record
from tests.simulation.scenario import DIGESTS, STEADY, Scenario
from tests.simulation.virtual_time import START
from tocsin import journal
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import State

_ALL: tuple[State, ...] = ("waiting", "sending", "delivered", "dead")

SOON_S = 10.0
"""How late a healthy destination may be told, once nothing is before it in its queue and nothing disturbs."""


def check_kept(record: Record, store: SqliteStore, ended_s: float, *, crashed: bool) -> None:
    """Check at the end of a life that what was committed is still there, and every tweet accounted for."""
    rows = {(row.delivery.alert.id, row.delivery.destination) for row in store.outbox(states=_ALL, limit=1_000_000)}
    told = {(identity, send.destination) for send in record.sends if send.accepted for identity in send.rows}
    for lost in record.committed.keys() - rows - told - record.dropped:
        record.breaks(f"P1: {lost} was committed and is gone")
    # A disk that takes nothing takes no word of that either: the next start tells a gap, which is checked at the end.
    if not crashed and record.disturbed_s < ended_s - 5:
        _check_shed(record)


def _check_shed(record: Record) -> None:
    """After an orderly end every tweet that came in this life was evaluated, left out or counted as given up."""
    seen = _journalled(record)
    unread = sum(life == record.life and tweet_id not in seen for tweet_id, (life, _) in record.given.items())
    shed = sum(
        entry.count for life, entry in record.journalled if life == record.life and isinstance(entry, journal.Shed)
    )
    if unread > shed or (unread < shed and not record.failed_after_effect):
        record.breaks(f"P6: {unread} tweets were not evaluated, and {shed} are said to have been given up")


def check_end(
    record: Record, store: SqliteStore, scenario: Scenario, weather: Weather, arrivals: Iterable[Arrival]
) -> None:
    """Check once all is told: P1 to P5."""
    _check_told(record, store)
    _check_no_phantom(record, scenario, arrivals)
    _check_nothing_withheld_silently(record, scenario, arrivals)
    _check_held_back(record)
    if not weather.jumps:
        _check_gaps(record, arrivals)
    _check_healthy_in_time(record, SOON_S if not weather.jumps else SOON_S + 3600 + 300)


def _check_told(record: Record, store: SqliteStore) -> None:
    dead = {
        (row.delivery.alert.id, row.delivery.destination): row.reason
        for row in store.outbox(states=("dead",), limit=1_000_000)
    }
    for key in record.committed.keys() - record.dropped:
        if not any(send.accepted for send in record.sends_of(*key)) and not dead.get(key):
            record.breaks(f"P1: {key} reached nobody and is no dead letter with a reason")
    for key, reason in dead.items():
        answers = [send.answer for send in record.sends_of(*key)]
        if "refused" not in answers and "gave up after" not in reason:
            record.breaks(f"P1: {key} is a dead letter ({reason}) though nobody refused it: {answers}")


def _check_no_phantom(record: Record, scenario: Scenario, arrivals: Iterable[Arrival]) -> None:
    tweets = {arrival.tweet.id: arrival.tweet for arrival in arrivals}
    raised = set()
    for alert in record.alerts.values():
        if "." in alert.rule_id:
            continue  # tocsin speaks of itself; no rule's id has a dot
        tweet = tweets.get(alert.tweet.id)
        if tweet is None or alert.rule_id not in scenario.expected(tweet):
            record.breaks(f"P3: no rule made alert {alert.id} of {alert.rule_id} on tweet {alert.tweet.id}")
        if alert.folded:
            continue
        if (alert.rule_id, alert.tweet.id) in raised:
            record.breaks(f"P2: a second alert of {alert.rule_id} on tweet {alert.tweet.id}")
        raised.add((alert.rule_id, alert.tweet.id))
    for send in record.sends:
        for identity in send.rows:
            if record.committed.get((identity, send.destination), send.began_s + 1) > send.began_s:
                record.breaks(f"P3: {identity} was sent to {send.destination} and not committed before")
        same = (s.alert for s in record.sends_of(send.alert.id, send.destination) if s.alert.id == send.alert.id)
        if next(same) != send.alert:
            record.breaks(f"P2: copies of {send.alert.id} differ")


def _check_nothing_withheld_silently(record: Record, scenario: Scenario, arrivals: Iterable[Arrival]) -> None:
    seen = _journalled(record)
    raised = {(alert.rule_id, alert.tweet.id) for alert in record.alerts.values()}
    withheld = {(e.rule_id, e.tweet_id) for _, e in record.journalled if isinstance(e, journal.Withheld)}
    for tweet in {arrival.tweet.id: arrival.tweet for arrival in arrivals}.values():
        if tweet.id not in seen:
            continue
        for rule_id in scenario.expected(tweet):
            if (rule_id, tweet.id) not in raised | withheld:
                record.breaks(f"{rule_id} is true of tweet {tweet.id}, and there is neither alert nor reason")


def _check_held_back(record: Record) -> None:
    """Check that what a throttle held back for a digest is in one, and that no more is told of than was held back."""
    held = {
        e.alert_id: e.rule_id
        for _, e in record.journalled
        if isinstance(e, journal.Withheld) and e.cause in {"throttle", "budget", "valve"}
    }
    told = {identity for alert in record.alerts.values() for identity in alert.folded}
    for identity in told - held.keys():
        record.breaks(f"P3: a digest lists {identity}, which was never held back")
    for identity, rule_id in held.items():
        if rule_id in DIGESTS and identity not in told | record.alerts.keys():
            record.breaks(f"P1: held back for a digest, and in none: {identity} of {rule_id}")
    for rule_id in set(held.values()):
        counted = sum(alert.held_back for alert in record.alerts.values() if alert.rule_id == rule_id)
        if counted > sum(1 for other in held.values() if other == rule_id):
            record.breaks(f"{rule_id} says of {counted} that they were held back, and fewer were")


def _check_gaps(record: Record, arrivals: Iterable[Arrival]) -> None:
    """Check that what was not seen lies in a gap that was told."""
    seen = _journalled(record)
    gaps = [(e.since, e.until) for _, e in record.journalled if isinstance(e, journal.Unseen)]
    first_s = min(record.connected_s, default=float("inf"))
    for arrival in arrivals:
        if arrival.tweet.id in seen or arrival.at_s <= first_s:
            continue
        at = START + timedelta(seconds=arrival.at_s)
        if not any(since <= at <= until for since, until in gaps):
            record.breaks(f"P4: tweet {arrival.tweet.id} was not seen at {arrival.at_s:.3f} s, and no gap says so")


def _check_healthy_in_time(record: Record, limit_s: float) -> None:
    previous_s = 0.0
    for send in (send for send in record.sends if send.destination == STEADY):
        since_s = max(record.committed.get((identity, STEADY), 0.0) for identity in send.rows)
        late_s = send.began_s - max(since_s, previous_s, send.disturbed_s)
        if late_s > limit_s:
            record.breaks(f"P5: {send.alert.id} waited {late_s:.1f} s for {STEADY}, which was idle and healthy")
        previous_s = max(previous_s, send.ended_s or send.began_s)


def _journalled(record: Record) -> set[str]:
    return {e.tweet_id for _, e in record.journalled if isinstance(e, journal.Seen | journal.Dropped)}
