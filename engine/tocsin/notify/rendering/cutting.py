"""Cuts text where it hurts least, and says that something was cut and how much."""

import unicodedata

from tocsin.model import Fragment, RichText

_JOINER = "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)


def cut(text: RichText, limit: int, *, see: str = "") -> RichText:
    """Return at most `limit` characters of the text, and behind them how many were left out; `see` says where they are.

    No letter is parted from its accents, no emoji from its parts; a cut close to the end of a word or line is made
    there.
    """
    whole = text.plain()
    if len(whole) <= limit:
        return text
    end = _good_end(whole, limit)
    note = f"… cut, {len(whole) - end:,} characters{see}"
    return RichText((*_first(text, end), Fragment("\n" + note, trusted=True)))


def shortened(text: RichText, limit: int) -> RichText:
    """Return at most `limit` characters of the text, the last an ellipsis if any were left out: for a title."""
    whole = text.plain()
    if len(whole) <= limit:
        return text
    return RichText((*_first(text, _good_end(whole, limit - 1)), Fragment("…", trusted=True)))


def _first(text: RichText, end: int) -> list[Fragment]:
    kept: list[Fragment] = []
    for fragment in text.fragments:
        if end <= 0:
            break
        kept.append(Fragment(fragment.text[:end], fragment.trusted))
        end -= len(fragment.text)
    return kept


def _good_end(text: str, limit: int) -> int:
    end = limit
    near = limit - limit // 5
    for border in ("\n", " "):
        found = text.rfind(border, near, limit)
        if found > 0:
            return found
    while end > near and _belongs_to_the_one_before(text, end):
        end -= 1
    return end


def _belongs_to_the_one_before(text: str, position: int) -> bool:
    character = text[position]
    return (
        character == _JOINER
        or text[position - 1] == _JOINER
        or ord(character) in _SKIN
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}
    )
