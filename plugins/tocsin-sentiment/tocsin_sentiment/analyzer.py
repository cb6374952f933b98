"""How glad or angry a text sounds. The only importer of vaderSentiment."""

import re
from typing import Any, Final

_NOT_PROSE: Final = re.compile(r"https?://\S+|@\w+|^(?:RT\s+)+(?=@)", re.IGNORECASE)
"""Links and mentions: `@happy_days` is no good news. Emoji and capitals stay, since they say how a thing is meant."""

LONGEST: Final = 1_000
"""Characters that are looked at; the time that it takes grows with the text."""


class Analyzer:
    """Rates texts with VADER's lexicon, which it loads at first use or in `prepare`."""

    def __init__(self) -> None:
        self._vader: Any = None

    def prepare(self) -> None:
        """Load the lexicon: about 50 ms."""
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._vader = SentimentIntensityAnalyzer()

    def sentiment_of(self, text: str) -> float | None:
        """Return from -1 to 1 how the text sounds, 0 for neither; None where it has no word and no emoji.

        Source: VADER's `compound` score, rounded to four places by it.
        """
        prose = _NOT_PROSE.sub(" ", text[:LONGEST]).strip()
        if not any(char.isalpha() or ord(char) > 0x2000 for char in prose):
            return None
        return float(self._loaded().polarity_scores(prose)["compound"])

    def _loaded(self) -> Any:
        if self._vader is None:
            self.prepare()
        return self._vader
