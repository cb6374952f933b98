"""What every store promises of messages for several, of what is held back, of fallbacks and of large outboxes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tocsin.journal import Held, as_record
from tocsin.model import Delivery, DestinationName
from tocsin.store.memory import MemoryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Aftermath, Choice, Standing, Store
from tocsin.testing import EPOCH

A, B = DestinationName("a"), DestinationName("b")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = SqliteStore.open(tmp_path / "t.db") if request.param == "sqlite" else MemoryStore()
    yield made
    made.close()


def deliver(number: int, to: DestinationName = A, after: timedelta = timedelta()) -> Delivery:
    return Delivery(alert=make_alert(number, at=EPOCH + number * SECOND), destination=to, due_at=EPOCH + after)


def put(store: Store, *deliveries: Delivery) -> None:
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])


def numbers(deliveries: list[Delivery]) -> list[int]:
    return [int(delivery.alert.id, 16) for delivery in deliveries]


def states(store: Store) -> dict[int, str]:
    rows = store.select(Choice(states=("waiting", "sending", "delivered", "dead"), destination=A))
    return {int(row.delivery.alert.id, 16): row.state for row in rows}


def bundle(store: Store, *which: int) -> list[Delivery]:
    put(store, *(deliver(number) for number in which))
    return store.claim_due(EPOCH, 1, bundling={A: 100})


def test_a_bundle_is_all_that_is_due_there_oldest_first(store: Store) -> None:
    put(store, deliver(1, after=SECOND), deliver(2), deliver(3, after=HOUR), deliver(4, B))
    claimed = store.claim_due(EPOCH + SECOND, 1, bundling={A: 100})
    assert numbers(claimed) == [2, 1]
    assert len({delivery.bundle for delivery in claimed}) == 1
    assert claimed[0].bundle is not None


def test_a_bundle_has_no_more_members_than_asked_for(store: Store) -> None:
    put(store, *(deliver(number) for number in range(1, 6)))
    assert numbers(store.claim_due(EPOCH, 1, bundling={A: 3})) == [1, 2, 3]


def test_a_bundle_of_one_is_none(store: Store) -> None:
    assert [delivery.bundle for delivery in bundle(store, 1)] == [None]


def test_what_a_bundle_is_made_of_is_journalled(store: Store) -> None:
    claimed = bundle(store, 1, 2)
    (entry,) = store.journal(kinds=["folded"])
    assert (entry["alert_id"], entry["alert_ids"]) == (claimed[0].bundle, [d.alert.id for d in claimed])


@pytest.mark.parametrize("ending", ["settle", "bury"])
def test_a_bundle_ends_as_one(store: Store, ending: str) -> None:
    claimed = bundle(store, 1, 2, 3)
    if ending == "settle":
        store.settle(claimed[0], [])
    else:
        store.bury(claimed[0], "no", [])
    assert set(states(store).values()) == {"delivered" if ending == "settle" else "dead"}


def test_a_bundle_is_tried_again_whole_and_alone(store: Store) -> None:
    claimed = bundle(store, 1, 2)
    store.retry(claimed[0], EPOCH + SECOND, "busy", [])
    put(store, deliver(3))
    assert numbers(store.claim_due(EPOCH, 1, bundling={A: 100})) == [3]
    store.settle(replace(deliver(3), bundle=None), [])
    again = store.claim_due(EPOCH + SECOND, 1)
    assert (numbers(again), again[0].bundle, again[0].attempts) == ([1, 2], claimed[0].bundle, 2)


def test_a_bundle_may_come_apart(store: Store) -> None:
    claimed = bundle(store, 1, 2)
    store.retry(claimed[0], EPOCH, "503", [], apart=True)
    put(store, deliver(3))
    again = store.claim_due(EPOCH, 1, bundling={A: 100})
    assert numbers(again) == [1, 2, 3]
    assert again[0].bundle != claimed[0].bundle


def test_of_a_bundle_what_was_tried_long_enough_is_given_up_alone(store: Store) -> None:
    put(store, deliver(1))
    store.retry(store.claim_due(EPOCH, 1)[0], EPOCH, "busy", [])
    put(store, deliver(2))
    claimed = store.claim_due(EPOCH + HOUR, 1, bundling={A: 100})
    store.retry(claimed[0], EPOCH + 2 * HOUR, "busy", [], expired=EPOCH)
    assert states(store) == {1: "dead", 2: "waiting"}


def test_a_crash_leaves_a_bundle_together(store: Store) -> None:
    claimed = bundle(store, 1, 2)
    assert store.recover() == 2
    put(store, deliver(3))
    again = store.claim_due(EPOCH, 1, bundling={A: 100})
    assert [(d.alert.id, d.bundle) for d in again] == [(d.alert.id, d.bundle) for d in claimed]


def test_what_an_operator_revives_leaves_its_bundle(store: Store) -> None:
    store.bury(bundle(store, 1, 2)[0], "no", [])
    assert store.revive(make_alert(1).id, A, EPOCH)
    assert [(int(d.alert.id, 16), d.bundle) for d in store.claim_due(EPOCH, 1)] == [(1, None)]


def test_what_is_held_waits_and_says_why(store: Store) -> None:
    put(store, deliver(1), deliver(2))
    held = store.due(A, EPOCH, limit=1)
    entry = Held(at=EPOCH, alert_id=held[0].alert.id, destination=A, until=EPOCH + HOUR, reason="quiet")
    store.hold(held, EPOCH + HOUR, "quiet", "quiet hours", [entry])
    assert numbers(store.due(A, EPOCH, limit=9)) == [2]
    (row,) = [row for row in store.outbox() if row.delivery.held]
    assert (row.delivery.due_at, row.delivery.held, row.reason) == (EPOCH + HOUR, "quiet", "quiet hours")
    assert store.journal(kinds=["held"]) == [as_record(entry)]
    assert store.held_at() == [A]


def test_what_was_held_for_a_digest_goes_out_together_without_being_asked(store: Store) -> None:
    put(store, deliver(1), deliver(2), deliver(3))
    store.hold(store.due(A, EPOCH, limit=2), EPOCH + HOUR, "digest", "for the digest", [])
    assert numbers(store.claim_due(EPOCH, 1)) == [3]
    store.settle(deliver(3), [])
    assert numbers(store.due(A, EPOCH + HOUR, limit=9, but="digest")) == []
    assert numbers(store.claim_due(EPOCH + HOUR, 1)) == [1, 2]


def test_due_is_read_page_by_page(store: Store) -> None:
    put(store, *(deliver(number) for number in range(1, 6)))
    assert numbers(store.due(A, EPOCH, limit=2, skip=2)) == [3, 4]
    assert store.count_due(A, EPOCH, 9) == 5
    assert store.count_due(A, EPOCH, 3) == 3
    assert store.count_due(A, EPOCH - SECOND, 9) == 0


def test_what_is_held_can_be_released(store: Store) -> None:
    put(store, deliver(1), deliver(2, after=HOUR))
    store.hold(store.due(A, EPOCH, limit=9), EPOCH + HOUR, "digest", "", [])
    assert store.release(A, EPOCH) == 1
    assert numbers(store.due(A, EPOCH, limit=9, but="digest")) == [1]
    assert store.held_at() == []


def test_a_clock_set_back_moves_nothing_that_waits_for_a_time_of_day(store: Store) -> None:
    put(store, deliver(1))
    store.hold(store.due(A, EPOCH, limit=9), EPOCH + 10 * HOUR, "quiet", "", [])
    assert store.bring_forward(EPOCH) == 0


def test_what_is_withheld_is_gone_but_for_the_journal(store: Store) -> None:
    put(store, deliver(1), deliver(2))
    entry = Held(at=EPOCH, alert_id=make_alert(1).id, destination=A, until=EPOCH, reason="")
    store.withhold(store.due(A, EPOCH, limit=1), [entry])
    assert states(store) == {2: "waiting"}
    assert store.journal(kinds=["held"]) == [as_record(entry)]


def test_what_waits_is_passed_on_once(store: Store) -> None:
    put(store, deliver(1), deliver(2, after=HOUR), deliver(3), deliver(3, B))
    given, reached = store.pass_on(A, B, EPOCH, "a is down", limit=9)
    assert reached is None
    assert [(entry.alert_id, entry.destination, entry.to) for entry in given] == [(make_alert(1).id, A, B)]
    assert store.pass_on(A, B, EPOCH, "a is down", limit=9) == ([], None)
    there = store.due(B, EPOCH, limit=9)
    assert [(int(d.alert.id, 16), d.note) for d in there] == [(3, ""), (1, "a is down")]
    assert [int(row.delivery.alert.id, 16) for row in store.outbox() if row.delivery.passed_on] == [1, 3]


def test_what_failed_is_passed_on_though_it_is_due_later(store: Store) -> None:
    put(store, deliver(1))
    store.retry(store.claim_due(EPOCH, 1)[0], EPOCH + HOUR, "busy", [])
    assert len(store.pass_on(A, B, EPOCH, "a is down", limit=9)[0]) == 1


def test_a_long_queue_is_passed_on_in_steps(store: Store) -> None:
    put(store, *(deliver(number, after=-number * SECOND) for number in range(5)))
    steps, reached = list[int](), None
    while not steps or reached is not None:
        given, reached = store.pass_on(A, B, EPOCH, "a is down", limit=2, after=reached)
        steps.append(len(given))
    assert steps == [2, 2, 1]


def test_what_follows_from_an_ending_is_kept_with_it(store: Store) -> None:
    put(store, deliver(1))
    standing = Standing(failures=2, failing_since=EPOCH, rested_at=EPOCH, resting_until=EPOCH + HOUR, sent=(EPOCH,))
    further = deliver(7, B)
    aftermath = Aftermath(standings={A: standing}, alerts=[further.alert], deliveries=[further])
    store.bury(store.claim_due(EPOCH, 1)[0], "no", [], aftermath)
    assert store.standings() == {A: standing}
    assert numbers(store.due(B, EPOCH, limit=9)) == [7]


def test_what_follows_later_is_kept_by_itself(store: Store) -> None:
    further = deliver(7, B)
    standing = Standing(untold=3, noticed_at=EPOCH)
    store.follow_up([], Aftermath(standings={A: standing}, alerts=[further.alert], deliveries=[further]))
    assert store.standings() == {A: standing}
    assert numbers(store.due(B, EPOCH, limit=9)) == [7]


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (Choice(), [1, 2, 3]),
        (Choice(destination="b"), [3]),
        (Choice(alert_id=make_alert(2).id), [2]),
        (Choice(rule_id="hack"), [1, 2, 3]),
        (Choice(rule_id="other"), []),
        (Choice(before=EPOCH + 2 * SECOND), [1]),
        (Choice(states=["dead"]), [1]),
    ],
)
def test_a_choice_narrows(store: Store, choice: Choice, meant: list[int]) -> None:
    put(store, deliver(1))
    store.bury(store.claim_due(EPOCH, 1)[0], "no", [])
    put(store, deliver(2), deliver(3, B))
    assert [int(row.delivery.alert.id, 16) for row in store.select(choice)] == meant


def test_a_large_outbox_is_changed_in_steps(store: Store) -> None:
    put(store, *(deliver(number) for number in range(1, 6)))
    up_to = store.newest_row()
    put(store, deliver(6))
    done, after = store.drop_all(Choice(), EPOCH, "enough", after=0, up_to=up_to, limit=3)
    assert (done, set(states(store))) == (3, {4, 5, 6})
    assert store.drop_all(Choice(), EPOCH, "enough", after=after, up_to=up_to, limit=3) == (2, 0)
    assert set(states(store)) == {6}
    assert store.revive_all(Choice(), EPOCH, after=0, up_to=store.newest_row(), limit=3) == (1, 0)
    assert len(store.journal(kinds=["gave-up"])) == 5
