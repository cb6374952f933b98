"""Odd values of every type: all of them may stand in a tweet."""

from collections.abc import Mapping
from itertools import islice, product
from typing import Any, Final

from tocsin.hookspecs import Type
from tocsin.proving.tweets import neutral_data

_TEXTS: Final = ("", "a", "Straße ﬁ 東京 مرحبا", "👩‍👩‍👧 \u200b\x00\ufffd", "(((((" * 50, "a" * 20_000, " \n\t ")
_NUMBERS: Final = (0, 1, -1, 0.5, 10**18, 1e308, -0.0)
_LISTS: Final[tuple[list[Any], ...]] = ([], ["a"], [None, 1, True, {"a": []}], [["a"]], ["x"] * 2_000)
_OBJECTS: Final[tuple[dict[str, Any], ...]] = ({}, {"a": 1}, {"": None, "ü": {"a": [1]}})

VALUES: Final[Mapping[Type, tuple[Any, ...]]] = {
    "text": (None, *_TEXTS),
    "number": (None, *_NUMBERS),
    "truth": (None, True, False),
    "list": (None, *_LISTS),
    "object": (None, *_OBJECTS),
    "any": (None, True, *_TEXTS[:4], *_NUMBERS[:4], *_LISTS[:4], *_OBJECTS),
}


def arguments(types: tuple[Type, ...], *, variadic: bool, most: int = 300) -> list[tuple[Any, ...]]:
    """Return argument lists of the declared types: every value of each, and combinations of them."""
    shapes = [types, (*types, types[-1], types[-1])] if variadic else [types]
    found: list[tuple[Any, ...]] = []
    for shape in shapes:
        plain = [next(value for value in VALUES[kind] if value is not None) for kind in shape]
        for index, kind in enumerate(shape):
            found += [(*plain[:index], value, *plain[index + 1 :]) for value in VALUES[kind]]
        found += islice(product(*(VALUES[kind] for kind in shape)), most)
    return found[: 2 * most]


def tweets() -> list[dict[str, Any]]:
    """Return tweets as strangers send them: with odd texts, with fields missing, null, or of other types."""
    usual = {"id": "1", **neutral_data(), "text": "hello world", "created_at": "2026-01-01T12:00:00Z"}
    found = [{**usual, "text": text} for text in (*_TEXTS, None)]
    found += [{key: value for key, value in usual.items() if key != left_out} for left_out in usual if left_out != "id"]
    found += [{**usual, key: None} for key in usual if key != "id"]
    return [*found, {"id": "1"}, {"id": "1", "text": 3, "user": [], "entities": "none"}, {**usual, "text": ["a"]}]


def shown(value: object) -> str:
    """Return a value for a message, cut short."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
