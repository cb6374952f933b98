"""Which of many texts occur in another: one pass, however many they are.

The only module that knows daachorse. Bytes rather than characters, since halves of surrogate pairs, which JSON may
hold, are no text to it.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import daachorse

# The automaton takes longer to call than a few searches.
_FEW: Final = 4


class Automaton:
    """Finds which of its needles, none of them empty, occur in a text. Needles are named by their places.

    The cost of a search grows with the text alone, not with the needles, whatever they have in common: at each place
    only the longest needle that ends there is reported, and those that it ends with are known beforehand.
    """

    def __init__(self, needles: Sequence[str]) -> None:
        self._needles = tuple(needles)
        self._longest: daachorse.DoubleArrayAhoCorasick | None = None
        self._endings: dict[int, tuple[int, ...]] = {}
        if len(self._needles) > _FEW:
            encoded = [_bytes(needle) for needle in self._needles]
            self._longest = daachorse.DoubleArrayAhoCorasick(encoded)
            self._endings = endings_of(encoded)

    def found(self, text: str) -> Iterable[int]:
        """Return the needles that occur in a text, some perhaps more than once."""
        if self._longest is None:
            return [place for place, needle in enumerate(self._needles) if needle in text]
        matches = self._longest.find_overlapping_no_suffix(_bytes(text))
        if not matches:
            return ()
        places = {match[2] for match in matches}
        endings = self._endings
        for place in tuple(places) if endings else ():
            if place in endings:
                places.update(endings[place])
        return places


class ByteAutomaton:
    """Finds byte strings, none of them with capitals, in long ones whose capitals count as small letters."""

    def __init__(self, needles: Sequence[bytes]) -> None:
        self._automaton = daachorse.DoubleArrayAhoCorasick(list(needles)) if needles else None

    def matches(self, text: bytes) -> Sequence[tuple[int, int, int]]:
        """Return start, end and needle of matches, by their ends; of those with one end only the longest."""
        return () if self._automaton is None else self._automaton.find_overlapping_no_suffix(text.lower())


def _bytes(text: str) -> bytes:
    return text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")


def endings_of(needles: Sequence[bytes]) -> dict[int, tuple[int, ...]]:
    """Return, for each needle that has any, the other needles that it ends with."""
    places = {needle: place for place, needle in enumerate(needles)}
    lengths = sorted({len(needle) for needle in needles})
    endings: dict[int, tuple[int, ...]] = {}
    for needle, place in places.items():
        size = len(needle)
        shorter = (places.get(needle[size - length :]) for length in lengths if length < size)
        found = tuple(other for other in shorter if other is not None)
        if found:
            endings[place] = found
    return endings
