"""From the numbers that an index finds to rules in the order of the rule set."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tocsin.bench.contenders import compiled
from tocsin.matching.told import Told

COUNT = 60
RULES = compiled([True] * COUNT)
EVENS, THIRDS, FEW = range(0, COUNT, 2), range(0, COUNT, 3), (1, 5)
TOLD = Told(RULES, [tuple(EVENS), tuple(THIRDS), FEW])


def places(numbers: Iterable[int]) -> list[int]:
    return [int(compiled.rule.id) for compiled, _ in TOLD.matched(sorted(numbers))]


def expected(numbers: Iterable[int]) -> list[int]:
    found: set[int] = set()
    for number in numbers:
        if number >= 0:
            found.update([number] if number < COUNT else [EVENS, THIRDS, FEW][number - COUNT])
    return sorted(found - {~number for number in numbers})


@given(st.sets(st.integers(~(COUNT - 1), COUNT + 2), max_size=8))
def test_groups_are_told_with_what_is_beside_them_and_without_what_is_excluded(numbers: set[int]) -> None:
    assert places(numbers) == expected(numbers)


@given(st.sets(st.integers(~(COUNT - 1), COUNT + 2)), st.sets(st.integers(~(COUNT - 1), COUNT + 2)))
def test_what_may_be_excluded_is_to_be_evaluated(found: set[int], doubtful: set[int]) -> None:
    matched, unsure = TOLD.apart(found, doubtful)
    assert matched == set(expected(found)) - {~number for number in doubtful if number < 0}
    assert unsure == TOLD.places(doubtful) - matched


def test_a_group_alone_is_told_as_it_is() -> None:
    assert TOLD.matched([COUNT]) is TOLD.matched([COUNT])
