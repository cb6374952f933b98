"""Limits, digests and quiet hours: what is held back, what is folded, and that every alert is accounted for."""

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.alerts import make_alert
from tests.dispatching import destination, stage
from tocsin.alerting.holding import Digest
from tocsin.alerting.limit import Limit
from tocsin.alerting.quiet import Quiet
from tocsin.config.secret import Secret
from tocsin.journal import Attempted, GaveUp, Held, Withheld
from tocsin.model import Delivery, Refused, Severity, Unreachable
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Choice
from tocsin.testing import EPOCH

pytestmark = pytest.mark.anyio

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = Quiet(zone=ZoneInfo("Europe/Berlin"), begins=time(22), ends=time(7))
EVENING = datetime(2026, 6, 1, 21, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def ids(numbers: range) -> set[str]:
    return {make_alert(number).id for number in numbers}


async def test_past_the_limit_what_waits_goes_out_as_one_message() -> None:
    async with stage(destination(limit=Limit(4, HOUR))) as there:
        for number in range(6):
            await there.raise_alerts([number], "d")
        await there.move_on(HOUR, step=MINUTE)
        assert [len(alert.folded) for alert in there["d"].sent] == [0, 0, 4]
        assert set(there["d"].told) == ids(range(6))


@pytest.mark.slow
async def test_a_storm_arrives_as_a_few_messages_that_account_for_every_alert(tmp_path: Path) -> None:
    """10,000 alerts in a minute to one chat."""
    chat = destination(urls=(Secret("slack://a/b/c"),))
    async with stage(chat, store=SqliteStore.open(tmp_path / "t.db")) as there:
        for second in range(60):
            await there.raise_alerts(range(second * 167, min(10_000, (second + 1) * 167)), "d")
            await there.move_on(SECOND)
        assert len(there["d"].sent) <= 41  # the first of the next minute counted in
        await there.move_on(MINUTE, step=SECOND)
        assert set(there["d"].told) == ids(range(10_000))
        assert set(there["d"].told.values()) == {1}


async def test_a_program_gets_each_alert_by_itself() -> None:
    hook = destination(urls=(Secret("jsons://alerts.example/hook"),))
    async with stage(hook) as there:
        await there.raise_alerts(range(100), "d")
        assert [alert.folded for alert in there["d"].sent] == [()] * 100


async def test_a_message_for_several_names_their_rules_and_is_journalled_for_each() -> None:
    async with stage(destination(limit=Limit(2, HOUR))) as there:
        await there.raise_alerts(range(3), "d")
        message = there["d"].sent[0]
        assert message.title.plain() == "3 alerts: hack 3"
        own, *each = there.said(Attempted)
        assert (own.alert_id, own.alerts, own.bundle) == (message.id, 3, None)
        assert {entry.alert_id for entry in each} == ids(range(3))
        assert {entry.bundle for entry in each} == {message.id}
        folded = there.store.journal(kinds=["folded"])
        assert [(entry["alert_id"], set(entry["alert_ids"])) for entry in folded] == [(message.id, ids(range(3)))]


async def test_what_is_most_severe_is_counted_in_the_title() -> None:
    async with stage(destination(digest=Digest(every=HOUR))) as there:
        await there.raise_alerts(range(3), "d")
        await there.raise_alerts([3], "d", severity=Severity.CRITICAL)
        await there.move_on(HOUR)
        assert there["d"].sent[0].title.plain() == "4 alerts, 1 of them critical: hack 4"


async def test_a_message_for_several_is_tried_again_under_its_own_id() -> None:
    lost = Unreachable("the connection broke before the answer was complete")
    async with stage(destination(limit=Limit(2, HOUR)), outcomes={"d": [lost, Refused("no")]}) as there:
        await there.raise_alerts(range(3), "d")
        await there.move_on(MINUTE)
        first, second = there["d"].sent
        assert first.id == second.id
        assert first.folded == second.folded
        assert {entry.alert_id for entry in there.said(GaveUp)} == ids(range(3))
        assert [row.state for row in there.store.outbox()] == ["dead"] * 3


async def test_what_a_service_did_not_take_may_be_part_of_a_larger_message_next() -> None:
    async with stage(
        destination(limit=Limit(2, HOUR)), outcomes={"d": [Unreachable("503", 503), Refused("no")]}
    ) as there:
        await there.raise_alerts(range(3), "d")
        await there.raise_alerts([3, 4], "d")
        await there.move_on(MINUTE)
        assert [len(alert.folded) for alert in there["d"].sent] == [3, 5]


async def test_a_crash_leaves_a_message_for_several_whole_and_under_its_id(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    alerts = [make_alert(number) for number in range(3)]
    to = [Delivery(alert=alert, destination=destination().name, due_at=EPOCH) for alert in alerts]
    store.commit(alerts, to, [])
    before = store.claim_due(EPOCH, 1, bundling={destination().name: 2_000})
    async with stage(destination(), store=store) as there:
        await there.settle()
        assert [(alert.id, set(alert.folded)) for alert in there["d"].sent] == [(before[0].bundle, ids(range(3)))]
    store.close()


async def test_a_digest_collects_until_the_full_hour() -> None:
    async with stage(destination(digest=Digest(every=HOUR, bypass=Severity.CRITICAL)), at=EPOCH + MINUTE) as there:
        await there.raise_alerts(range(5), "d")
        await there.raise_alerts([9], "d", severity=Severity.CRITICAL)
        assert [alert.id for alert in there["d"].sent] == [make_alert(9).id]
        held = there.said(Held)
        assert {(entry.until, entry.reason) for entry in held} == {
            (EPOCH + HOUR, "for the digest of 'd' at 2026-01-01 13:00:00 UTC")
        }
        await there.move_on(59 * MINUTE, step=MINUTE)
        assert [len(alert.folded) for alert in there["d"].sent] == [0, 5]


async def test_a_digest_of_one_is_the_alert_itself() -> None:
    async with stage(destination(digest=Digest(every=HOUR))) as there:
        await there.raise_alerts([1], "d")
        await there.move_on(HOUR)
        assert [(alert.id, alert.folded) for alert in there["d"].sent] == [(make_alert(1).id, ())]


async def test_quiet_hours_hold_what_comes_until_they_end() -> None:
    async with stage(destination(quiet=NIGHT), at=EVENING) as there:
        await there.raise_alerts([1], "d")
        await there.move_on(HOUR)
        await there.raise_alerts([2, 3], "d")
        assert len(there["d"].sent) == 1
        assert [row.reason for row in there.store.outbox()] == ["quiet hours of 'd' until 2026-06-02 07:00 CEST"] * 2
        await there.move_on(9 * HOUR, step=timedelta(minutes=10))
        assert set(there["d"].told) == ids(range(1, 4))


async def test_quiet_hours_hold_what_failed_before_they_began() -> None:
    async with stage(
        destination(quiet=NIGHT), at=EVENING, outcomes={"d": [Unreachable("x", retry_after=HOUR)]}
    ) as there:
        await there.raise_alerts([1], "d")
        await there.move_on(8 * HOUR, step=timedelta(minutes=10))
        assert len(there["d"].sent) == 1


async def test_quiet_hours_may_drop_and_say_so() -> None:
    quiet = Quiet(zone=NIGHT.zone, begins=NIGHT.begins, ends=NIGHT.ends, then="drop", bypass=Severity.CRITICAL)
    async with stage(destination(quiet=quiet), at=EVENING + HOUR) as there:
        await there.raise_alerts([1], "d")
        await there.raise_alerts([2], "d", severity=Severity.CRITICAL)
        assert [alert.id for alert in there["d"].sent] == [make_alert(2).id]
        assert there.store.outbox() == []
        reasons = [(entry.alert_id, entry.reason) for entry in there.said(Withheld)]
        assert reasons == [(make_alert(1).id, "quiet hours of 'd', which drop what comes meanwhile")]


async def test_a_night_of_digests_is_told_in_the_morning() -> None:
    async with stage(destination(quiet=NIGHT, digest=Digest(every=HOUR)), at=EVENING) as there:
        for number in range(8):
            await there.raise_alerts([number], "d")
            await there.move_on(HOUR, step=timedelta(minutes=10))
        await there.move_on(3 * HOUR, step=timedelta(minutes=10))
        assert [len(alert.folded) for alert in there["d"].sent] == [8]


async def test_what_is_held_is_looked_at_anew_when_the_settings_change() -> None:
    async with stage(destination(quiet=NIGHT), at=EVENING + HOUR) as there:
        await there.raise_alerts([1], "d")
        loud = destination()
        there.dispatcher.replace({loud.name: there["d"]}, {loud.name: loud})
        await there.settle()
        assert set(there["d"].told) == ids(range(1, 2))


async def test_a_long_night_is_set_aside_page_by_page(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    async with stage(destination(quiet=NIGHT), at=EVENING + HOUR, store=store) as there:
        await there.raise_alerts(range(5_000), "d")
        assert len(there.said(Held)) == 5_000
        assert there["d"].sent == []
        assert len(store.select(Choice(destination="d"), limit=10_000)) == 5_000
    store.close()
