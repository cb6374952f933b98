"""Says what language a tweet is in, where the stream doesn't: a tocsin transform that adds `.lang`."""

from typing import Any

from pydantic import BaseModel, Field

from tocsin.hookspecs import Transform, hookimpl
from tocsin_langid.detector import Detector

__all__ = ["Options"]

tocsin_api = 1


class Options(BaseModel):
    """`plugins.langid` in tocsin.yaml.

    Below `min_confidence` (0 to 1) a tweet gets no language. `languages` narrows the choice to some ISO 639-1 codes.
    """

    min_confidence: float = Field(default=0.3, ge=0, le=1)
    languages: tuple[str, ...] = ()


@hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


@hookimpl
def tocsin_transforms(register: Any, options: Options) -> None:
    """Register the one transform."""
    detector = Detector(options.min_confidence, options.languages)

    def add_language(tweet: dict[str, Any]) -> dict[str, Any]:
        text = tweet.get("text")
        if not tweet.get("lang") and isinstance(text, str):
            language = detector.language_of(text)
            if language is not None:
                tweet["lang"] = language
        return tweet

    register(
        Transform(
            name="langid",
            function=add_language,
            prepare=detector.prepare,
            fields={"lang": "text"},
            doc="Adds `.lang`, an ISO 639-1 code, to tweets that come without one and whose language is plain.",
        )
    )
