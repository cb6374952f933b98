"""What the text operators see: a text over NFKC + casefold, its words and tags, its links."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

TEXT_OPERATORS: Final = (
    "word", "all_words", "contains", "starts_with", "ends_with", "matches", "hashtag", "mention", "cashtag", "link",
    "from",
)  # fmt: skip

SIGNS: Final = "#@$"
"""What a hashtag, a mention and a cashtag begin with."""

WORD_RUN: Final = re.compile(r"\w+")
"""Letters, digits and underscores; narrower than words, which marks belong to, so no boundary of a word is inside."""

_BETWEEN_WORDS: Final = bytes(
    byte if chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(128)
) + bytes(range(128, 256))
_ASCII_TAG: Final = re.compile(r"[#@$]\w+", re.ASCII)
_IN_WORDS_OR_SIGNS: Final = "_#@$"
_NO_TAGS: Final[frozenset[str]] = frozenset()

# Japanese and Chinese run on after a link without a space; inside one their characters are nearly always escaped.
_URL: Final = re.compile(r"https?://[^\s<>\"\u3000-\u30ff\uff00-\uffef\u4e00-\u9fff]+", re.IGNORECASE)
_AFTER_A_LINK: Final = ".,;:!?'\u2019\u2026"
_ZWNJ, _ZWJ = "\u200c", "\u200d"


def fold(text: str) -> str:
    """Return the form in which texts are compared: NFKC and casefold, until neither changes anything."""
    if text.isascii():
        return text.lower()
    once = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFKC", once)
    # A second round settles the few characters whose folding composes into something that folds again; where composing
    # changed nothing, there is nothing new to fold.
    return folded if folded == once else unicodedata.normalize("NFKC", folded.casefold())


class TextForms:
    """A text, and the forms in which operators look at it, each but `folded` made when first asked for.

    `folded`, the text folded, is what nearly all ask for, again and again: it is no property, which would cost each of
    them as much as looking for a word in it. `tested` keeps what costly tests, which many rules may share, said of it.
    """

    __slots__ = ("_composed", "_links", "_mixed", "_runs", "_spaced", "_tokens", "_words", "folded", "raw", "tested")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.folded = fold(raw)
        self.tested: dict[object, bool] = {}
        self._composed: str | None = None
        self._runs: list[str] | None = None
        self._mixed: list[str] = []
        self._spaced: str | None = None
        self._tokens: frozenset[str] | None = None
        self._links: tuple[str, ...] | None = None
        self._words: frozenset[str] | None = None

    @property
    def composed(self) -> str:
        """The text over NFKC, its case kept; halves of surrogate pairs, which are no text, replaced."""
        if self._composed is None:
            whole = self.raw.encode("utf-8", "replace").decode()
            self._composed = unicodedata.normalize("NFKC", whole)
        return self._composed

    @property
    def spaced(self) -> str:
        """The text folded, every run of white space one space: what phrases are found in."""
        if self._spaced is None:
            # Nearly always the spaces are single ones already: all other white space isn't printable.
            text = self.folded
            regular = "  " not in text and text.isprintable()
            self._spaced = text.strip(" ") if regular else " ".join(text.split())
        return self._spaced

    @property
    def runs(self) -> list[str]:
        """The runs of letters and digits of the folded text, as often as they stand in it."""
        if self._runs is None:
            self._runs, self._mixed = _runs(self.folded)
        return self._runs

    @property
    def mixed(self) -> list[str]:
        """Those of the runs beside which a mark or a sign beyond ASCII stands: they may be parts of longer words.

        All others are words of the text as `word` finds them.
        """
        if self._runs is None:
            self.runs  # noqa: B018 - they are told apart where the text is cut
        return self._mixed

    @property
    def words(self) -> frozenset[str]:
        """The runs of letters and digits of the folded text, each once."""
        if self._words is None:
            self._words = frozenset(self.runs)
        return self._words

    def has_word(self, pattern: str) -> bool:
        """Return whether a folded pattern with single spaces stands in the text as a whole word or phrase."""
        # Looking for one word costs less than cutting the text. What has no space in it is found as well where runs of
        # white space are left as they are.
        looked_in = (self._spaced or self.spaced) if " " in pattern else self.folded
        if pattern not in looked_in:
            return False
        if self._runs is not None and not self._mixed and pattern.isascii() and pattern.isalnum():
            return pattern in self._runs
        return find_word(pattern, looked_in)

    @property
    def tokens(self) -> frozenset[str]:
        """The tags, folded, with their sign: `#x`, `@x`, `$x`."""
        if self._tokens is None:
            self._tokens = _tags(self.folded)
        return self._tokens

    @property
    def links(self) -> tuple[str, ...]:
        """The links in the text, without the punctuation after them."""
        if self._links is None:
            self._links = tuple(_trimmed(link) for link in _URL.findall(self.raw))
        return self._links


def _runs(folded: str) -> tuple[list[str], list[str]]:
    # What `WORD_RUN` finds, several times as fast: ASCII that is no letter made spaces, then cut at these. In pieces
    # beyond ASCII other signs may stand between letters.
    if folded.isascii():
        return folded.encode().translate(_BETWEEN_WORDS).decode().split(), []
    found: list[str] = []
    mixed: list[str] = []
    for piece in folded.encode("utf-8", _PAIRS).translate(_BETWEEN_WORDS).decode("utf-8", _PAIRS).split():
        if piece.isascii() or piece.isalnum():
            found.append(piece)
        else:
            mixed += WORD_RUN.findall(piece)
    return found + mixed, mixed


_PAIRS: Final = "surrogatepass"
"""JSON may hold halves of surrogate pairs."""


@lru_cache(maxsize=8192)
def is_word_character(char: str) -> bool:
    """Whether a character belongs to a word: letters, digits, their marks, the underscore and the non-joiner."""
    return char == "_" or char == _ZWNJ or char.isalnum() or unicodedata.category(char) in {"Mn", "Mc"}


def find_word(pattern: str, text: str) -> bool:
    """Return whether a folded pattern stands in a folded text as a whole word or phrase."""
    return word_start(pattern, text) >= 0


def word_start(pattern: str, text: str) -> int:
    """Return where a folded pattern first stands in a folded text as a whole word or phrase, -1 if it doesn't.

    Both have single spaces only. An edge of the pattern needs a boundary where the script puts spaces between words;
    `#x`, `@x` and `$x` are found as exactly that tag. An emoji isn't found inside a longer one that it is joined to.
    """
    start = text.find(pattern) if pattern else -1
    while start >= 0:
        end = start + len(pattern)
        if (start == 0 or _begins(text[start - 1], pattern)) and (end == len(text) or _ends(text[end], pattern)):
            return start
        start = text.find(pattern, start + 1)
    return -1


def whole_runs(pattern: str, *, from_edge: bool, to_edge: bool) -> list[str]:
    """Return the runs of letters in a pattern that are whole runs of any text in which it is found.

    A run inside is bounded by what the pattern has around it; `from_edge` and `to_edge` say that nothing of a word can
    stand before and after the pattern.
    """
    return [
        run[0]
        for run in WORD_RUN.finditer(pattern)
        if (from_edge or run.start() > 0) and (to_edge or run.end() < len(pattern))
    ]


def runs_of_words(pattern: str) -> list[str]:
    """Return the runs that any text has in `words` in which `find_word` finds a folded pattern."""
    if not pattern:
        return []
    # A whole word may run on where its script has no spaces: 速報 is found in 速報です.
    to_edge = not is_unspaced(pattern[-1]) or (pattern[0] in SIGNS and len(pattern) > 1)
    return whole_runs(pattern, from_edge=not is_unspaced(pattern[0]), to_edge=to_edge)


def _begins(before: str, pattern: str) -> bool:
    first = pattern[0]
    if first in SIGNS:
        return not is_word_character(before) and before not in SIGNS
    return _is_boundary(before, first)


def _ends(after: str, pattern: str) -> bool:
    if pattern[0] in SIGNS and len(pattern) > 1:
        return not is_word_character(after)
    return _is_boundary(after, pattern[-1])


@lru_cache(maxsize=65536)
def _is_boundary(outside: str, inside: str) -> bool:
    """Whether a word may end between two neighbours, `inside` belonging to the pattern."""
    if not is_word_character(inside):
        return outside != _ZWJ and not "\U0001f3fb" <= outside <= "\U0001f3ff"
    if not is_word_character(outside):
        return outside != _ZWJ
    # Latin letters that run into Japanese are no word of their own: to a server that cuts texts into tokens they
    # aren't either, and what it holds back no rule may count on.
    return is_unspaced(inside)


# Blocks of scripts written without spaces between words: Thai and Lao, Tibetan, Myanmar, Khmer, Tai and New Tai Lue,
# kana, bopomofo and Han with their extensions.
_UNSPACED: Final = (
    (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x19E0, 0x19FF), (0x1A20, 0x1AAF),
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3040, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAADF), (0xF900, 0xFAFF), (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)  # fmt: skip


def is_unspaced(char: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words."""
    point = ord(char)
    return point >= _UNSPACED[0][0] and any(first <= point <= last for first, last in _UNSPACED)


