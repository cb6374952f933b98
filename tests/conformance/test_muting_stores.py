"""What every store promises about silences and acknowledgements; run over the one on disk and the one in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tocsin.alerting.silences import Silence, SilenceId
from tocsin.journal import Lifecycle, Withheld
from tocsin.model import AlertId, Delivery, DestinationName, Severity, TweetId
from tocsin.store.memory import MemoryStore
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Choice, Store
from tocsin.testing import EPOCH

SLACK, MAIL = DestinationName("slack"), DestinationName("mail")
MINUTE = timedelta(minutes=1)
LATER = EPOCH + 15 * MINUTE


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = SqliteStore.open(tmp_path / "t.db") if request.param == "sqlite" else MemoryStore()
    yield made
    made.close()


def add(store: Store, condition: str = "eq: [.rule, hack]", *, minutes: int = 60) -> Silence:
    return store.silences.add(condition, why="drill", by="ada", since=EPOCH, until=EPOCH + minutes * MINUTE)


def withheld(silence: Silence, severity: Severity = Severity.LOW) -> Withheld:
    alert = make_alert()
    return Withheld(
        at=EPOCH, alert_id=alert.id, rule_id=alert.rule_id, tweet_id=TweetId("1"), reason="…", silence=silence.id,
        severity=severity,
    )  # fmt: skip


def events(store: Store) -> list[tuple[str, str]]:
    return [(record["silence"], record["event"]) for record in store.journal(kinds=["silenced"])][::-1]


def escalated(number: int = 1, to: DestinationName = MAIL) -> Delivery:
    return Delivery(alert=make_alert(number), destination=to, due_at=LATER, escalation=LATER - EPOCH)


def put(store: Store, *deliveries: Delivery) -> None:
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])


def test_a_silence_comes_back_as_it_was_with_an_id_of_its_own(store: Store) -> None:
    first, second = add(store), add(store, "word: \ud800", minutes=1)
    assert (first.id, second.id) == ("s1", "s2")
    assert store.silences.unended()[0] == first == Silence(
        id=SilenceId("s1"), condition="eq: [.rule, hack]", why="drill", by="ada", since=EPOCH, until=EPOCH + 60 * MINUTE
    )  # fmt: skip
    assert [each.id for each in store.silences.every()] == ["s2", "s1"]


def test_who_ends_a_silence_ends_it_once(store: Store) -> None:
    add(store)
    ended = store.silences.end(SilenceId("s1"), EPOCH + MINUTE, "bob")
    assert ended is not None
    assert (ended.ended_at, ended.ended_by) == (EPOCH + MINUTE, "bob")
    assert store.silences.end(SilenceId("s1"), EPOCH + MINUTE, "bob") is None
    assert store.silences.unended() == []
    assert events(store) == [("s1", "added"), ("s1", "ended")]


@pytest.mark.parametrize("name", ["s7", "1", "", "s1 ", "s-1", "s99999999999999999999999"])
def test_what_is_no_silence_can_not_be_ended(store: Store, name: str) -> None:
    if name != "1":
        add(store)
    assert store.silences.end(SilenceId(name), EPOCH, "bob") is None


def test_a_silence_whose_time_is_up_expires_once_and_at_its_time(store: Store) -> None:
    add(store, minutes=5)
    add(store, minutes=60)
    assert store.silences.expire(EPOCH + 4 * MINUTE) == []
    (expired,) = store.silences.expire(EPOCH + 9 * MINUTE)
    assert (expired.id, expired.ended_at) == ("s1", EPOCH + 5 * MINUTE)
    assert store.silences.expire(EPOCH + 9 * MINUTE) == []
    assert events(store) == [("s1", "added"), ("s2", "added"), ("s1", "expired")]


def test_what_a_silence_hides_is_counted_with_it_the_loud_apart(store: Store) -> None:
    first, second = add(store), add(store)
    store.commit([], [], [withheld(first), withheld(first, Severity.CRITICAL), withheld(second, Severity.HIGH)])
    assert [(each.id, each.hidden, each.loud) for each in store.silences.unended()] == [("s1", 2, 1), ("s2", 1, 1)]
    ended = store.silences.end(first.id, EPOCH, "bob")
    assert ended is not None
    assert (ended.hidden, ended.loud) == (2, 1)


def test_an_entry_that_no_silence_made_counts_for_none(store: Store) -> None:
    add(store)
    store.commit([], [], [Lifecycle(at=EPOCH, event="started", detail="")])
    assert store.silences.unended()[0].hidden == 0


def test_an_escalation_waits_until_it_is_due(store: Store) -> None:
    put(store, escalated())
    assert store.claim_due(LATER - timedelta(microseconds=1), 9) == []
    (claimed,) = store.claim_due(LATER, 9)
    assert claimed.escalation == LATER - EPOCH


def test_an_acknowledged_alert_does_not_escalate(store: Store) -> None:
    put(store, Delivery(alert=make_alert(1), destination=SLACK, due_at=EPOCH), escalated(1), escalated(2))
    ack = store.acks.acknowledge([make_alert(1).id], EPOCH + MINUTE, by="ada", note="on it")
    assert (ack.is_new, ack.stopped) == (True, (MAIL,))
    left = [(row.delivery.alert.id, row.delivery.destination) for row in store.outbox()]
    assert left == [(make_alert(1).id, SLACK), (make_alert(2).id, MAIL)]
    (record,) = store.journal(kinds=["acknowledged"])
    assert (record["alert_id"], record["by"], record["note"]) == (make_alert(1).id, "ada", "on it")
    assert list(record["stopped"]) == ["mail"]


def test_who_is_told_at_once_is_not_told_later(store: Store) -> None:
    at_once = Delivery(alert=make_alert(), destination=MAIL, due_at=EPOCH)
    put(store, escalated(), at_once)
    assert [(row.delivery.due_at, row.delivery.escalation) for row in store.outbox()] == [(EPOCH, None)]


def test_acknowledging_again_changes_nothing(store: Store) -> None:
    put(store, escalated())
    first = store.acks.acknowledge([make_alert().id], EPOCH, by="ada")
    again = store.acks.acknowledge([make_alert().id], EPOCH + MINUTE, by="bob", note="me too")
    assert (again.is_new, again.by, again.at, again.note) == (False, "ada", EPOCH, "")
    assert first.is_new
    assert len(store.journal(kinds=["acknowledged"])) == 1
    assert store.acks.of(make_alert().id) == again


def test_what_stands_for_several_alerts_acknowledges_them_all_each_with_its_entry(store: Store) -> None:
    put(store, escalated(1), escalated(2), escalated(3))
    digest = replace(make_alert(9), folded=(make_alert(1).id, make_alert(2).id))
    store.commit([digest], [], [])
    meant = store.acks.stands_for(digest.id)
    assert meant == [digest.id, make_alert(1).id, make_alert(2).id]
    assert store.acks.acknowledge(meant, EPOCH, by="ada").stopped == (MAIL,)
    assert [row.delivery.alert.id for row in store.outbox()] == [make_alert(3).id]
    assert [store.acks.of(make_alert(n).id) is not None for n in (1, 2, 3, 9)] == [True, True, False, True]
    records = store.journal(kinds=["acknowledged"])[::-1]
    assert [(record["alert_id"], list(record["stopped"])) for record in records] == [
        (digest.id, []), (make_alert(1).id, ["mail"]), (make_alert(2).id, ["mail"]),
    ]  # fmt: skip


def test_a_message_of_several_that_waited_stands_for_each_of_them(store: Store) -> None:
    put(store, *(Delivery(alert=make_alert(number), destination=SLACK, due_at=EPOCH) for number in (1, 2)))
    claimed = store.claim_due(EPOCH, 9, bundling={SLACK: 5})[0]
    bundle = claimed.bundle
    assert bundle is not None
    assert store.acks.stands_for(bundle) == [make_alert(1).id, make_alert(2).id]
    assert store.acks.ids_like(bundle[:9]) == [bundle]
    store.retry(claimed, LATER, "no answer", [], apart=True)
    assert store.acks.stands_for(bundle) == [make_alert(1).id, make_alert(2).id]
    assert store.acks.stands_for(AlertId("none")) == []


def test_what_only_waits_to_escalate_can_be_left_out(store: Store) -> None:
    put(store, escalated(1), Delivery(alert=make_alert(1), destination=SLACK, due_at=EPOCH))
    found = store.select(Choice(escalations=False))
    assert [row.delivery.destination for row in found] == [SLACK]
    assert store.revive_all(Choice(escalations=False), EPOCH, after=0, up_to=99, limit=99)[0] == 1
    assert [d.destination for d in store.claim_due(EPOCH, 9)] == [SLACK]


def test_an_escalation_under_way_when_it_is_acknowledged_is_not_tried_again(store: Store) -> None:
    put(store, escalated())
    (claimed,) = store.claim_due(LATER, 9)
    assert store.acks.acknowledge([claimed.alert.id], LATER, by="ada").stopped == ()
    store.retry(claimed, LATER + MINUTE, "busy", [])
    assert store.outbox() == []
    (gave_up,) = store.journal(kinds=["gave-up"])
    assert gave_up["reason"] == "acknowledged before it could be sent"


def test_a_clock_that_was_set_back_brings_an_escalation_forward_only_to_its_own_time(store: Store) -> None:
    put(store, escalated(1), Delivery(alert=make_alert(2), destination=SLACK, due_at=EPOCH + 99 * MINUTE))
    latest = EPOCH - 5 * MINUTE
    assert store.bring_forward(latest) == 2
    due = {row.delivery.destination: row.delivery.due_at for row in store.outbox()}
    assert due == {MAIL: latest + 15 * MINUTE, SLACK: latest}


def test_ids_are_found_by_how_they_begin(store: Store) -> None:
    put(store, escalated(1), escalated(0x10), escalated(0xABC0000000000000))
    assert store.acks.ids_like("abc") == [AlertId("abc0000000000000")]
    assert store.acks.ids_like("000") == [AlertId("0000000000000001"), AlertId("0000000000000010")]
    assert store.acks.ids_like("%") == []


def test_the_first_key_is_kept(store: Store) -> None:
    assert store.acks.key(b"first") == b"first"
    assert store.acks.key(b"second") == b"first"


def test_old_silences_and_acknowledgements_are_forgotten_and_those_in_force_are_not(store: Store) -> None:
    add(store, minutes=1)
    add(store, minutes=60 * 24 * 365)
    put(store, escalated(1))
    store.silences.expire(EPOCH + MINUTE)
    store.acks.acknowledge([make_alert(1).id], EPOCH, by="ada")
    store.acks.acknowledge([make_alert(2).id], EPOCH, by="ada")
    store.prune(EPOCH + timedelta(days=30))
    assert [each.id for each in store.silences.every()] == ["s2"]
    assert store.acks.of(make_alert(2).id) is None
