"""Recognises a tweet that came before, the same to the letter, e.g. because a reconnected server sent it again."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec

CAPACITY: Final = 50_000
"""Tweets remembered: more than eight minutes at the 100 a second that a connection is allowed; about 6 MB."""


_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


class Duplicates:
    """A bounded memory of what tweets said; the one seen longest ago is forgotten first.

    The same id with other content, e.g. more retweets, is not a duplicate: rules may wait for a threshold.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._known: dict[bytes, None] = {}

    def is_repeat(self, data: Mapping[str, Any]) -> bool:
        """Return whether this very content is remembered, and remember it from now on."""
        digest = blake2b(_ENCODE(data), digest_size=16).digest()
        is_known = digest in self._known
        if is_known:
            del self._known[digest]
        elif len(self._known) >= self._capacity:
            del self._known[next(iter(self._known))]
        self._known[digest] = None
        return is_known
