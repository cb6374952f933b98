"""How late the loop is can be measured while tweets come and a rule changes."""

import pytest

from tocsin.bench.reloading import Stretch, stretches


@pytest.mark.slow
def test_a_rule_comes_into_force_and_the_loop_was_watched_before_and_after() -> None:
    (quiet, changing), took = stretches(rules=200, changes=1, quiet_s=0.2)
    assert (quiet.what, changing.what) == ("tweets alone", "one rule changes")
    assert quiet.late
    assert changing.late
    assert len(took) == 1
    for stretch in (quiet, changing):
        assert len(stretch.late) == len(stretch.in_loop) == len(stretch.beside)
        assert all(own <= late for own, late in zip(stretch.in_loop, stretch.late, strict=True))


def test_a_row_tells_half_and_the_longest_in_milliseconds() -> None:
    stretch = Stretch("x", late=[0.001, 0.002, 0.009], in_loop=[0.0, 0.0, 0.001], beside=[0.0, 0.0, 0.008])
    assert stretch.row().split() == ["x", "3", "2.0", *["9.0"] * 3, "0.0", *["1.0"] * 3, "0.0", *["8.0"] * 3]
