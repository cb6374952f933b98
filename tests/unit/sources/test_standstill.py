"""A process that was suspended knows that it is behind, and for how long."""

from tocsin.sources.scrapest.standstill import Standstill


def test_who_says_every_second_that_it_is_at_work_is_never_behind() -> None:
    standstill = Standstill(0.0)
    assert not any(standstill.is_behind(float(second)) for second in range(100))


def test_a_second_late_is_no_standstill() -> None:
    standstill = Standstill(0.0)
    assert not standstill.is_behind(1.9)


def test_after_a_standstill_it_is_behind_until_it_has_had_time_to_catch_up() -> None:
    standstill = Standstill(0.0)
    assert [standstill.is_behind(60.0 + after) for after in (0.0, 1.0, 2.0, 3.0, 4.0, 4.9, 5.0)] == [*[True] * 6, False]


def test_a_second_standstill_begins_the_time_anew() -> None:
    standstill = Standstill(0.0)
    assert standstill.is_behind(60.0)
    assert standstill.is_behind(64.0)
    assert standstill.is_behind(66.0)
