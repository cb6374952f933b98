"""Says how glad or angry an English tweet sounds: a tocsin transform that adds `.sentiment`."""

from typing import Any

from pydantic import BaseModel

from tocsin.hookspecs import Transform, hookimpl
from tocsin_sentiment.analyzer import Analyzer

__all__ = ["Options"]

tocsin_api = 1


class Options(BaseModel):
    """`plugins.sentiment` in tocsin.yaml: tweets in other `languages` than these get no sentiment.

    A tweet whose language nobody knows is taken for English.
    """

    languages: tuple[str, ...] = ("en",)


@hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


@hookimpl
def tocsin_transforms(register: Any, options: Options) -> None:
    """Register the one transform."""
    analyzer = Analyzer()

    def add_sentiment(tweet: dict[str, Any]) -> dict[str, Any]:
        text, language = tweet.get("text"), tweet.get("lang") or "en"
        if isinstance(text, str) and language in options.languages:
            sentiment = analyzer.sentiment_of(text)
            if sentiment is not None:
                tweet["sentiment"] = sentiment
        return tweet

    register(
        Transform(
            name="sentiment",
            function=add_sentiment,
            prepare=analyzer.prepare,
            fields={"sentiment": "number"},
            doc="Adds `.sentiment` to English tweets: from -1, angry or sad, to 1, glad; 0 where nothing tells.",
        )
    )
