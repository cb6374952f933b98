"""The fields that rules may name: those of the canonical tweet, and those derived from it.

Source: the stream specification's data object and the provider's later fields, in one shape.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from tocsin.hookspecs import Type
from tocsin.logic.evaluation.text import TextForms, fold

CANONICAL: Final[Mapping[str, Type]] = MappingProxyType(
    {
        "id": "text",
        "text": "text",
        "user": "object",
        "user.id": "text",
        "user.username": "text",
        "user.name": "text",
        "user.followers": "number",
        "user.following": "number",
        "user.verified": "truth",
        "created_at": "text",
        "metrics": "object",
        "metrics.retweets": "number",
        "metrics.likes": "number",
        "metrics.replies": "number",
        "metrics.quotes": "number",
        "metrics.bookmarks": "number",
        "lang": "text",
        "entities": "object",
        "entities.hashtags": "list",
        "entities.mentions": "list",
        "entities.urls": "list",
        "media": "list",
        "source": "text",
        "partial": "truth",
    }
)

DERIVED_TYPES: Final[Mapping[str, Type]] = MappingProxyType(
    {
        "hashtags": "list",
        "mentions": "list",
        "cashtags": "list",
        "links": "list",
        "is_retweet": "truth",
        "is_reply": "truth",
        "url": "text",
    }
)


def _text(data: Mapping[str, Any]) -> str:
    value = data.get("text")
    return value if isinstance(value, str) else ""


def tags(data: Mapping[str, Any], forms: TextForms, sign: str, entity: str | None) -> list[str]:
    """Return the tags with a sign, without it, folded, each once: those the stream names, then those in the text."""
    entities = data.get("entities")
    if not entities and not forms.tokens:
        return []  # true of most tweets, and asked of each
    found: dict[str, None] = {}
    named = entities.get(entity) if isinstance(entities, Mapping) and entity else None
    for tag in named if isinstance(named, list) else ():
        if isinstance(tag, str):
            found[fold(tag).lstrip(sign)] = None
    for token in sorted(forms.tokens):
        if token.startswith(sign):
            found[token[1:]] = None
    return list(found)


def links(data: Mapping[str, Any], forms: TextForms) -> list[str]:
    """Return the links that the stream names, then those in the text, each once."""
    entities = data.get("entities")
    named = entities.get("urls") if isinstance(entities, Mapping) else None
    found = [url for url in named if isinstance(url, str)] if isinstance(named, list) else []
    return list(dict.fromkeys([*found, *forms.links]))


def page(data: Mapping[str, Any]) -> str | None:
    """Return the address of the tweet's page, None where its id or author is unknown."""
    user = data.get("user")
    username = user.get("username") if isinstance(user, Mapping) else None
    if not isinstance(username, str) or not username.isidentifier() or not str(data.get("id", "")).isdigit():
        return None
    return f"https://x.com/{username}/status/{data['id']}"


DERIVED: Final[Mapping[str, Callable[[Mapping[str, Any], TextForms], Any]]] = MappingProxyType(
    {
        "hashtags": lambda data, forms: tags(data, forms, "#", "hashtags"),
        "mentions": lambda data, forms: tags(data, forms, "@", "mentions"),
        "cashtags": lambda data, forms: tags(data, forms, "$", None),
        "links": links,
        "is_retweet": lambda data, forms: _text(data).startswith("RT @"),
        "is_reply": lambda data, forms: _text(data).startswith("@"),
        "url": lambda data, forms: page(data),
    }
)
