"""What of a tweet's text tells a story, and what copying changes: links, mentions, emoji, case, a retweet's head."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from zlib import crc32

LONGEST: Final = 1_000
"""Characters that are looked at: a story is told at its beginning, and the time that it takes grows with the text."""

_HEAD: Final = re.compile(r"(?:(?:(?:RT|MT)\s+)?@\w+\s*:?\s*)+", re.IGNORECASE)
"""A retweet's head, and the names that a reply begins with; several where a retweet was retweeted."""

_ADDED: Final = re.compile(
    r"""
      https?://\S*                  # links: each copier's shortener makes another one
    | \b(?:via|h/t|cc)\s+@\w+       # whom it was taken from
    | @\w+
    | ['\u2019]                     # don't and dont
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAGS_AT_END: Final = re.compile(r"(?:\s*[#$]\w+)+\s*$")
_CUT: Final = re.compile(r"\w*(?:…|\.\.\.)\s*$")
"""An ellipsis at the end with the word that it cut."""

_WORD: Final = re.compile(r"[^\W_]+")
_NAME: Final = re.compile(r"(?<=[^\W_] )[^\W\d_]\w*")
"""A word that another word stands before: capitals at the beginning of a sentence don't make a name."""

_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Thai, Lao, Burmese, Khmer, kana, Chinese characters: written without spaces, so each character is a word here."""


@dataclass(frozen=True, slots=True)
class Essence:
    """What a copy of a tweet has too: its words, folded, and which of them are numbers and names.

    `names` is empty where capitals tell nothing: all the text is in capitals, or nothing is.
    """

    words: tuple[str, ...]
    numbers: frozenset[str]
    names: frozenset[str]

    @property
    def features(self) -> frozenset[int]:
        """A number of 32 bits for every two words that stand together; the same in every process."""
        pairs = zip(self.words, self.words[1:], strict=False)
        return frozenset(crc32(f"{first} {second}".encode("utf-8", "surrogatepass")) for first, second in pairs)


def essence_of(text: str) -> Essence:
    """Return what a copy of the tweet would have too; no words where links, mentions and emoji are all there is.

    Hashtags at the end are left out unless there is nothing else; those within the text are words of it.
    """
    normal = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    prose = _CUT.sub("", _ADDED.sub(" ", _without_head(normal)).rstrip())
    told = _TAGS_AT_END.sub("", prose)
    words = _words(told.casefold()) or _words(prose.casefold())
    return Essence(tuple(words), frozenset(filter(str.isdecimal, words)), _names(told))


def _without_head(text: str) -> str:
    head = _HEAD.match(text)
    return text if head is None else text[head.end() :]


def _words(text: str) -> list[str]:
    if _UNSPACED.search(text) is None:
        return _WORD.findall(text)
    words: list[str] = []
    for word in _WORD.findall(text):
        if _UNSPACED.search(word):
            words.extend(word)
        else:
            words.append(word)
    return words


def _names(text: str) -> frozenset[str]:
    if text.isupper() or text.islower():
        return frozenset()
    return frozenset(word.casefold() for word in _NAME.findall(text) if word[0].isupper())
