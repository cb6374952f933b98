"""The text operators: what a pattern means, over NFKC + casefold."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

TEXT_OPERATORS: Final = (
    "word", "all_words", "contains", "starts_with", "ends_with", "matches", "hashtag", "mention", "cashtag", "link",
    "from",
)  # fmt: skip

Test: TypeAlias = Callable[["TextForms"], bool]

_TOKEN: Final = re.compile(r"[#@$]?\w+", re.UNICODE)
_URL: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# Scripts that are written without spaces: a pattern's edge in them needs no boundary.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def fold(text: str) -> str:
    """Return the form in which texts are compared: NFKC, then casefold, then NFKC again to settle what that undid."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class TextForms:
    """A text, and the forms in which operators look at it, each made when first asked for."""

    __slots__ = ("_folded", "_links", "_tokens", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._folded: str | None = None
        self._tokens: frozenset[str] | None = None
        self._links: tuple[str, ...] | None = None

    @property
    def folded(self) -> str:
        """The text folded."""
        if self._folded is None:
            self._folded = fold(self.raw)
        return self._folded

    @property
    def tokens(self) -> frozenset[str]:
        """The tags: `#x`, `@x`, `$x`, folded, each where no word character stands before it."""
        if self._tokens is None:
            found: set[str] = set()
            for match in _TOKEN.finditer(self.folded):
                start = match.start()
                if match[0][0] in "#@$" and (start == 0 or not is_word_character(self.folded[start - 1])):
                    found.add(match[0])
            self._tokens = frozenset(found)
        return self._tokens

    @property
    def links(self) -> tuple[str, ...]:
        """The links in the text, without the punctuation after them."""
        if self._links is None:
            self._links = tuple(match.rstrip(".,;:!?)]}'\u2026") for match in _URL.findall(self.raw))
        return self._links


def is_word_character(char: str) -> bool:
    """Whether a character belongs to a word: letters, digits, marks, underscore and joiners inside words."""
    return char == "_" or char.isalnum() or unicodedata.category(char).startswith("M")


def _needs_boundary(char: str) -> bool:
    return is_word_character(char) and not _UNSPACED.match(char)


def find_word(pattern: str, text: str) -> bool:
    """Return whether a folded pattern stands in a folded text as a whole word or phrase.

    Runs of white space in the pattern match any run of white space. An edge needs a boundary only where the pattern's
    character is of a script that puts spaces between words.
    """
    regex = _phrase(pattern)
    return regex is not None and regex.search(text) is not None


@lru_cache(maxsize=50_000)
def _phrase(pattern: str) -> re.Pattern[str] | None:
    words = pattern.split()
    if not words:
        return None
    first, last = words[0][0], words[-1][-1]
    before = r"(?<![\w#@$])" if first in "#@$" else (r"(?<!\w)" if _needs_boundary(first) else "")
    after = r"(?!\w)" if _needs_boundary(last) else ""
    return re.compile(before + r"\s+".join(re.escape(word) for word in words) + after)
