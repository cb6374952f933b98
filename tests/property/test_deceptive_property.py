"""What a stretch of a folded text may come of is known beforehand, for every character there is."""

# ruff: noqa: RUF001 - letters of other widths are meant

import os
import sys
import unicodedata
from random import Random

import pytest

from tocsin.logic.evaluation.text import WORD_RUN, fold
from tocsin.matching.deceptive import CHANGING_RANGES, Stretch, deceptive
from tocsin.matching.needles import is_steady

ROUNDS = int(os.environ.get("TOCSIN_FUZZ_ROUNDS", "3"))
CHARACTERS_A_ROUND = 40
CHANGING = [
    char
    for char in map(chr, range(0x80, sys.maxunicode + 1))
    if unicodedata.decomposition(char) or char.casefold() != char
]
AROUND = ["", " ", "a", "s", "S", "i", "ss", "f", "\u0301", "\u0307", "\u0327", "ß", "İ", "ﬁ", "ſ", "0", "_", "·", "ж"]


def stretches_of(text: str) -> list[Stretch]:
    """Return what a needle of a rule that is true of a text may be, parts and whole words, in some order."""
    folded = fold(text)
    steady = "".join(char if is_steady(char) else "\0" for char in folded)
    pieces = {steady[begin:end] for begin in range(len(steady)) for end in range(begin + 1, begin + 9)}
    words = [run[0] for run in WORD_RUN.finditer(folded) if all(map(is_steady, run[0]))]
    parts = sorted(piece for piece in pieces if "\0" not in piece)
    return [*map(Stretch, parts), *(Stretch(word, whole=True) for word in words)]


def stands_in(text: str, stretch: Stretch) -> bool:
    written = text.encode().lower()
    return any(piece.encode() in written for piece in (stretch.text, *deceptive([stretch])))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_character_hides_what_it_becomes(seed: int) -> None:
    rng = Random(seed)
    for char in rng.sample(CHANGING, k=CHARACTERS_A_ROUND):
        text = "".join((*rng.choices(AROUND, k=3), char, *rng.choices(AROUND, k=3)))
        stretches = stretches_of(text)
        for stretch in rng.sample(stretches, k=min(4, len(stretches))):
            assert stands_in(text, stretch), f"{text!r} {stretch}"


def test_all_characters_that_folding_changes_are_looked_through() -> None:
    assert not [char for char in CHANGING if not any(first <= ord(char) < end for first, end in CHANGING_RANGES)]


@pytest.mark.parametrize(
    ("stretch", "text", "is_deceptive"),
    [
        (Stretch("strasse"), "ß", True),
        (Stretch("moon"), "ß", False),
        (Stretch("suns"), "ßun", False),  # of its first half only
        (Stretch("suns"), "ßu", True),
        (Stretch("suns"), "unß", False),
        (Stretch("suns"), "nß", True),
        (Stretch("suns", whole=True), "ßu", False),
        (Stretch("s"), "ß", True),
        (Stretch("istanbul"), "İ", False),
        (Stretch("hawaii"), "aiİ", True),
        (Stretch("fine"), "ﬁ", True),
        (Stretch("final"), "ｆ", True),
        (Stretch("ines"), "ﬁ", True),
        (Stretch("ines", whole=True), "ﬁ", False),
    ],
)
def test_a_character_is_deceptive_only_where_it_can_be_part_of_the_stretch(
    stretch: Stretch, text: str, is_deceptive: bool
) -> None:
    assert (text in deceptive([stretch])) is is_deceptive
