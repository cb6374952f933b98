"""Which alerts have already been raised."""

from tocsin.alerting.memory import AlertMemory
from tocsin.model import AlertId


def test_an_alert_is_known_once_it_was_remembered() -> None:
    memory = AlertMemory()
    assert AlertId("a") not in memory
    memory.remember(AlertId("a"))
    assert AlertId("a") in memory


def test_the_alerts_of_an_earlier_run_are_known() -> None:
    assert AlertId("a") in AlertMemory([AlertId("a")])


def test_past_its_capacity_the_oldest_is_forgotten_and_the_newest_kept() -> None:
    memory = AlertMemory(map(AlertId, ("a", "b", "c")), capacity=2)
    assert len(memory) == 2
    assert [AlertId(name) in memory for name in "abc"] == [False, True, True]
