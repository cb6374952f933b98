"""A card shows an alert and holds nothing that a terminal would act on."""

from collections.abc import Mapping
from typing import Any

from tocsin.cli.output.cards import card_of_document

DOCUMENT: Mapping[str, Any] = {
    "rule": "scam",
    "severity": "high",
    "title": "Scam: win",
    "because": ["metrics.likes is 3", "links is ['https://evil.example/a']"],
    "tweet": {"text": "win\nat https://evil.example/a \x1b[31mnow", "user": {"username": "mallory"}},
}


def test_links_and_terminal_sequences_of_a_tweet_are_defused() -> None:
    card = card_of_document(DOCUMENT)
    assert card.text == "win at https[:]//evil[.]example/a now"
    assert card.because == ("metrics.likes is 3", "links is ['https[:]//evil.example/a']")


def test_a_document_with_nothing_in_it_is_an_empty_card() -> None:
    assert card_of_document({}).text == ""
