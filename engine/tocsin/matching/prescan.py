"""Which lines of an archive may matter to a rule, told from their bytes, before any is decoded.

One pass over a block of lines looks for the needles of all rules. What it leaves out can make no rule true; what it
names is decoded and evaluated as ever.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, Self

from tocsin.logic.terms import necessary_terms
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.automaton import ByteAutomaton, endings_of
from tocsin.matching.deceptive import Stretch, deceptive
from tocsin.matching.needles import FOREIGN, Findable, Needle, needle_of
from tocsin.matching.vectors import VectorSearch
from tocsin.rules.ruleset import Rule

_ESCAPE: Final = Needle(b"\\u")
_FOREIGN: Final = tuple(Needle(bytes((first,))) for first in range(0xC2, 0xF5))
"""What characters beyond ASCII begin with in UTF-8."""

_MATHEMATICAL: Final = "\U0001d400".encode()[:2]

_WORD: Final = frozenset(b"0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ESCAPES: Final = frozenset(b"bfnrt")
_BACKSLASH: Final = 0x5C
_NEWLINE: Final = b"\n"


class ByteSearch(Protocol):
    """Finds byte strings, none of them with capitals, in long ones whose capitals count as small letters."""

    def matches(self, text: bytes) -> Sequence[tuple[int, int, int]]:
        """Return start, end and needle of matches, by their ends; of those with one end perhaps only the longest."""
        ...


def byte_search(needles: Sequence[bytes]) -> ByteSearch:
    """Return the quickest search there is for these needles."""
    return VectorSearch.of(needles) or ByteAutomaton(needles)


class Prescan:
    """Finds the lines in which one of the needles stands."""

    def __init__(
        self, needles: Iterable[Needle], search: Callable[[Sequence[bytes]], ByteSearch] = byte_search
    ) -> None:
        """Take needles as they are: `of` knows those that lose no line."""
        # The same bytes may be wanted as a whole word and as a part: the part finds both.
        by_text: dict[bytes, bool] = {}
        for needle in needles:
            by_text[needle.text] = by_text.get(needle.text, True) and needle.whole
        texts = tuple(by_text)
        self._search = search(texts)
        endings = endings_of(texts)
        # Of needles that end at one place only the longest is told: it must not be turned down for its neighbours
        # where a shorter one would not be.
        self._whole = tuple(
            whole and all(by_text[texts[ending]] for ending in endings.get(place, ()))
            for place, whole in enumerate(by_text.values())
        )

    @classmethod
    def of(
        cls,
        rules: Sequence[Rule],
        vocabulary: Vocabulary,
        search: Callable[[Sequence[bytes]], ByteSearch] = byte_search,
    ) -> Self | None:
        """Return the prescan of rules; None where some rule may be true of any line.

        Sound only if rules see the tweet as its line has it: no transform may have changed it.
        """
        rarity = Findable(vocabulary)
        needles: set[Needle] = set()
        for rule in rules:
            cover = necessary_terms(rule.condition, vocabulary, rarity)
            if cover is None:
                return None
            for term in cover:
                needle = needle_of(term, vocabulary)
                if needle is None:
                    return None
                needles.add(needle)
        if FOREIGN in needles:
            needles = {*(needle for needle in needles if needle != FOREIGN), *_FOREIGN}
        else:
            stretches = (Stretch(needle.text.decode(), whole=needle.whole) for needle in needles)
            needles.update([Needle(_shortened(text.encode())) for text in deceptive(stretches)])
        return cls([*needles, _ESCAPE], search)

    def lines(self, block: bytes) -> Iterator[tuple[int, int]]:
        """Yield from where to where each line goes that must be read, its newline included, in order."""
        whole = self._whole
        end = 0
        for start, stop, number in self._search.matches(block):
            if start < end or (whole[number] and not _is_whole(block, start, stop)):
                continue
            begin = block.rfind(_NEWLINE, end, start) + 1 or end
            newline = block.find(_NEWLINE, stop)
            end = len(block) if newline < 0 else newline + 1
            yield begin, end


def _shortened(needle: bytes) -> bytes:
    """Return what stands for all mathematical letters, a thousand needles otherwise: whoever writes one writes many."""
    return _MATHEMATICAL if needle.startswith(_MATHEMATICAL) else needle


def _is_whole(text: bytes, start: int, stop: int) -> bool:
    """Whether no letter, digit or underscore stands beside a match; what is no ASCII letter may be anything."""
    if stop < len(text) and text[stop] in _WORD:
        return False
    before = text[start - 1] if start else 0
    if before not in _WORD:
        return True
    # The n of \n is no letter.
    return before in _ESCAPES and start >= 2 and text[start - 2] == _BACKSLASH
