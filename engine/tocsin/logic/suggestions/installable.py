"""Which plugin has a word that isn't there: a small directory of what can be installed.

A test holds it against what the plugins in this repository register.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["operator", "field", "action", "source", "filter"]

KNOWN: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {
        "operator": MappingProxyType({"shouting": "tocsin-textstat", "emoji_count": "tocsin-textstat"}),
        "field": MappingProxyType(
            {
                "sentiment": "tocsin-sentiment",
                "story": "tocsin-story",
                "story_tweets": "tocsin-story",
                "story_accounts": "tocsin-story",
            }
        ),
        "action": MappingProxyType({"exec": "tocsin-exec", "sql": "tocsin-sql"}),
        "source": MappingProxyType({}),
        "filter": MappingProxyType({}),
    }
)
"""The distribution that brings a word, by kind and word."""


def install_hint(kind: Kind, word: str) -> str:
    """Return how to get a word that a known plugin has, empty if none has it."""
    distribution = KNOWN[kind].get(word)
    if distribution is None:
        return ""
    return (
        f"pip install {distribution}, the plugin that has it; if it is installed, `tocsin plugins` says what is wrong"
    )