def _tags(text: str) -> frozenset[str]:
    """Return the tags in a folded text: a sign with no word before it, and the word after it."""
    if "#" not in text and "@" not in text and "$" not in text:
        return _NO_TAGS
    if text.isascii():
        return _ascii_tags(text)
    found: set[str] = set()
    for sign in SIGNS:
        start = text.find(sign)
        while start >= 0:
            end = start + 1
            while end < len(text) and is_word_character(text[end]):
                end += 1
            name = text[start + 1 : end]
            if name and _is_tag(sign, name) and (start == 0 or _begins(text[start - 1], sign)):
                found.add(text[start:end])
            start = text.find(sign, end)
    return frozenset(found)


def _ascii_tags(text: str) -> frozenset[str]:
    found = []
    for match in _ASCII_TAG.finditer(text):
        start, tag = match.start(), match[0]
        before = text[start - 1] if start else " "
        if not before.isalnum() and before not in _IN_WORDS_OR_SIGNS and _is_tag(tag[0], tag[1:]):
            found.append(tag)
    return frozenset(found)


def _is_tag(sign: str, name: str) -> bool:
    # "#1" and "$100" are a rank and a price.
    return sign == "@" or not name[0 if sign == "$" else slice(None)].isdecimal()


def _trimmed(link: str) -> str:
    """Return a link without the punctuation of the sentence around it; a bracket stays if it was opened inside."""
    while link:
        last = link[-1]
        closing = {")": "(", "]": "[", "}": "{"}.get(last)
        if last in _AFTER_A_LINK or (closing is not None and link.count(closing) < link.count(last)):
            link = link[:-1]
        else:
            break
    return link
