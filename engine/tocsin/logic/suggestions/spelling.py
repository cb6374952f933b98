"""What somebody meant who wrote a word that there isn't: a slip of the hand, or another tool's word for it."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_LONGEST: Final = 64
"""Longer words are no slip of the hand; to compare them would take long."""


def suggest(word: str, known: Iterable[str], synonyms: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Return the known word that was meant, None if none is near.

    A word apart only in case, signs or an s at its end goes first, then another tool's word for it (`synonyms`, in
    small letters without signs), then the last part of a dotted name, then what fewest slips lead to.
    """
    if not word or len(word) > _LONGEST:
        return None
    choices = tuple(sorted(set(known), reverse=True))
    plain = _plain(word)
    meant = synonyms.get(plain)
    forms = {plain, f"{plain}s", plain.removesuffix("s")}
    same = sorted((choice for choice in choices if _plain(choice) in forms), key=lambda choice: _plain(choice) != plain)
    if same:
        return same[0]
    return meant if meant in choices else _nearest(word, choices)


def did_you_mean(
    word: str, known: Iterable[str], otherwise: str, synonyms: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return a hint that names the known word that was meant; `otherwise` if there is none."""
    near = suggest(word, known, synonyms)
    return otherwise if near is None else f"did you mean '{near}'?"


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


@lru_cache(maxsize=4096)
def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    plain = _plain(word)
    leaf = plain.rpartition(".")[2]
    leaves = [choice for choice in choices if "." in choice and _plain(choice.rpartition(".")[2]) == leaf]
    if len(leaves) == 1:
        return leaves[0]
    ranked = [(slips, -_likeness(plain, _plain(choice)), choice) for choice in choices
              if (slips := _slips(plain, _plain(choice))) is not None]  # fmt: skip
    if ranked:
        return min(ranked, key=lambda entry: entry[:2])[2]
    longer = [choice for choice in choices if len(plain) > 2 and _plain(choice).startswith(plain)]
    if len(longer) == 1:
        return longer[0]
    like = max(((_likeness(plain, _plain(choice)), choice) for choice in choices), default=(0.0, ""))
    return like[1] if like[0] >= 0.65 else None


def _likeness(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > 0.5 and matcher.quick_ratio() > 0.5 else 0.0


def _slips(written: str, meant: str) -> int | None:
    """Return how many slips lie between two words, None if more than their length makes likely.

    A slip is a letter left out, added, changed, or swapped with its neighbour (optimal string alignment distance).
    """
    most = 1 if len(written) <= 4 else 2 if len(written) <= 9 else 3
    if abs(len(written) - len(meant)) > most:
        return None
    if len(written) <= 2 and sorted(written) != sorted(meant):
        # Of two letters one is half the word: `if` is no slip for `in`.
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        before, above, row = row, before, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == other:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
