"""What messages say of a tweet, read with care: any field may be missing or anything."""

from collections.abc import Mapping
from typing import Any

from tocsin.model import Alert
from tocsin.notify.rendering.words import counted

_COUNTED = ("retweets", "likes", "replies", "quotes", "bookmarks")
_COUNT_MAX = 10**12


def field(alert: Alert, *path: str) -> Any:
    """Return a field of the tweet; None where it has none."""
    value: Any = alert.tweet.data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text_of(alert: Alert, *path: str) -> str:
    """Return a field that is text with something in it; else an empty one."""
    value = field(alert, *path)
    return value if isinstance(value, str) and value.strip() else ""


def is_default_body(alert: Alert) -> bool:
    """Say whether the body is that of a rule without one: text, author and link, which each family shows better."""
    text, name, username = (field(alert, *path) for path in (("text",), ("user", "name"), ("user", "username")))
    start = f"{text or ''}\n\n{name or ''} ({username or ''})"
    whole = alert.body.plain()
    rest = whole.removeprefix(start)
    return whole.startswith(start) and (not rest or (rest.startswith("\nhttps://x.com/") and "\n" not in rest[1:]))


def counts(alert: Alert) -> list[str]:
    """Return how far the tweet and its author reach, a figure each; those that are known and above 0."""
    figures = [(field(alert, "metrics", name), name) for name in _COUNTED]
    figures.append((field(alert, "user", "followers"), "followers"))
    return [counted(n, what) for n, what in figures if isinstance(n, int) and type(n) is int and 0 < n < _COUNT_MAX]
