"""What we ask the stream for: from the wanted subscriptions to the messages that bring the server there.

The specification doesn't say whether a second `subscribe` adds or replaces, nor whether `unsubscribe` takes values
from one subscription or from all. So messages are only sent where every reading leads to the same tweets; where none
does, a fresh connection starts from nothing. Never is less asked for than is wanted, not even for a moment: additions
are sent before removals. The server sends no acknowledgement, so what it holds is our own belief.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from tocsin.config.settings import Subscription

LEFTOVERS: Final = 50
"""Superseded subscriptions that may stay on the server, each narrower than a wanted one, before a fresh connection."""


@final
@dataclass(frozen=True, slots=True)
class FreshConnection:
    """No message leads from what the server holds to what is wanted: connect anew."""


@dataclass(frozen=True, slots=True)
class _Filter:
    """A subscription by value: the order of its lists, repeats and a minimum of zero don't count."""

    keywords: frozenset[str]
    users: frozenset[str]
    language: frozenset[str]
    min_retweets: int

    @classmethod
    def of(cls, subscription: Subscription) -> "_Filter":
        return cls(
            keywords=frozenset(subscription.keywords),
            users=frozenset(subscription.users),
            language=frozenset() if subscription.language is None else frozenset([subscription.language]),
            min_retweets=max(subscription.min_retweets or 0, 0),
        )

    def includes(self, other: "_Filter") -> bool:
        """Return whether every tweet that `other` lets through passes here too."""
        return (
            _includes(self.keywords, other.keywords)
            and _includes(self.users, other.users)
            and _includes(self.language, other.language)
            and self.min_retweets <= other.min_retweets
        )

    def without(self, values: "_Values") -> "_Filter":
        return _Filter(
            keywords=self.keywords - values.keywords,
            users=self.users - values.users,
            language=self.language - values.language,
            min_retweets=0 if self.min_retweets in values.min_retweets else self.min_retweets,
        )

    def constrains(self) -> frozenset[str]:
        """Return the names of the fields that hold something."""
        return frozenset(name for name in ("keywords", "users", "language", "min_retweets") if getattr(self, name))

    def message(self) -> str:
        filters: dict[str, Any] = {}
        for name in ("keywords", "users"):
            if values := getattr(self, name):
                filters[name] = sorted(values)
        for language in self.language:
            filters["language"] = language
        if self.min_retweets:
            filters["min_retweets"] = self.min_retweets
        return json.dumps({"action": "subscribe", "filters": filters})


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of several filters, by field."""

    keywords: frozenset[str]
    users: frozenset[str]
    language: frozenset[str]
    min_retweets: frozenset[int]

    @classmethod
    def of(cls, filters: Iterable[_Filter]) -> "_Values":
        known = tuple(filters)
        return cls(
            keywords=frozenset[str]().union(*(each.keywords for each in known)),
            users=frozenset[str]().union(*(each.users for each in known)),
            language=frozenset[str]().union(*(each.language for each in known)),
            min_retweets=frozenset(each.min_retweets for each in known if each.min_retweets),
        )

    def minus(self, other: "_Values") -> "_Values":
        return _Values(
            keywords=self.keywords - other.keywords,
            users=self.users - other.users,
            language=self.language - other.language,
            min_retweets=self.min_retweets - other.min_retweets,
        )

    def unsubscribe_messages(self) -> tuple[str, ...]:
        """Return the messages that take these values out: one, unless several languages or minima must go."""
        first: dict[str, Any] = {}
        if self.keywords:
            first["keywords"] = sorted(self.keywords)
        if self.users:
            first["users"] = sorted(self.users)
        rest: list[dict[str, Any]] = [{"language": value} for value in sorted(self.language)]
        rest += [{"min_retweets": value} for value in sorted(self.min_retweets)]
        filters = [first, *rest] if first else rest
        return tuple(json.dumps({"action": "unsubscribe", "filters": each}) for each in filters)


class SubscriptionState:
    """The wanted subscriptions, and what one server connection holds of them."""

    def __init__(self, wanted: Sequence[Subscription]) -> None:
        self._wanted: tuple[_Filter, ...] = ()
        self._held: tuple[_Filter, ...] = ()
        self.want(wanted)

    def want(self, subscriptions: Sequence[Subscription]) -> None:
        """Change the wanted set; `changes` then says what to send."""
        self._wanted = tuple(dict.fromkeys(_Filter.of(each) for each in subscriptions))

    def reconnected(self) -> None:
        """Note a new connection: the server holds nothing of ours."""
        self._held = ()

    def changes(self) -> tuple[str, ...] | FreshConnection:
        """Return the messages that bring the server to the wanted set, and take them as sent."""
        added = tuple(each for each in self._wanted if each not in self._held)
        stale = tuple(each for each in self._held if not self._is_wanted(each))
        staying = (*(each for each in self._held if each not in stale), *added)
        out = _Values.of(stale).minus(_Values.of(staying))
        rests: list[_Filter] = []
        for each in stale:
            rest = each.without(out)
            if each.constrains() and not rest.constrains():
                continue  # emptied: by every reading it is gone
            if rest.constrains() != each.constrains() or not self._is_wanted(rest):
                return FreshConnection()
            rests.append(rest)
        held = (*staying, *rests)
        if len(held) > len(self._wanted) + LEFTOVERS:
            return FreshConnection()
        self._held = held
        return (*(each.message() for each in added), *(out.unsubscribe_messages() if stale else ()))

    def _is_wanted(self, held: _Filter) -> bool:
        return any(wanted.includes(held) for wanted in self._wanted)


def _includes(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Return whether the narrow list lets no more through; an empty list lets everything through."""
    return not wide or (bool(narrow) and narrow <= wide)
