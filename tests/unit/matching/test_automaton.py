"""Which of many texts occur in another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.matching.automaton import Automaton

PIECES = st.lists(st.sampled_from(["a", "b", "ab", "é", "速", "🔥", "\ud83d", "\ude00", " "]), min_size=1, max_size=4)
TEXTS = PIECES.map("".join)


@given(st.lists(TEXTS, unique=True, max_size=12), st.lists(PIECES, max_size=4))
def test_every_needle_that_occurs_is_found_and_no_other(needles: list[str], pieces: list[list[str]]) -> None:
    text = "".join(piece for group in pieces for piece in group)
    found = {needles[place] for place in Automaton(needles).found(text)}
    assert found == {needle for needle in needles if needle in text}


@pytest.mark.parametrize("count", [2, 200])
def test_needles_that_end_one_another_cost_no_more_than_the_text(count: int) -> None:
    automaton = Automaton(["a" * length for length in range(1, count + 1)])
    assert set(automaton.found("a" * 65_536)) == set(range(count))
