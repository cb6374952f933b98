"""Law 2 can fail: whatever is broken in the index, the traps or wild rules and tweets show it."""

from itertools import chain

import pytest

from tests.property.breaking import BREAKAGES, broken
from tests.property.fuzzing import index_differences, trap_differences

SEEDS = range(10)


@pytest.mark.parametrize("what", BREAKAGES)
def test_a_broken_index_is_noticed(what: str) -> None:
    with broken(what):
        wild = chain.from_iterable(index_differences(seed, 150, 60) for seed in SEEDS)
        assert next(chain(trap_differences(), wild), None) is not None


def test_the_index_as_it_is_falls_into_no_trap() -> None:
    assert list(trap_differences()) == []
