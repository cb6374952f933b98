"""Operators for how a tweet is written rather than what it says: `shouting` and `emoji_count`."""

from typing import Any

from tocsin.hookspecs import Operator, hookimpl

tocsin_api = 1

MIN_LETTERS = 8
"""Shorter texts don't shout: "OK", "BTC" and "USA!" are only short."""


def shouting(text: str | None) -> float:
    """Return the share of capitals, 0 to 1, among the letters that have cases; 0 for fewer than `MIN_LETTERS`."""
    upper = sum(map(str.isupper, text or ""))
    cased = upper + sum(map(str.islower, text or ""))
    return upper / cased if cased >= MIN_LETTERS else 0.0


def emoji_count(text: str | None) -> int:
    """Return how many emoji there are; a flag, a family or a hand with a skin tone is one."""
    if not text or text.isascii():
        return 0
    import emoji  # here, so that commands that count no emoji start fast

    return emoji.emoji_count(text)


@hookimpl
def tocsin_operators(register: Any) -> None:
    """Register both operators."""
    register(
        Operator(
            name="shouting",
            arguments=("text",),
            result="number",
            function=shouting,
            doc=f"The share of capitals among a text's letters, 0 to 1; 0 for fewer than {MIN_LETTERS} letters.",
            example="gte: [{shouting: .text}, 0.7]",
        )
    )
    register(
        Operator(
            name="emoji_count",
            arguments=("text",),
            result="number",
            function=emoji_count,
            doc="How many emoji a text has; a flag or a family is one.",
            example="gt: [{emoji_count: .text}, 5]",
        )
    )
