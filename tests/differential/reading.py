"""What the reference of the text operators says of a text, done as plainly as it is written there.

Nothing of the program is imported: whatever it does to be quick can't be wrong here in the same way.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

SIGNS = "#@$"
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_UNSPACED = (
    "CJK ", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "IDEOGRAPHIC", "HANGZHOU", "THAI ", "LAO ", "TIBETAN ",
    "MYANMAR ", "KHMER ", "BOPOMOFO",
)  # fmt: skip
"""What the names of characters begin with whose scripts put no spaces between words, as far as the tweets here go."""


@cache
def is_in_word(char: str) -> bool:
    """Whether a character belongs to a word: letters, digits, marks, the underscore, the non-joiner."""
    return char in {"_", _ZWNJ} or unicodedata.category(char)[0] in "LN" or unicodedata.category(char) in {"Mn", "Mc"}


@cache
def is_unspaced(char: str) -> bool:
    """Whether a character's script puts no spaces between words."""
    return unicodedata.name(char, "").startswith(_UNSPACED)


def fold(text: str) -> str:
    """Return the text over NFKC and casefold, over and over until nothing changes."""
    while (folded := unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())) != text:
        text = folded
    return text


def spaced(folded: str) -> str:
    """Return a folded text, every run of white space one space."""
    return " ".join(folded.split())


def composed(text: str) -> str:
    """Return what regular expressions look at: NFKC, the case kept, halves of surrogate pairs replaced."""
    return unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the stretch of a spaced text is a whole word or phrase there, or exactly a tag if it begins as one."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    is_tag = text[start] in SIGNS
    if is_tag and before and (is_in_word(before) or before in SIGNS):
        return False
    if is_tag and end - start > 1:
        return not (after and is_in_word(after))
    return (is_tag or _is_edge(before, text[start])) and _is_edge(after, text[end - 1])


def _is_edge(outside: str, inside: str) -> bool:
    if not outside:
        return True
    if is_in_word(inside) and is_in_word(outside):
        return is_unspaced(inside)
    joins = outside == _ZWJ
    return not joins if is_in_word(inside) else not joins and not 0x1F3FB <= ord(outside) <= 0x1F3FF


@lru_cache(maxsize=50_000)
def tags(folded: str) -> frozenset[str]:
    """Return the tags in a folded text, sign and all."""
    found = set()
    for start, sign in enumerate(folded):
        if sign not in SIGNS or (start and (is_in_word(folded[start - 1]) or folded[start - 1] in SIGNS)):
            continue
        end = start + 1
        while end < len(folded) and is_in_word(folded[end]):
            end += 1
        name = folded[start + 1 : end]
        # A rank (#1) is no hashtag, a price ($100) no cashtag.
        if name and not (sign == "#" and name.isdecimal()) and not (sign == "$" and name[0].isdecimal()):
            found.add(sign + name)
    return frozenset(found)


def links(text: str) -> Iterator[str]:
    """Yield the links in a text, without the punctuation of the sentence around them."""
    if "://" not in text:
        return
    lowered = "".join(char.lower() if char.isascii() else char for char in text)
    at = 0
    while (start := lowered.find("http", at)) >= 0:
        at = start + 4
        scheme = next((scheme for scheme in ("http://", "https://") if lowered.startswith(scheme, start)), None)
        if scheme is None:
            continue
        end = start + len(scheme)
        while end < len(text) and not _ends_link(text[end]):
            end += 1
        if end > start + len(scheme):
            at = end
            yield _without_punctuation(text[start:end])


def _ends_link(char: str) -> bool:
    point = ord(char)
    is_eastern = 0x3000 <= point <= 0x30FF or 0xFF00 <= point <= 0xFFEF or 0x4E00 <= point <= 0x9FFF
    return char.isspace() or char in '<>"' or is_eastern


def _without_punctuation(link: str) -> str:
    opening = {")": "(", "]": "[", "}": "{"}
    while link and (
        link[-1] in ".,;:!?'’…"  # noqa: RUF001 - the typographer's apostrophe is meant
        or (link[-1] in opening and link.count(opening[link[-1]]) < link.count(link[-1]))
    ):
        link = link[:-1]
    return link


@lru_cache(maxsize=100_000)
def address(link: str) -> tuple[str, str]:
    """Return the host of a link, and what follows it."""
    bare = link.split("://", 1)[-1]
    cut = min((at for char in "/?#" if (at := bare.find(char)) >= 0), default=len(bare))
    return fold(bare[:cut].split("@")[-1].split(":")[0]).rstrip("."), bare[cut:]


def leads(link: str, pattern: str) -> bool:
    """Whether a link leads to the pattern's host, one of its subdomains, or an address that begins as the pattern."""
    (host, rest), (wanted, beginning) = address(link), address(pattern)
    return (host == wanted or host.endswith("." + wanted)) and (not beginning.strip("/") or rest.startswith(beginning))
