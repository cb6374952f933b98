"""What every search for byte strings promises, whether or not the extra `hyperscan` is installed."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.matching.automaton import ByteAutomaton
from tocsin.matching.prescan import ByteSearch, byte_search
from tocsin.matching.vectors import VectorSearch

PIECES = st.lists(st.sampled_from([b"a", b"b", b"ab", b"\xc3\x9f", b"\xf0\x9d", b" ", b"\\u"]), min_size=1, max_size=4)
NEEDLES = st.lists(PIECES.map(b"".join), unique=True, min_size=1, max_size=12)
TEXTS = st.lists(PIECES.map(b"".join), max_size=6).map(b"".join)


def vectors(needles: Sequence[bytes]) -> ByteSearch:
    search = VectorSearch.of(needles)
    assert search is not None
    return search


Make = Callable[[Sequence[bytes]], ByteSearch]
IS_INSTALLED = find_spec("hyperscan") is not None
ALL = pytest.mark.parametrize(
    "make", [ByteAutomaton, pytest.param(vectors, marks=pytest.mark.skipif(not IS_INSTALLED, reason="an extra"))]
)


@ALL
@given(NEEDLES, TEXTS)
def test_at_each_end_the_longest_needle_is_told_and_none_that_is_not_there(
    make: Make, needles: list[bytes], text: bytes
) -> None:
    there = {
        (end - len(needle), end, place)
        for end in range(len(text) + 1)
        for place, needle in enumerate(needles)
        if text[:end].endswith(needle)
    }
    longest = {min(match for match in there if match[1] == end) for end in {match[1] for match in there}}
    found = list(make(needles).matches(text))
    assert longest <= set(found) <= there
    assert [match[1] for match in found] == sorted(match[1] for match in found)


@ALL
def test_capitals_count_as_small_letters(make: Make) -> None:
    search = make([b"moon", b"\xc3\x9f"])
    assert list(search.matches(b"MoOn \xc3\x9f \xc3\xbf")) == [(0, 4, 0), (5, 7, 1)]


def test_nothing_is_found_without_needles() -> None:
    assert not ByteAutomaton([]).matches(b"moon")
    assert VectorSearch.of([]) is None


def test_a_needle_that_hyperscan_would_cut_short_is_left_to_the_automaton() -> None:
    assert VectorSearch.of([b"a\x00b"]) is None
    assert list(byte_search([b"a\x00b"]).matches(b"a\x00c a\x00b")) == [(4, 7, 0)]
