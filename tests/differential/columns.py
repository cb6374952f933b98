"""Many tweets at once: which of them hold a text, as one large number with a bit for each tweet."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from tests.differential.derived import MISSING
from tests.differential.reading import SIGNS, composed, fold, is_in_word, is_unspaced, leads, spaced, stands_alone, tags

_BETWEEN = "\0"
_ZWJ = "\u200d"
_MOST_WORDS = 3
_STAYS_INSIDE = re.compile(r"(?:[a-zA-Z0-9 ]|\\[wdb.]|\+|\*|\?|\{\d+,?\d*\}|\((?!\?)|\)|\||\[[a-z0-9]+\])*")
"""Regular expressions that can't match across `_BETWEEN` and don't ask where a text begins or ends."""


def bits(places: Iterable[int], size: int) -> int:
    """Return the number that has these bits."""
    found = bytearray(size // 8 + 1)
    for place in places:
        found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


def places(mask: int) -> Iterator[int]:
    """Yield the bits of a number, ascending."""
    for at, byte in enumerate(mask.to_bytes(mask.bit_length() // 8 + 1, "little")):
        if byte:
            yield from (at * 8 + bit for bit in range(8) if byte >> bit & 1)


class Joined:
    """Texts laid end to end, a character before and behind each that is in none, so that one search looks through all.

    A text begins, for a search, with the character before it.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.whole = _BETWEEN + "".join(text + _BETWEEN for text in texts)
        self.starts = [0]
        for text in texts:
            self.starts.append(self.starts[-1] + len(text) + 1)

    def found(self, needle: str, *, alone: bool = False) -> Iterator[int]:
        """Yield the texts in which a needle stands; `alone` as a whole word or phrase."""
        whole, starts = self.whole, self.starts
        start = whole.find(needle)
        while start >= 0:
            place = bisect_right(starts, start) - 1
            if not alone or stands_alone(whole, start, start + len(needle)):
                yield place
                start = whole.find(needle, starts[place + 1])
            else:
                start = whole.find(needle, start + 1)


