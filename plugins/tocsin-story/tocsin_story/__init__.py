"""Gives near-duplicate tweets one story id: a tocsin transform that adds `.story` and how often it was told."""

import time
from typing import Any

from pydantic import BaseModel, Field

from tocsin.hookspecs import Transform, hookimpl
from tocsin_story.memory import StoryMemory

__all__ = ["Options"]

tocsin_api = 1


class Options(BaseModel):
    """`plugins.story` in tocsin.yaml.

    Two texts tell one story if `similarity` (0 to 1) of their word pairs are the same. At most `capacity` stories are
    remembered, each for `remember_hours` after it was last told.
    """

    similarity: float = Field(default=0.4, gt=0, le=1)
    capacity: int = Field(default=100_000, ge=1)
    remember_hours: float = Field(default=24, gt=0)


@hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


@hookimpl
def tocsin_transforms(register: Any, options: Options) -> None:
    """Register the one transform."""
    memory = StoryMemory(options.similarity, options.capacity, options.remember_hours * 3600, time.monotonic)  # noqa: TID251 - a plugin has no clock handed in

    def add_story(tweet: dict[str, Any]) -> dict[str, Any]:
        text = tweet.get("text")
        told = memory.told(text, account_of(tweet)) if isinstance(text, str) else None
        if told is not None:
            tweet["story"] = told.story
            tweet["story_tweets"] = told.tweets
            tweet["story_accounts"] = told.accounts
        return tweet

    register(
        Transform(
            name="story",
            function=add_story,
            fields={"story": "text", "story_tweets": "number", "story_accounts": "number"},
            doc="Adds `.story`, one id for all copies of a text, and how many tweets and accounts have told it.",
        )
    )


def account_of(tweet: dict[str, Any]) -> str:
    """Return what tells the tweet's account apart: its number, else its name; empty if it has neither."""
    user = tweet.get("user")
    if not isinstance(user, dict):
        return ""
    return str(user.get("id") or user.get("username") or "")[:64]
