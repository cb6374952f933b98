"""Which alerts have already been raised."""

from tocsin.alerting.memory import AlertMemory
from tocsin.model import AlertId


def test_an_alert_is_new_once() -> None:
    memory = AlertMemory()
    assert [memory.is_new(AlertId("a")), memory.is_new(AlertId("a")), memory.is_new(AlertId("b"))] == [
        True,
        False,
        True,
    ]


def test_the_alerts_of_an_earlier_run_are_known() -> None:
    assert not AlertMemory([AlertId("a")]).is_new(AlertId("a"))


def test_past_its_capacity_the_oldest_is_forgotten_and_the_newest_kept() -> None:
    memory = AlertMemory(capacity=2)
    for name in ("a", "b", "c"):
        memory.is_new(AlertId(name))
    assert len(memory) == 2
    assert not memory.is_new(AlertId("c"))
    assert memory.is_new(AlertId("a"))
