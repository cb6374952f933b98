"""Which alerts have already been raised."""

from datetime import timedelta

from tocsin.alerting.memory import KEPT, AlertMemory
from tocsin.model import AlertId, RuleId, alert_id
from tocsin.testing import EPOCH

SECOND = timedelta(seconds=1)


def ids(*numbers: int) -> list[AlertId]:
    return [AlertId(f"{number:016x}") for number in numbers]


def known(memory: AlertMemory, *numbers: int) -> list[bool]:
    return [each in memory for each in ids(*numbers)]


def test_an_alert_is_known_once_it_was_remembered() -> None:
    memory = AlertMemory()
    assert AlertId("a") not in memory
    memory.remember(AlertId("a"), EPOCH)
    assert AlertId("a") in memory


def test_the_alerts_of_an_earlier_run_are_known() -> None:
    assert AlertId("a") in AlertMemory([AlertId("a")])


def test_the_newest_are_known_however_old_they_are() -> None:
    memory = AlertMemory(capacity=4)
    for number in range(1, 101):
        memory.remember(ids(number)[0], EPOCH + number * KEPT)
    assert known(memory, 97, 98, 99, 100) == [True] * 4
    assert len(memory) <= 8


def test_the_young_ones_are_known_however_many_they_are() -> None:
    memory = AlertMemory(capacity=4)
    for number in range(1, 13):
        memory.remember(ids(number)[0], EPOCH + number * SECOND)
    assert known(memory, *range(1, 13)) == [True] * 12


def test_past_four_times_the_capacity_the_older_half_goes_whatever_its_age() -> None:
    memory = AlertMemory(capacity=4)
    for number in range(1, 1001):
        memory.remember(ids(number)[0], EPOCH)
    assert len(memory) <= 16
    assert known(memory, *range(993, 1001)) == [True] * 8


def test_those_of_an_earlier_run_count_as_of_its_end() -> None:
    memory = AlertMemory(ids(*range(1, 5)), capacity=4, now=EPOCH)
    for number in range(5, 10):
        memory.remember(ids(number)[0], EPOCH + KEPT - SECOND)
    assert known(memory, *range(1, 10)) == [True] * 9


def test_a_hundred_thousand_ids_are_told_apart() -> None:
    memory = AlertMemory(ids(*range(2, 200_000, 2)))
    assert not any(known(memory, *range(3, 200_000, 2)))
    assert all(known(memory, *range(2, 200_000, 2)))


def test_no_alert_waits_for_all_of_the_memory_to_grow() -> None:
    memory = AlertMemory()
    for number in range(50_000):
        memory.remember(alert_id(RuleId("rule"), "", str(number)), EPOCH)
    sizes = [len(table._slots) for table in memory._young._tables]
    assert sum(sizes) >= 50_000
    assert max(sizes) * 50 < sum(sizes)


def test_the_id_nought_is_one_like_others() -> None:
    memory = AlertMemory()
    assert known(memory, 0) == [False]
    memory.remember(ids(0)[0], EPOCH)
    assert known(memory, 0) == [True]


def test_any_text_may_be_an_id() -> None:
    memory = AlertMemory([AlertId("tocsin.notice"), AlertId("\ud800")])
    assert [AlertId(name) in memory for name in ("tocsin.notice", "\ud800", "else")] == [True, True, False]
