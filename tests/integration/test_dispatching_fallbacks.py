"""Where alerts go that a destination will not take, who is told, and what a restart remembers."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tests.dispatching import Stage, destination, stage
from tocsin.alerting.limit import Limit
from tocsin.journal import Attempted, FellBack, GaveUp
from tocsin.model import Alert, Delivered, Delivery, DestinationName, Outcome, Refused, Unreachable
from tocsin.runtime.dispatching.deadletters import SENDER
from tocsin.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOWN = Unreachable("connection refused")
A, B, C = DestinationName("a"), DestinationName("b"), DestinationName("c")


def alerts_at(there: Stage, name: str) -> list[Alert]:
    return [alert for alert in there[name].sent if alert.rule_id != SENDER]


def notices_at(there: Stage, name: str) -> list[str]:
    return [alert.title.plain() for alert in there[name].sent if alert.rule_id == SENDER]


async def test_what_is_refused_goes_to_the_fallback_at_once_and_says_so() -> None:
    async with stage(
        destination("a", fallback=B), destination("b"), outcomes={"a": [Refused("no such channel")]}
    ) as there:
        await there.raise_alerts([1], "a")
        assert [alert.id for alert in alerts_at(there, "b")] == [make_alert(1).id]
        assert (
            alerts_at(there, "b")[0].body.plain().startswith("This was for 'a', which did not take it: no such channel")
        )
        assert [(entry.destination, entry.to) for entry in there.said(FellBack)] == [(A, B)]
        assert [row.state for row in there.store.outbox(destination="a")] == ["dead"]


async def test_after_five_minutes_without_success_the_fallback_gets_what_waits() -> None:
    async with stage(destination("a", fallback=B), destination("b"), outcomes={"a": [DOWN]}) as there:
        await there.raise_alerts([1, 2], "a")
        await there.move_on(4 * MINUTE, step=MINUTE / 2)
        assert there["b"].sent == []
        await there.move_on(2 * MINUTE, step=MINUTE / 2)
        assert [alert.id for alert in there["b"].sent] == [make_alert(1).id, make_alert(2).id]
        assert (
            "This was for 'a', which has not been reached since 2026-01-01 12:00 UTC: connection refused"
            in there["b"].sent[0].body.plain()
        )
        await there.raise_alerts([3], "a")
        await there.move_on(MINUTE, step=MINUTE / 2)
        assert len(there["b"].sent) == 3


async def test_the_first_destination_goes_on_being_tried() -> None:
    answers: dict[str, list[Outcome]] = {"a": [*[DOWN] * 10, Delivered()]}
    async with stage(destination("a", fallback=B), destination("b"), outcomes=answers) as there:
        await there.raise_alerts([1], "a")
        await there.move_on(HOUR, step=MINUTE / 2)
        assert there["a"].sent[-1].id == there["b"].sent[0].id == make_alert(1).id
        assert [row.state for row in there.store.outbox(states=["delivered"])] == ["delivered"] * 2
        assert len(there["b"].sent) == 1


async def test_a_failure_between_successes_sends_nothing_to_the_fallback() -> None:
    answers: dict[str, list[Outcome]] = {"a": [DOWN, Delivered(), DOWN, Delivered()]}
    async with stage(destination("a", fallback=B), destination("b"), outcomes=answers) as there:
        for number in range(2):
            await there.raise_alerts([number], "a")
            await there.move_on(10 * MINUTE, step=MINUTE / 2)
        assert there["b"].sent == []


async def test_fallbacks_form_a_chain() -> None:
    answers = {"a": [Refused("no")], "b": [Refused("neither")]}
    chain = destination("a", fallback=B), destination("b", fallback=C), destination("c")
    async with stage(*chain, outcomes=answers) as there:
        await there.raise_alerts([1], "a")
        assert [alert.id for alert in alerts_at(there, "c")] == [make_alert(1).id]
        assert [
            (entry.destination, entry.to) for entry in there.said(FellBack) if entry.alert_id == make_alert(1).id
        ] == [
            (A, B),
            (B, C),
        ]


async def test_an_alert_that_goes_to_the_fallback_anyway_goes_there_once() -> None:
    async with stage(destination("a", fallback=B), destination("b"), outcomes={"a": [Refused("no")]}) as there:
        await there.raise_alerts([1], "a", "b")
        assert len(alerts_at(there, "b")) == 1


async def test_dead_letters_are_told_of_once_in_ten_minutes_with_their_number() -> None:
    async with stage(destination("a"), destination("b"), outcomes={"a": [Refused("no")]}, notices="b") as there:
        await there.raise_alerts([1], "a")
        await there.raise_alerts(range(2, 6), "a")
        assert notices_at(there, "b") == ["tocsin: 1 alert could not be delivered to 'a'"]
        await there.move_on(11 * MINUTE, step=MINUTE)
        assert notices_at(there, "b")[1:] == ["tocsin: 4 alerts could not be delivered to 'a'"]
        assert "tocsin outbox list --state dead --to a" in there["b"].sent[0].body.plain()


async def test_after_its_time_an_alert_is_given_up_and_somebody_told() -> None:
    """Gone for 80 hours."""
    async with stage(destination("a"), destination("b"), outcomes={"a": [DOWN]}, notices="b") as there:
        await there.raise_alerts([1], "a")
        await there.move_on(71 * HOUR, step=10 * MINUTE)
        assert there.said(GaveUp) == []
        await there.move_on(9 * HOUR, step=10 * MINUTE)
        assert [entry.alert_id for entry in there.said(GaveUp)] == [make_alert(1).id]
        assert len(notices_at(there, "b")) == 1


async def test_each_alert_of_a_message_is_given_up_after_its_own_time() -> None:
    """With a limit, all that waits is one message; what is new in it must not be given up with what is old."""
    limited = destination("a", limit=Limit(2, MINUTE))
    async with stage(limited, destination("b"), outcomes={"a": [DOWN]}, notices="b") as there:
        await there.raise_alerts(range(3), "a")
        await there.move_on(60 * HOUR, step=HOUR)
        await there.raise_alerts(range(3, 6), "a")
        await there.move_on(20 * HOUR, step=HOUR)
        assert {entry.alert_id for entry in there.said(GaveUp)} == {make_alert(number).id for number in range(3)}
        await there.move_on(60 * HOUR, step=HOUR)
        assert {entry.alert_id for entry in there.said(GaveUp)} == {make_alert(number).id for number in range(6)}


async def test_failures_of_long_ago_send_nothing_to_the_fallback() -> None:
    hours = timedelta(hours=1)
    settings = destination("a", fallback=B, retry_for=hours), destination("b")
    answers: dict[str, list[Outcome]] = {"a": [*[DOWN] * 60, Delivered()]}
    async with stage(*settings, outcomes=answers) as there:
        await there.raise_alerts([1], "a")
        await there.move_on(2 * HOUR, step=MINUTE)
        there["a"].outcomes.clear()
        await there.move_on(24 * HOUR, step=HOUR)
        there.clock.advance(MINUTE)
        await there.raise_alerts([2], "a")
        assert there["a"].sent[-1].id == make_alert(2).id
        assert make_alert(2).id not in there["b"].told


async def test_of_a_lost_notice_nobody_is_told() -> None:
    answers = {"a": [Refused("no")], "b": [Refused("no")]}
    async with stage(destination("a"), destination("b", fallback=A), outcomes=answers, notices="b") as there:
        await there.raise_alerts([1], "a")
        await there.move_on(HOUR, step=10 * MINUTE)
        assert len(notices_at(there, "b")) == 1
        assert len(there.said(GaveUp)) == 3


async def test_a_rest_that_the_service_asked_for_outlasts_a_restart(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    busy = Unreachable("429", 429, retry_after=HOUR)
    async with stage(destination("a"), store=store, outcomes={"a": [busy]}) as there:
        await there.raise_alerts([1, 2], "a")
        later = there.clock.now() + 30 * MINUTE
    async with stage(destination("a"), store=store, at=later) as there:
        await there.move_on(29 * MINUTE, step=MINUTE)
        assert there["a"].sent == []
        await there.move_on(2 * MINUTE, step=MINUTE)
        assert len(there["a"].sent) == 2
    store.close()


async def test_a_clock_set_back_over_a_restart_stretches_no_rest(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    async with stage(
        destination("a"), store=store, outcomes={"a": [Unreachable("429", 429, retry_after=HOUR)]}
    ) as there:
        await there.raise_alerts([1, 2], "a")
        earlier = there.clock.now() - 24 * HOUR
    async with stage(destination("a"), store=store, at=earlier) as there:
        assert there.dispatcher._standings.resting()[A] <= HOUR.total_seconds()
    store.close()


async def test_an_alert_damaged_on_disk_is_buried_alone(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    alerts = [make_alert(number) for number in range(3)]
    async with stage(destination("a"), store=store) as there:
        deliveries = [Delivery(alert=alert, destination=A, due_at=there.clock.now()) for alert in alerts]
        store.commit(alerts, deliveries, [])
        store._connection.execute("UPDATE alerts SET document = '{\"id\": 7' WHERE id = ?", (alerts[1].id,))
        await there.settle()
        assert [alert.id for alert in there["a"].sent] == [alerts[0].id, alerts[2].id]
        dead = store.outbox(states=["dead"])
        assert [(row.delivery.alert.id, row.reason) for row in dead] == [
            (alerts[1].id, "the stored alert can't be read (JSONDecodeError)")
        ]
        assert [(entry.alert_id, entry.reason) for entry in there.said(GaveUp)] == [
            (alerts[1].id, "the stored alert can't be read (JSONDecodeError)")
        ]
        assert len(store.alerts(limit=9)) == 3
    store.close()


async def test_a_dead_destination_takes_no_turn_from_the_others() -> None:
    """Counted in sends, not in time: while one destination rests, each other one gets everything at once."""
    healthy = [f"h{number}" for number in range(50)]
    settings = [destination("dead"), *(destination(name) for name in healthy)]
    async with stage(*settings, outcomes={"dead": [DOWN]}) as there:
        await there.raise_alerts(range(20), "dead", *healthy)
        assert {name: len(there[name].sent) for name in healthy} == dict.fromkeys(healthy, 20)
        assert len(there["dead"].sent) == 1
        assert len([entry for entry in there.said(Attempted) if entry.outcome == "delivered"]) == 1_000
