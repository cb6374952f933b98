"""What every store promises; run over the one on disk and the one in memory."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.journal import Attempted, Entry, GaveUp, Lifecycle, Matched, Seen, Withheld, as_record
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Fragment, RichText, RuleId, Severity, TweetId
from tocsin.store.memory import MemoryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import About, Backlog, Store
from tocsin.testing import EPOCH, make_tweet

SLACK, MAIL = DestinationName("slack"), DestinationName("mail")
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = SqliteStore.open(tmp_path / "t.db") if request.param == "sqlite" else MemoryStore()
    yield made
    made.close()


def make_alert(number: int = 1, rule: str = "hack", text: str = "hello") -> Alert:
    return Alert(
        id=AlertId(f"{number:016x}"),
        rule_id=RuleId(rule),
        key="",
        severity=Severity.HIGH,
        at=EPOCH,
        title=RichText((Fragment("Hack: ", trusted=True), Fragment(text, trusted=False))),
        body=RichText(()),
        labels={"team": "risk"},
        tweet=make_tweet(text, id=str(number)),
        because=("word hacked",),
    )


def deliver(number: int, to: DestinationName = SLACK, after: timedelta = timedelta()) -> Delivery:
    return Delivery(alert=make_alert(number), destination=to, due_at=EPOCH + after)


def put(store: Store, *deliveries: Delivery) -> None:
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])


def states(store: Store) -> dict[str, str]:
    rows = store.outbox(states=("waiting", "sending", "delivered", "dead"))
    return {f"{int(row.delivery.alert.id, 16)}:{row.delivery.destination}": row.state for row in rows}


def test_an_alert_comes_back_as_it_was(store: Store) -> None:
    alert = make_alert(text="lone \ud800 surrogate, NUL \x00, \u202e and 🚨")
    store.commit([alert], [], [])
    assert store.alerts(limit=5) == [alert]


def test_the_same_batch_twice_is_the_same_as_once(store: Store) -> None:
    delivery = deliver(1)
    assert store.commit([delivery.alert], [delivery, deliver(1, MAIL)], []) == 2
    assert store.commit([delivery.alert], [delivery, deliver(1, MAIL)], []) == 0
    assert len(store.outbox()) == 2


def test_what_is_due_first_is_claimed_first(store: Store) -> None:
    put(store, deliver(1, after=3 * SECOND), deliver(2, after=SECOND), deliver(3, after=SECOND))
    claimed = store.claim_due(EPOCH + 5 * SECOND, 10)
    assert [d.alert.id for d in claimed] == [make_alert(2).id]


def test_nothing_is_claimed_before_it_is_due(store: Store) -> None:
    put(store, deliver(1, after=SECOND))
    assert store.claim_due(EPOCH, 10) == []
    assert store.next_due_at() == EPOCH + SECOND


def test_one_delivery_a_destination_is_sending_at_a_time(store: Store) -> None:
    put(store, deliver(1), deliver(2), deliver(1, MAIL))
    assert {d.destination for d in store.claim_due(EPOCH, 10)} == {SLACK, MAIL}
    assert store.claim_due(EPOCH, 10) == []


def test_excluded_destinations_are_passed_over(store: Store) -> None:
    put(store, deliver(1), deliver(1, MAIL, after=SECOND))
    assert [d.destination for d in store.claim_due(EPOCH + SECOND, 10, excluding=[SLACK])] == [MAIL]
    assert store.next_due_at(excluding=[SLACK]) is None


def test_claiming_is_limited(store: Store) -> None:
    put(store, deliver(1), deliver(1, MAIL))
    assert len(store.claim_due(EPOCH, 1)) == 1


def test_a_claim_counts_the_attempt_and_keeps_the_first_time(store: Store) -> None:
    put(store, deliver(1))
    first = store.claim_due(EPOCH, 1)[0]
    store.retry(first, EPOCH + SECOND, "busy", [])
    second = store.claim_due(EPOCH + SECOND, 1)[0]
    assert (first.attempts, first.first_tried_at) == (1, EPOCH)
    assert (second.attempts, second.first_tried_at) == (2, EPOCH)


def test_each_ending_is_kept_with_its_reason(store: Store) -> None:
    for number, end in enumerate(("settle", "retry", "bury"), start=1):
        put(store, deliver(number))
        claimed = store.claim_due(EPOCH, 1)[0]
        if end == "settle":
            store.settle(claimed, [])
        elif end == "retry":
            store.retry(claimed, EPOCH + SECOND, "later \ud800", [])
        else:
            store.bury(claimed, "no such channel", [])
    assert states(store) == {"1:slack": "delivered", "2:slack": "waiting", "3:slack": "dead"}
    assert [row.reason for row in store.outbox(states=["dead"])] == ["no such channel"]


def test_recover_lets_what_was_sending_wait_again(store: Store) -> None:
    put(store, deliver(1))
    store.claim_due(EPOCH, 1)
    assert store.recover() == 1
    assert store.claim_due(EPOCH, 1)[0].attempts == 2


def known(store: Store) -> list[AlertId]:
    return store.known_alerts(9)[0]


def test_known_alerts_are_read_page_by_page_oldest_first(store: Store) -> None:
    store.commit([make_alert(n) for n in (1, 2, 3)], [], [])
    first, place = store.known_alerts(2)
    second, end = store.known_alerts(2, place)
    assert (first, second) == ([make_alert(1).id, make_alert(2).id], [make_alert(3).id])
    assert store.known_alerts(2, end) == ([], end)


def test_what_was_held_back_is_known_as_what_was_told_is(store: Store) -> None:
    store.commit([make_alert(1)], [], [], remembered=[(make_alert(1).id, EPOCH), (make_alert(2).id, EPOCH)])
    assert known(store) == [make_alert(1).id, make_alert(2).id]


def test_ids_are_forgotten_that_are_both_old_and_not_among_the_newest(store: Store) -> None:
    ids = [(make_alert(number).id, EPOCH + number * SECOND) for number in range(1, 7)]
    store.commit([], [], [], remembered=ids)
    assert store.forget_alerts(EPOCH + 3 * SECOND, keep=2, limit=1) == 1
    assert store.forget_alerts(EPOCH + 3 * SECOND, keep=2) == 1
    assert store.forget_alerts(EPOCH + 3 * SECOND, keep=2) == 0
    assert known(store) == [alert_id for alert_id, _ in ids[2:]]
    assert store.forget_alerts(EPOCH + 9 * SECOND, keep=2) == 2
    assert known(store) == [alert_id for alert_id, _ in ids[4:]]


def test_the_newest_ids_stay_known_though_their_alerts_are_pruned(store: Store) -> None:
    store.commit([make_alert(1)], [], [])
    assert store.prune(EPOCH + SECOND) == 1
    assert known(store) == [make_alert(1).id]


def test_state_is_what_was_said_of_each_name_last(store: Store) -> None:
    assert store.state() == {}
    store.commit([], [], [], state={"a/1": {"n": 1, "text": "\ud800"}, "b": {"n": [1.5, None, True]}})
    store.commit([], [], [], state={"a/1": None, "b": {"n": 2}, "c": None})
    assert store.state() == {"b": {"n": 2}}


def test_alerts_of_one_rule_newest_first(store: Store) -> None:
    store.commit([make_alert(1), make_alert(2, rule="other"), make_alert(3)], [], [])
    assert [a.id for a in store.alerts(limit=9, rule_id="hack")] == [make_alert(3).id, make_alert(1).id]


def test_the_outbox_is_searched_by_alert_and_destination(store: Store) -> None:
    put(store, deliver(1), deliver(2), deliver(2, MAIL))
    assert len(store.outbox(alert_id=make_alert(2).id)) == 2
    assert len(store.outbox(destination="mail")) == 1
    assert len(store.outbox(limit=1)) == 1


def test_reviving_a_dead_letter_starts_it_afresh(store: Store) -> None:
    put(store, deliver(1))
    store.bury(store.claim_due(EPOCH, 1)[0], "refused", [])
    assert store.revive(make_alert(1).id, SLACK, EPOCH + SECOND)
    again = store.claim_due(EPOCH + SECOND, 1)[0]
    assert (again.attempts, again.first_tried_at) == (1, EPOCH + SECOND)


def test_what_is_being_sent_is_neither_revived_nor_dropped(store: Store) -> None:
    put(store, deliver(1))
    store.claim_due(EPOCH, 1)
    assert not store.revive(make_alert(1).id, SLACK, EPOCH)
    assert not store.drop(make_alert(1).id, SLACK, EPOCH, "no longer wanted")


def test_dropping_is_journalled(store: Store) -> None:
    put(store, deliver(1))
    assert store.drop(make_alert(1).id, SLACK, EPOCH, "dropped by an operator")
    assert store.outbox() == []
    assert [record["reason"] for record in store.journal(kinds=["gave-up"])] == ["dropped by an operator"]


def test_the_journal_is_read_newest_first_and_by_kind(store: Store) -> None:
    seen = [Seen(at=EPOCH, tweet_id=TweetId(str(n)), source="test") for n in (1, 2)]
    put(store, deliver(1))
    tried = Attempted(
        at=EPOCH, alert_id=make_alert(1).id, destination=SLACK, attempt=1, outcome="delivered", detail="", next_at=None
    )
    store.commit([], [], seen)
    store.settle(store.claim_due(EPOCH, 1)[0], [tried])
    assert store.journal(kinds=["seen"]) == [as_record(seen[1]), as_record(seen[0])]
    assert store.journal(limit=1) == [as_record(tried)]


def test_pruning_forgets_what_arrived_and_keeps_what_waits_or_died(store: Store) -> None:
    put(store, deliver(1))
    store.settle(store.claim_due(EPOCH, 1)[0], [])
    put(store, deliver(2))
    store.bury(store.claim_due(EPOCH, 1)[0], "refused", [])
    put(store, deliver(3))
    store.commit([], [], [Seen(at=EPOCH, tweet_id=TweetId("1"), source="test")])
    assert store.prune(EPOCH) == 0
    assert store.prune(EPOCH + SECOND) == 3
    assert states(store) == {"2:slack": "dead", "3:slack": "waiting"}
    assert store.journal() == []


def test_pruning_some_kinds_leaves_the_others_and_everything_else(store: Store) -> None:
    put(store, deliver(1))
    store.settle(store.claim_due(EPOCH, 1)[0], [])
    seen = [Seen(at=EPOCH, tweet_id=TweetId(str(number)), source="test") for number in range(3)]
    started = Lifecycle(at=EPOCH, event="started", detail="")
    store.commit([], [], [*seen, started])
    assert store.prune(EPOCH + SECOND, kinds=["seen", "dropped"], limit=2) == 2
    assert store.prune(EPOCH + SECOND, kinds=["seen", "dropped"], limit=2) == 1
    assert store.journal() == [as_record(started)]
    assert len(store.alerts(limit=9)) == 1


def test_bringing_forward_bounds_what_a_clock_set_back_would_delay(store: Store) -> None:
    put(store, deliver(1, after=timedelta(days=1)), deliver(2))
    assert store.bring_forward(EPOCH + SECOND) == 1
    assert store.claim_due(EPOCH + SECOND, 1)[0].alert.id == make_alert(2).id


def test_what_is_in_force_is_what_was_put_there_last(store: Store) -> None:
    assert store.in_force() is None
    for revision in ("1", "2"):
        store.put_in_force({"revision": revision}, {"r": json.dumps({"when": [1, 1.0, True, "\ud800"]})})
    kept = store.in_force()
    assert kept is not None
    assert (kept["revision"], repr(kept["rules"]["r"]["when"])) == ("2", repr([1, 1.0, True, "\ud800"]))


def test_rules_that_are_put_in_force_join_those_there_are_or_take_the_place_of_all(store: Store) -> None:
    store.put_in_force({"revision": "1"}, {"a": '{"n": 1}', "b": '{"n": 2}', "c": "{}"})
    store.put_in_force({"revision": "2"}, {"b": '{"n": 4}', "d": "{}"}, gone=["c", "absent"])
    assert store.in_force() == {"revision": "2", "rules": {"a": {"n": 1}, "b": {"n": 4}, "d": {}}}
    store.put_in_force({"revision": "3"}, {"e": "{}"})
    assert store.in_force() == {"revision": "3", "rules": {"e": {}}}


def test_the_backlog_of_each_destination_is_counted_with_its_oldest(store: Store) -> None:
    assert store.backlog() == []
    put(store, deliver(1), deliver(2), deliver(3, MAIL), deliver(4, DestinationName("done")))
    for delivery in store.claim_due(EPOCH, 9):
        if delivery.destination == MAIL:
            store.bury(delivery, "refused", [])
        elif delivery.destination != SLACK:
            store.settle(delivery, [])
    assert store.backlog() == [
        Backlog(destination=MAIL, waiting=0, dead=1, oldest_at=None),
        Backlog(destination=SLACK, waiting=2, dead=0, oldest_at=EPOCH),
    ]


def withheld(number: int, rule: str, reason: str, after: timedelta = timedelta()) -> Withheld:
    return Withheld(
        at=EPOCH + after,
        alert_id=AlertId(f"{number:016x}"),
        rule_id=RuleId(rule),
        tweet_id=TweetId(str(number)),
        reason=reason,
    )


def story(tweet_id: str) -> list[Entry]:
    alert_id = AlertId(f"a{tweet_id}")
    return [
        Seen(at=EPOCH, tweet_id=TweetId(tweet_id), source="test"),
        Matched(at=EPOCH, tweet_id=TweetId(tweet_id), rule_id=RuleId("hack"), alert_id=alert_id),
        GaveUp(at=EPOCH, alert_id=alert_id, destination=SLACK, reason="gone"),
    ]


@pytest.mark.parametrize(
    "tweet_id", ["1990000000000000001", "7", "007", "9" * 30, "1e3", "\u0667", "", "no \ud800 number"]
)
def test_the_journal_of_one_tweet_and_of_one_alert_is_found_among_others(store: Store, tweet_id: str) -> None:
    for other in ("1990000000000000001", "7", "007", "0007", tweet_id + "0"):
        if other != tweet_id:
            store.commit([], [], story(other))
    store.commit([], [], story(tweet_id))
    seen, matched, gave_up = (as_record(entry) for entry in story(tweet_id))
    assert store.journal(about=About(tweet_id=tweet_id)) == [matched, seen]
    assert store.journal(about=About(tweet_id=tweet_id), kinds=["seen"]) == [seen]
    assert store.journal(about=About(alert_id=matched["alert_id"])) == [gave_up, matched]
    assert store.journal(about=About(alert_id=matched["alert_id"], rule_id="other")) == []


def test_the_journal_of_a_rule_and_of_a_stretch_of_time_is_found(store: Store) -> None:
    entries = [withheld(number, rule, "why", number * SECOND) for number, rule in enumerate(["a", "b", "a", "a"])]
    store.commit([], [], [*entries, Lifecycle(at=EPOCH + 9 * SECOND, event="stopped", detail="")])
    mine = [as_record(entries[number]) for number in (3, 2, 0)]
    assert store.journal(about=About(rule_id="a")) == mine
    assert store.journal(about=About(rule_id="a"), kinds=["withheld"], limit=2) == mine[:2]
    assert store.journal(about=About(rule_id="a"), limit=2, oldest_first=True) == mine[:0:-1]
    assert store.journal(since=EPOCH + SECOND, until=EPOCH + 2 * SECOND) == [as_record(e) for e in entries[2:0:-1]]


def test_what_was_withheld_is_counted_by_rule_and_reason(store: Store) -> None:
    reasons = ["shadow", "once", "shadow", "shadow"]
    store.commit([], [], [withheld(n, "a", reason, n * SECOND) for n, reason in enumerate(reasons)])
    store.commit([], [], [withheld(9, "b", "once", 9 * SECOND)])
    counted = [(each.rule_id, each.reason, each.count) for each in store.withheld()]
    assert counted == [("a", "shadow", 3), ("a", "once", 1), ("b", "once", 1)]
    first = store.withheld()[0]
    assert (first.first_at, first.last_at) == (EPOCH, EPOCH + 3 * SECOND)
    assert [each.count for each in store.withheld(rule_id="a", since=EPOCH + 2 * SECOND)] == [2]


def test_alerts_are_found_by_id_by_time_and_by_what_became_of_them(store: Store) -> None:
    put(store, deliver(1), deliver(2, MAIL))
    for delivery in store.claim_due(EPOCH, 9):
        if delivery.destination == SLACK:
            store.settle(delivery, [])
        else:
            store.retry(delivery, EPOCH + SECOND, "no answer", [])
    put(store, deliver(3, DestinationName("third")))
    assert [alert.id for alert in store.alerts(limit=9, outcome="sent")] == [make_alert(1).id]
    assert [alert.id for alert in store.alerts(limit=9, outcome="failed")] == [make_alert(2).id]
    assert store.alerts(limit=9, since=EPOCH + SECOND) == []
    assert store.alert(make_alert(3).id) == make_alert(3)
    assert store.alert("\ud800") is None
