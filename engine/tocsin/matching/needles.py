"""Needles: bytes that stand in the line of any tweet of which a term holds, letters in lower case.

A line is JSON, and operators look at folded text: three things may hide what a term looks for. An escape (`\\u0062`),
which is why lines with one are read whatever else they hold; the short escapes (`\\n`, `\\"`, `\\/`), so that no needle
has such a character; and characters that become others when they are folded, the deceptive ones
(`matching.deceptive`), which are looked for like needles. What is left stands in the line as it stands in the term.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from tocsin.logic.atoms import Term
from tocsin.logic.evaluation.exact import is_derived
from tocsin.logic.evaluation.text import fold
from tocsin.logic.rarity import BUILT_IN, Estimate
from tocsin.logic.vocabulary import Vocabulary

_OF_TEXT: Final = frozenset({"hashtags", "mentions", "cashtags", "links"})
"""Derived fields whose values stand in the text or in the entities."""

_ESCAPED: Final = re.compile(r'["\\/\x00-\x1f\x7f\ud800-\udfff]+')


@dataclass(frozen=True, slots=True)
class Needle:
    """Bytes to look for; `whole` says that no letter, digit or underscore stands beside them."""

    text: bytes
    whole: bool = False


FOREIGN: Final = Needle(b"")
"""Stands for any character beyond ASCII: what folds to one is one, or is escaped."""

_SHORT: Final = 2
"""Letters that are in nearly every line."""


def needle_of(term: Term, vocabulary: Vocabulary) -> Needle | None:
    """Return what stands in the line of any tweet of which the term holds; None where nothing is known to."""
    is_from_text = term.field in _OF_TEXT
    if not isinstance(term.value, str) or (is_derived(term.field, vocabulary) and not is_from_text):
        return None
    match term.kind:
        case "word" | "run":
            found = _part(term.value)
            return None if found is None else replace(found, whole=found.text == term.value.encode())
        case "part" | "#" | "@" | "$" | "name" | "host":
            return _part(term.value)
        case "raw":
            return _part(fold(term.value)) if is_from_text else _literal(term.value)
        case "equal":
            return None if is_from_text or _is_written_otherwise(term.value) else _literal(term.value)
        case _:
            return None


def _part(folded: str) -> Needle | None:
    piece = _longest_steady(folded)
    if len(piece.encode()) <= _SHORT and not folded.isascii():
        return FOREIGN
    return Needle(piece.encode()) if piece else None


def _literal(text: str) -> Needle | None:
    piece = max(_ESCAPED.split(text), key=len)
    return Needle(piece.encode().lower()) if piece else None


def _is_written_otherwise(text: str) -> bool:
    """Whether a value that is equal to a text may stand in the line as something else: a number, null, a list."""
    return text == "None" or text.startswith(("[", "{")) or _is_number(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _longest_steady(folded: str) -> str:
    """Return the longest stretch of a folded text that stands in any line that folds to it, or deceives."""
    pieces = "".join(char if is_steady(char) else "\0" for char in folded)
    return max(_ESCAPED.split(pieces), key=lambda piece: len(piece.encode()))


@lru_cache(maxsize=8192)
def is_steady(char: str) -> bool:
    """Whether a character of a folded text comes of itself alone, but for deceptive ones.

    Marks may change places when a text is composed, and what has a decomposition may be put together of its parts.
    """
    return char.isascii() or (
        not unicodedata.combining(char) and unicodedata.normalize("NFD", char) == char and fold(char) == char
    )


@dataclass(frozen=True, slots=True)
class Findable:
    """An estimate by which a term that gives no needle is the last to stand for a rule."""

    vocabulary: Vocabulary
    rarity: Estimate = BUILT_IN

    def share(self, term: Term) -> float:
        """Return the share of tweets of which a term holds; more than all where no needle finds it."""
        return 1e6 if needle_of(term, self.vocabulary) is None else self.rarity.share(term)
