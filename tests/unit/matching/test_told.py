"""From the numbers that an index finds to rules in the order of the rule set."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tocsin.bench.contenders import compiled
from tocsin.matching.told import Told

COUNT = 300
RULES = compiled([True] * COUNT)
EVENS, THIRDS, FEW = range(0, COUNT, 2), range(0, COUNT, 3), (1, 5)
TOLD = Told(RULES, [tuple(EVENS), tuple(THIRDS), FEW])
NUMBERS = st.one_of(st.integers(~(COUNT + 2), COUNT + 2), st.integers(COUNT, COUNT + 2), st.integers(~9, 9))


def places(numbers: Iterable[int]) -> list[int]:
    return [int(compiled.rule.id) for compiled, _ in TOLD.matched(sorted(numbers))]


def meant(number: int) -> set[int]:
    return {number} if number < COUNT else set([EVENS, THIRDS, FEW][number - COUNT])


def expected(numbers: Iterable[int]) -> list[int]:
    found: set[int] = set()
    for number in numbers:
        if number >= 0:
            found |= meant(number)
    return sorted(found.difference(*(meant(~number) for number in numbers if number < 0)))


@given(st.sets(NUMBERS, max_size=8))
def test_groups_are_told_with_what_is_beside_them_and_without_what_is_excluded(numbers: set[int]) -> None:
    assert places(numbers) == expected(numbers)


@given(st.sets(NUMBERS), st.sets(NUMBERS))
def test_what_may_be_excluded_is_to_be_evaluated(found: set[int], doubtful: set[int]) -> None:
    matched, unsure = TOLD.apart(found, doubtful)
    assert matched == set(expected(found)).difference(*(meant(~number) for number in doubtful if number < 0))
    assert unsure == TOLD.places(doubtful) - matched


def test_a_group_alone_is_told_as_it_is() -> None:
    assert TOLD.matched([COUNT]) is TOLD.matched([COUNT])
