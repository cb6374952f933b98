"""How loud a tweet is written."""

from typing import Any

import pytest
from tocsin_textstat import emoji_count, shouting, tocsin_operators

from tocsin.hookspecs import Operator


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("WHERE IS MY REFUND", 1.0),
        ("Where is my refund", 1 / 15),
        ("ABCD efgh", 0.5),
        ("ÜBERFÄLLIG ΣΗΜΕΡΑ", 1.0),
        ("BTC USA", 0.0),
        ("速報速報速報速報", 0.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_shouting_is_the_share_of_capitals(text: str | None, share: float) -> None:
    assert shouting(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("to the moon 🚀🚀🚀", 3),
        ("👨‍👩‍👧‍👦", 1),
        ("🇺🇦🇯🇵", 2),
        ("👍🏽 ok", 1),
        ("1 # *", 0),
        ("速報", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_an_emoji_counts_once_however_it_is_composed(text: str | None, count: int) -> None:
    assert emoji_count(text) == count


def test_both_operators_are_registered() -> None:
    registered: list[Any] = []
    tocsin_operators(registered.append)
    assert {(type(item), item.name) for item in registered} == {(Operator, "shouting"), (Operator, "emoji_count")}
