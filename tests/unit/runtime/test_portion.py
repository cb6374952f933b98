"""How many tweets go to the transforms at once."""

from tocsin.runtime.portion import Portion


def test_it_grows_while_rounds_are_short_up_to_the_most() -> None:
    portion = Portion(500)
    for _ in range(10):
        portion.took(0.01)
    assert portion.size == 500


def test_it_shrinks_behind_slow_transforms_down_to_one() -> None:
    portion = Portion(500)
    for _ in range(10):
        portion.took(3.0)
    assert portion.size == 1


def test_it_stays_where_a_round_takes_as_long_as_it_should() -> None:
    portion = Portion(500)
    portion.took(0.2)
    assert portion.size == 25
