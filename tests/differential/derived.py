"""The derived fields of a tweet, and its fields by dotted path, as the reference of fields says."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tests.differential.reading import SIGNS, fold, links, tags

MISSING = object()


def value_at(tweet: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a dotted path below objects, `MISSING` where there is nothing."""
    if path in DERIVED:
        return DERIVED[path](tweet)
    value: Any = tweet
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def _text(tweet: Mapping[str, Any]) -> str:
    text = tweet.get("text")
    return text if isinstance(text, str) else ""


def _named(tweet: Mapping[str, Any], entity: str) -> list[str]:
    entities = tweet.get("entities")
    named = entities.get(entity) if isinstance(entities, dict) else None
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _tags(sign: str, entity: str) -> Callable[[Mapping[str, Any]], list[str]]:
    def found(tweet: Mapping[str, Any]) -> list[str]:
        named = [fold(name).lstrip(sign) for name in _named(tweet, entity)]
        text = _text(tweet)
        if text.isascii() and not any(sign in text for sign in SIGNS):
            return list(dict.fromkeys(named))
        written = sorted(tag[1:] for tag in tags(fold(text)) if tag[0] == sign)
        return list(dict.fromkeys([*named, *written]))

    return found


def _links(tweet: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*_named(tweet, "urls"), *links(_text(tweet))]))


DERIVED: Mapping[str, Callable[[Mapping[str, Any]], Any]] = MappingProxyType(
    {
        "hashtags": _tags("#", "hashtags"),
        "mentions": _tags("@", "mentions"),
        "cashtags": _tags("$", "none has this name"),
        "links": _links,
        "is_retweet": lambda tweet: _text(tweet).startswith("RT @"),
        "is_reply": lambda tweet: _text(tweet).startswith("@"),
    }
)
