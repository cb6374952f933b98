"""How common the words of the stream are, counted in a sample of its tweets: the rarest is to stand for a rule."""

from collections.abc import Iterable
from typing import Final

from tocsin.logic.rarity import BUILT_IN, Rarity

ENOUGH: Final = 2_000
"""Tweets of which the counts say more than the built-in estimate."""

_MOST_TWEETS: Final = 20_000
"""Counts are halved then: what was common a while ago counts for less and less."""

_MOST_WORDS: Final = 100_000
"""Then the counts are halved, too, and with them those words go that were seen once."""


class Sample:
    """Counts in how many tweets each word is. Takes at most some ten megabytes, however long the stream."""

    def __init__(self) -> None:
        self._tweets = 0
        self._counts: dict[str, int] = {}

    def take(self, words: Iterable[str]) -> None:
        """Count the words of one tweet, folded and each once."""
        counts = self._counts
        for word in words:
            counts[word] = counts.get(word, 0) + 1
        self._tweets += 1
        if self._tweets >= _MOST_TWEETS or len(counts) > _MOST_WORDS:
            self._counts = {word: count // 2 for word, count in counts.items() if count > 1}
            self._tweets //= 2

    @property
    def is_enough(self) -> bool:
        """Whether enough tweets were counted for `rarity` to be that of the stream."""
        return self._tweets >= ENOUGH

    def rarity(self) -> Rarity:
        """Return the estimate by what was counted so far, the built-in one as long as that isn't enough.

        It may be asked for in another thread than the one that counts.
        """
        tweets, counts = self._tweets, self._counts.copy()
        if tweets < ENOUGH:
            return BUILT_IN
        # Of a word that was seen once the share may as well be a tenth; it stays rarer than any that was seen twice.
        return Rarity({word: count / tweets for word, count in counts.items() if count > 1}, measured=tweets)