class TextColumn:
    """What stands in one field of each tweet, told by the text operators.

    `words` are the patterns of `word` that will be asked for. `failed` has the tweets whose value is no text, list
    or null: there an operator fails.
    """

    def __init__(self, values: Sequence[Any], words: Iterable[str]) -> None:
        self._size = len(values)
        self._plain = frozenset(word for word in words if is_plain(word))
        by_text: dict[str, list[int]] = {}
        elements: dict[str, list[int]] = {}
        self._failed: list[int] = []
        self._lists: list[int] = []
        for place, value in enumerate(values):
            match value:
                case str():
                    by_text.setdefault(value, []).append(place)
                case list():
                    self._lists.append(place)
                    for item in value:
                        if isinstance(item, str):
                            elements.setdefault(item, []).append(place)
                case None:
                    pass
                case _ if value is not MISSING:
                    self._failed.append(place)
        self.texts = by_text
        self.elements = elements

    @cached_property
    def failed(self) -> int:
        """The tweets in which no text operator can look at the field."""
        return bits(self._failed, self._size)

    @cached_property
    def is_text(self) -> int:
        """The tweets in which the field is text."""
        return bits((place for rows in self.texts.values() for place in rows), self._size)

    @cached_property
    def is_list(self) -> int:
        """The tweets in which the field is a list."""
        return bits(self._lists, self._size)

    @cached_property
    def _all(self) -> dict[str, list[int]]:
        return {
            text: [*self.texts.get(text, ()), *self.elements.get(text, ())] for text in {**self.texts, **self.elements}
        }

    @cached_property
    def _by_folded(self) -> dict[str, list[int]]:
        return _grouped(self._all, fold)

    @cached_property
    def _folded(self) -> tuple[Joined, list[list[int]]]:
        return Joined(list(self._by_folded)), list(self._by_folded.values())

    @cached_property
    def _by_spaced(self) -> dict[str, list[int]]:
        return _grouped(self._by_folded, spaced)

    @cached_property
    def _spaced(self) -> tuple[Joined, list[list[int]]]:
        return Joined(list(self._by_spaced)), list(self._by_spaced.values())

    @cached_property
    def _raw(self) -> tuple[Joined, list[list[int]]]:
        return Joined(list(self.texts)), list(self.texts.values())

    def holding(self, pattern: str) -> int:
        """Return the tweets in whose folded text a pattern occurs."""
        return self._searched(self._folded, fold(pattern))

    def holding_as_it_is(self, needle: str) -> int:
        """Return the tweets in whose text, as it is, a needle occurs, or in whose list it is."""
        return self._searched(self._raw, needle) | bits(self.elements.get(needle, ()), self._size)

    def _searched(self, column: tuple[Joined, list[list[int]]], needle: str) -> int:
        joined, rows = column
        return bits((place for text in joined.found(needle) for place in rows[text]), self._size)

    def at_edge(self, pattern: str, *, end: bool) -> int:
        """Return the tweets whose folded text begins or ends with a pattern."""
        wanted = fold(pattern)
        return self._searched(self._folded, wanted + _BETWEEN if end else _BETWEEN + wanted)

    def with_word(self, pattern: str) -> int:
        """Return the tweets in which a pattern stands as a word or phrase."""
        wanted = spaced(fold(pattern))
        if pattern in self._plain:
            return bits(self._phrases.get(wanted, ()), self._size)
        return self.with_word_by_search(pattern)

    def with_all_words(self, patterns: Sequence[str]) -> int:
        """Return the tweets in which all patterns stand as words; of a list, in one of its texts."""
        every = self.is_text
        for pattern in patterns:
            every &= self.with_word(pattern)
        texts = list(self.elements)
        one_by_one = TextColumn(texts, self._plain)
        whole = (1 << len(texts)) - 1
        for pattern in patterns:
            whole &= one_by_one.with_word(pattern)
        return every | bits((row for place in places(whole) for row in self.elements[texts[place]]), self._size)

    def with_word_by_search(self, pattern: str) -> int:
        """Return the same by looking at every place where the pattern occurs."""
        joined, rows = self._spaced
        found = joined.found(spaced(fold(pattern)), alone=True)
        return bits((place for text in found for place in rows[text]), self._size)

    @cached_property
    def _phrases(self) -> dict[str, list[int]]:
        """The wanted words and phrases of the texts: stretches between where words begin and where they end."""
        wanted = {spaced(fold(pattern)) for pattern in self._plain}
        letters = {char for text in self._by_spaced for char in text if is_in_word(char)}
        run = re.compile("[" + "".join(map(re.escape, sorted(letters))) + "]+") if letters else re.compile("(?!)")
        found: dict[str, list[int]] = {}
        for text, rows in self._by_spaced.items():
            runs = [match.span() for match in run.finditer(text)]
            stretches = {
                text[start:end]
                for first, (start, _) in enumerate(runs)
                for _, end in runs[first : first + _MOST_WORDS]
                if _ZWJ not in (text[start - 1 : start] or " ") and not text.startswith(_ZWJ, end)
            }
            for stretch in stretches & wanted:
                found.setdefault(stretch, []).extend(rows)
        return found

    def matching(self, pattern: str) -> int:
        """Return the tweets in whose text a regular expression is found."""
        import re2

        options = re2.Options()
        options.case_sensitive = False
        if _STAYS_INSIDE.fullmatch(pattern) is None:
            compiled = re2.compile(pattern, options)
            return self._where(self._by_composed, lambda text: compiled.search(text) is not None)
        encoded = re2.compile(pattern.encode(), options)
        whole, starts = self._composed_bytes
        rows = list(self._by_composed.values())
        texts = {bisect_right(starts, match.start()) - 1 for match in encoded.finditer(whole)}
        return bits((place for text in texts for place in rows[text]), self._size)

    @cached_property
    def _by_composed(self) -> dict[str, list[int]]:
        return _grouped(self._all, composed)

    @cached_property
    def _composed_bytes(self) -> tuple[bytes, list[int]]:
        encoded = [text.encode() for text in self._by_composed]
        starts = [0]
        for text in encoded[:-1]:
            starts.append(starts[-1] + len(text) + 1)
        return _BETWEEN.encode().join(encoded), starts

    def with_tag(self, sign: str, name: str) -> int:
        """Return the tweets whose text has a tag, or whose list has it as an element."""
        return bits(self._tagged.get(sign + fold(name).removeprefix(sign), ()), self._size) | bits(
            self._elements(sign).get(fold(name).removeprefix(sign), ()), self._size
        )

    @cached_property
    def _tagged(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for text, rows in self.texts.items():
            folded = fold(text)
            if any(sign in folded for sign in SIGNS):
                for tag in tags(folded):
                    found.setdefault(tag, []).extend(rows)
        return found

    def _elements(self, sign: str) -> dict[str, list[int]]:
        known = self.__dict__.setdefault("_elements_by_sign", {})
        if sign not in known:
            known[sign] = _grouped(self.elements, lambda item: fold(item).removeprefix(sign))
        by_name: dict[str, list[int]] = known[sign]
        return by_name

    def named(self, name: str) -> int:
        """Return the tweets whose field is the name of an account."""
        return bits(self._names.get(fold(name).removeprefix("@"), ()), self._size)

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        return _grouped(self._by_folded, lambda folded: folded.removeprefix("@"))

    def linked(self, pattern: str) -> int:
        """Return the tweets with a link that leads where a pattern says."""
        return self._where(self._links, lambda link: leads(link, pattern))

    @cached_property
    def _links(self) -> dict[str, list[int]]:
        from tests.differential.reading import links

        found = {link: list(rows) for link, rows in self.elements.items()}
        for text, rows in self.texts.items():
            for link in set(links(text)):
                found.setdefault(link, []).extend(rows)
        return found

    def _where(self, column: dict[str, list[int]], is_so: Any) -> int:
        return bits((place for text, rows in column.items() if is_so(text) for place in rows), self._size)


def is_plain(pattern: str) -> bool:
    """Whether a pattern of `word` is words with spaces between them, of scripts that put spaces between words."""
    words = spaced(fold(pattern)).split(" ")
    return len(words) <= _MOST_WORDS and all(
        word and all(is_in_word(char) and not is_unspaced(char) for char in word) for word in words
    )


def _grouped(column: dict[str, list[int]], form: Any) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = {}
    for text, rows in column.items():
        grouped.setdefault(form(text), []).extend(rows)
    return grouped
