"""Where in a text a pattern was found, counted in the text as it was written.

Operators look at folded texts, which may be longer or shorter than what was written: `ß` is `ss`, `①` is `1`.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from tocsin.logic.evaluation.patterns import found_at
from tocsin.logic.evaluation.text import TextForms, fold, word_start
from tocsin.logic.evaluation.textcompile import leads_to

Stretch: TypeAlias = tuple[int, int]
"""The first character of a part of a text, and the one after its last."""

_TAGS: Final = {"hashtag": "#", "mention": "@", "cashtag": "$"}


def position(op: str, pattern: str, forms: TextForms) -> Stretch | None:
    """Return where a text operator first finds a pattern in a text; None if that can't be told."""
    folded = fold(pattern)
    match op:
        case "word" | "all_words":
            return _word_position(" ".join(folded.split()), forms)
        case "contains":
            return _aligned(forms.raw, fold, forms.folded.find(folded), len(folded))
        case "starts_with":
            return _aligned(forms.raw, fold, 0, len(folded))
        case "ends_with":
            return _aligned(forms.raw, fold, len(forms.folded) - len(folded), len(folded))
        case "matches":
            start, end = found_at(pattern, forms.composed) or (-1, -1)
            return _aligned(forms.raw, _composed, start, end - start)
        case "hashtag" | "mention" | "cashtag":
            return _word_position(_TAGS[op] + folded.removeprefix(_TAGS[op]), forms)
        case "link":
            link = next((link for link in forms.links if leads_to(link, pattern)), None)
            return None if link is None else _stretch(forms.raw.find(link), len(link))
        case _:
            return (0, len(forms.raw))


def _stretch(start: int, length: int) -> Stretch | None:
    return (start, start + length) if start >= 0 else None


def _word_position(pattern: str, forms: TextForms) -> Stretch | None:
    start = word_start(pattern, forms.spaced)
    if start < 0:
        return None
    # Of each run of white space the first stands for the one space, none at the beginning.
    kept = [
        index
        for index, char in enumerate(forms.folded)
        if not char.isspace() or (index > 0 and not forms.folded[index - 1].isspace())
    ]
    first, last = kept[start], kept[start + len(pattern) - 1]
    return _aligned(forms.raw, fold, first, last + 1 - first)


def _aligned(raw: str, form: Callable[[str], str], start: int, length: int) -> Stretch | None:
    """Return the stretch of the text as written that a stretch of a form of it stands for."""
    # Up to a character beyond ASCII, none of which may join the one before it, forms are as long as what was written.
    if start < 0 or raw[: start + length + 1].isascii():
        return _stretch(start, length)
    origins: list[Stretch] = []
    formed: list[str] = []
    for begin, end in _clusters(raw):
        part = form(raw[begin:end])
        formed.append(part)
        origins += [(begin, end)] * len(part)
    if "".join(formed) != form(raw) or start + length > len(origins) or length <= 0:
        # Letters that are composed across clusters, as those of Korean may be, have no place of their own.
        return None
    return origins[start][0], origins[start + length - 1][1]


def _clusters(text: str) -> Iterator[Stretch]:
    """Yield the stretches of a letter with its marks."""
    begin = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not unicodedata.combining(text[index]):
            yield begin, index
            begin = index


def _composed(text: str) -> str:
    return TextForms(text).composed
