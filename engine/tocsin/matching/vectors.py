"""Many byte strings found in long ones some sixteen bytes at a time, where the extra `hyperscan` is installed.

The only module that knows hyperscan.
"""

import importlib
from collections.abc import Sequence
from typing import Any, Final, Self

_MOST: Final = 10_000
"""Needles past which preparing takes longer than it saves: a third of a second, and five for ten times as many."""

_ENDS_TEXT: Final = b"\0"
"""What a needle ends at for hyperscan's binding, whatever comes behind."""


class VectorSearch:
    """Finds byte strings, none of them with capitals, in long ones whose capitals count as small letters."""

    def __init__(self, hyperscan: Any, needles: Sequence[bytes]) -> None:
        """Prepare the search.

        Raises:
            hyperscan.error: it doesn't take these needles, or this processor.
        """
        self._lengths = tuple(map(len, needles))
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=list(needles), ids=list(range(len(needles))), elements=len(needles),
            flags=[hyperscan.HS_FLAG_CASELESS] * len(needles), literal=True,
        )  # fmt: skip

    @classmethod
    def of(cls, needles: Sequence[bytes]) -> Self | None:
        """Return the search; None where hyperscan isn't installed, or isn't made for these needles."""
        if not 0 < len(needles) <= _MOST or any(_ENDS_TEXT in needle for needle in needles):
            return None
        try:
            hyperscan = importlib.import_module("hyperscan")
        except ImportError:
            return None
        try:
            return cls(hyperscan, needles)
        except hyperscan.error:
            return None

    def matches(self, text: bytes) -> Sequence[tuple[int, int, int]]:
        """Return start, end and needle of all matches, by their ends."""
        ends: list[tuple[int, int]] = []
        # It tells where a match ends; where it began would cost it twice the time.
        self._database.scan(text, match_event_handler=lambda needle, _, end, *rest: ends.append((end, needle)))
        ends.sort()
        lengths = self._lengths
        return [(end - lengths[needle], end, needle) for end, needle in ends]
