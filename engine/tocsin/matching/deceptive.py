"""Deceptive characters: such as become others when a text is folded (`ß`, `ﬁ`, letters of other widths).

A needle may come of them without standing in the line. Which do is told narrowly, since each makes lines be read in
vain: `ß` hides `strasse` and the beginning of `sun`, but nothing of `moon`.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CHANGING_RANGES: Final = (
    (0x00A0, 0x1400), (0x1B00, 0x2500), (0x2A00, 0x3400), (0xA640, 0xA800), (0xAB50, 0xABC0), (0xF900, 0xFFF0),
    (0x10400, 0x10CC0), (0x11090, 0x11940), (0x16E40, 0x16E60), (0x1D150, 0x1D800), (0x1E900, 0x1E930),
    (0x1EE00, 0x1F260), (0x1FBF0, 0x1FBFA), (0x2F800, 0x2FA20),
)  # fmt: skip
"""Where all characters are that folding changes, a fourteenth of those there are; a test looks through the rest."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a folded text; `whole` says that no letter, digit or underscore stands beside it."""

    text: str
    whole: bool = False


def deceptive(stretches: Iterable[Stretch]) -> list[str]:
    """Return texts one of which stands in any text that has a stretch once folded, and not before.

    They are characters that a stretch, or some of it, comes of; or a frequent one of these with its neighbours.
    """
    wanted = frozenset(stretches)
    inside = _Inside(wanted)
    found: list[str] = []
    for chars, forms, letters in _changing():
        if inside.letters.isdisjoint(letters):
            continue
        if inside.may_come_of(forms):
            found += chars
            continue
        ends = inside.may_begin_or_end_within(forms)
        for char in chars:
            if char in _FREQUENT:
                found += _with_neighbours(char, forms, wanted)
            elif ends:
                found.append(char)
    return found


class _Inside:
    """Tells quickly whether some stretch, or part of it, may come of a form."""

    def __init__(self, stretches: AbstractSet[Stretch]) -> None:
        texts = frozenset(stretch.text for stretch in stretches)
        self._texts = texts
        self._joined = "\0".join(texts)
        self.letters = frozenset(self._joined) - {"\0"}
        self._all = _Edges(texts)
        self._parts = _Edges({stretch.text for stretch in stretches if not stretch.whole})

    def may_come_of(self, forms: Collection[str]) -> bool:
        """Whether all of a form stands inside a stretch, or the other way round."""
        return any(
            len(form) == 1 or form in self._joined or not self._texts.isdisjoint(_pieces(form))
            for form in forms
            if not self.letters.isdisjoint(form)
        )

    def may_begin_or_end_within(self, forms: Collection[str]) -> bool:
        """Whether a stretch may begin with what a form ends with, or end with what it begins with."""
        return any(
            (self._parts if _is_of_one_word(form) else self._all).meet(form)
            for form in forms
            if not self.letters.isdisjoint(form)
        )


def _pieces(form: str) -> Iterator[str]:
    places = range(len(form) + 1)
    return (form[begin:end] for begin in places for end in places[begin + 1 :])


def _is_of_one_word(form: str) -> bool:
    """Whether all of a form stands in one word, so that a whole word has all of it or nothing."""
    return form.replace("_", "a").isalnum()


class _Edges:
    """What stretches begin and end with."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = sorted(texts)
        self._backwards = sorted(text[::-1] for text in texts)

    def meet(self, form: str) -> bool:
        """Whether some text begins with what a form ends with, or the other way round."""
        return any(
            _begins(self._texts, form[cut:]) or _begins(self._backwards, form[:cut][::-1])
            for cut in range(1, len(form))
        )


def _begins(texts: Sequence[str], piece: str) -> bool:
    """Whether one of some texts, which are in order, begins with a piece."""
    place = bisect_left(texts, piece)
    return place < len(texts) and texts[place].startswith(piece)


_FREQUENT: Final = frozenset("ßİ")
"""Letters of living alphabets with a form of several: alone they would have nearly all of a language be read."""


def _with_neighbours(char: str, forms: Collection[str], stretches: Iterable[Stretch]) -> Iterator[str]:
    """Yield a character with what stands beside it in each stretch that begins or ends within it.

    At most half of a stretch, so that a second such character at its other end is of no matter; one in the middle is
    looked for alone.
    """
    for form in forms:
        for stretch in stretches:
            if stretch.whole and _is_of_one_word(form):
                continue
            text = stretch.text
            half = len(text) // 2
            for cut in range(1, len(form)):
                if text.startswith(form[cut:]):
                    yield char + text[len(form) - cut : half]
                if text.endswith(form[:cut]):
                    yield text[len(text) - half : len(text) - cut] + char


@lru_cache(maxsize=1)
def _changing() -> Sequence[tuple[Sequence[str], frozenset[str], str]]:
    """Return the characters that folding changes, those alike together, with their forms and all letters of these.

    It takes some 30 ms, once.
    """
    chars = (char for first, end in CHANGING_RANGES for char in map(chr, range(first, end)))
    alike: dict[frozenset[str], list[str]] = {}
    for char in chars:
        if unicodedata.decomposition(char) or char.casefold() != char:
            alike.setdefault(forms_of(char), []).append(char)
    return [(chars, forms, "".join(forms)) for forms, chars in alike.items()]


def forms_of(char: str) -> frozenset[str]:
    """Return what a character is after each step of folding."""
    forms = set()
    for _ in range(2):
        char = unicodedata.normalize("NFKC", char)
        forms.add(char)
        char = char.casefold()
        forms.add(char)
    forms.add(unicodedata.normalize("NFKC", char))
    return frozenset(forms)
