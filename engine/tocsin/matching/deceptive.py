"""Deceptive characters: such as become others when a text is folded (`ß`, `ﬁ`, letters of other widths).

A needle may come of them without standing in the line. Which do is told narrowly, since each makes lines be read in
vain: `ß` hides `strasse` and the beginning of `sun`, but nothing of `moon`.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

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
    for char, forms in _changing():
        if inside.may_come_of(forms):
            found.append(char)
        elif char in _FREQUENT:
            found += _with_neighbours(char, forms, wanted)
        elif inside.may_begin_or_end_within(forms):
            found.append(char)
    return found


class _Inside:
    """Tells quickly whether some stretch, or part of it, may come of a form."""

    def __init__(self, stretches: AbstractSet[Stretch]) -> None:
        texts = frozenset(stretch.text for stretch in stretches)
        self._texts = texts
        self._joined = "\0".join(texts)
        self._letters = frozenset(self._joined) - {"\0"}
        self._all = _Edges.of(texts)
        self._parts = _Edges.of(stretch.text for stretch in stretches if not stretch.whole)

    def may_come_of(self, forms: Collection[str]) -> bool:
        """Whether all of a form stands inside a stretch, or the other way round."""
        return any(
            len(form) == 1 or form in self._joined or not self._texts.isdisjoint(_pieces(form))
            for form in forms
            if not self._letters.isdisjoint(form)
        )

    def may_begin_or_end_within(self, forms: Collection[str]) -> bool:
        """Whether a stretch may begin with what a form ends with, or end with what it begins with."""
        return any(
            (self._parts if _is_of_one_word(form) else self._all).meet(form)
            for form in forms
            if not self._letters.isdisjoint(form)
        )


def _pieces(form: str) -> Iterator[str]:
    places = range(len(form) + 1)
    return (form[begin:end] for begin in places for end in places[begin + 1 :])


def _is_of_one_word(form: str) -> bool:
    """Whether all of a form stands in one word, so that a whole word has all of it or nothing."""
    return form.replace("_", "a").isalnum()


@dataclass(frozen=True, slots=True)
class _Edges:
    """What stretches begin and end with."""

    begins: frozenset[str]
    ends: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        pieces = [
            (text[:length], text[-length:]) for text in texts for length in range(1, min(LONGEST_FORM, len(text) + 1))
        ]
        return cls(frozenset(begin for begin, _ in pieces), frozenset(end for _, end in pieces))

    def meet(self, form: str) -> bool:
        return any(form[cut:] in self.begins or form[:cut] in self.ends for cut in range(1, len(form)))


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


LONGEST_FORM: Final = 18
"""Characters in the longest form (`ﷺ`); a test looks."""


@lru_cache(maxsize=1)
def _changing() -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each character that folding changes, and the forms it has on the way; some 30 ms, once."""
    chars = (char for first, end in CHANGING_RANGES for char in map(chr, range(first, end)))
    return tuple((char, forms_of(char)) for char in chars if unicodedata.decomposition(char) or char.casefold() != char)


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
