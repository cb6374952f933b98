"""How many tweets to give to the transforms at once: as many as keep each round short."""

from typing import Final

LONG_S: Final = 0.25
"""A round that took longer is followed by one half as large, so that nothing waits long behind slow transforms."""

SHORT_S: Final = 0.1
"""After a round that took less, twice as many go at once, so that the way into the threads is rarely gone."""


class Portion:
    """The size of the next round, between 1 and `most`."""

    def __init__(self, most: int, first: int = 25) -> None:
        self._most = most
        self.size = min(first, most)

    def took(self, seconds: float) -> None:
        """Note how long a round of the present size took."""
        if seconds > LONG_S:
            self.size = max(1, self.size // 2)
        elif seconds < SHORT_S:
            self.size = min(self._most, 2 * self.size)
