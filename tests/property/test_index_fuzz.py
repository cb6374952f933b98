"""Law 2 by numbers, and law 1 with it: wild rules on wild tweets.

`python -m tests.property.fuzzing --verdicts 100000000` is the long run; `TOCSIN_FUZZ_ROUNDS=1000` makes this one
longer.
"""

import os

import pytest

from tests.property.fuzzing import exact_differences, index_differences, reference_differences

ROUNDS = int(os.environ.get("TOCSIN_FUZZ_ROUNDS", "3"))
FIRST = int(os.environ.get("TOCSIN_FUZZ_FIRST", "0"))
SEEDS = range(FIRST, FIRST + ROUNDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_index_loses_no_wild_match(seed: int) -> None:
    assert list(index_differences(seed, 200, 200)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wild_rule_is_what_its_exact_evaluation_is(seed: int) -> None:
    assert list(exact_differences(seed, 100, 60)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wild_rule_in_plain_json_logic_is_what_the_reference_is(seed: int) -> None:
    assert list(reference_differences(seed, 100, 60)) == []
