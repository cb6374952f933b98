"""The detector: what of a tweet is language, and which language it is."""

import re
from typing import Any, Final

MIN_LETTERS: Final = 2
"""Fewer letters than this say nothing about a language; two can be a whole word, such as 速報."""

_NO_LANGUAGE: Final = frozenset({"und", "zxx"})
"""What the model answers for text that is no language, in the codes of ISO 639."""

_NOT_PROSE: Final = re.compile(
    r"""
      https?://\S+          # links
    | \b(?:www\.)\S+
    | [@#$]\w+              # mentions, hashtags, cashtags
    | \bRT\b
    """,
    re.VERBOSE,
)


def prose_of(text: str) -> str:
    """Return the text without links, mentions, hashtags, cashtags and the RT of a retweet; blanks squeezed."""
    return " ".join(_NOT_PROSE.sub(" ", text).split())


class Detector:
    """Tells the language of short texts with py3langid's model, which it loads at first use or in `prepare`."""

    def __init__(self, min_confidence: float, languages: tuple[str, ...] = ()) -> None:
        self._min_confidence = min_confidence
        self._languages = languages
        self._model: Any = None

    def prepare(self) -> None:
        """Load the model: about a second, and 66 MB of memory, numpy included.

        Raises:
            ValueError: one of the languages isn't in the model; the message names it.
        """
        from tocsin_langid.compact import compact_identifier

        model = compact_identifier()
        if self._languages:
            model.set_languages(list(self._languages))
        self._model = model

    def language_of(self, text: str) -> str | None:
        """Return the ISO 639-1 code of the language, or None where the text doesn't make it plain enough."""
        prose = prose_of(text)
        if sum(map(str.isalpha, prose)) < MIN_LETTERS:
            return None
        language, confidence = self._loaded().classify(prose)
        if language in _NO_LANGUAGE or confidence < self._min_confidence:
            return None
        return str(language)

    def _loaded(self) -> Any:
        if self._model is None:
            self.prepare()
        return self._model
