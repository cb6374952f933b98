"""Metrics whose labels stay within bounds, however many rules come and go by reloads."""

from typing import Generic, Protocol, TypeVar

MOST: int = 10_000
"""As many series as one metric may have; what is beyond them shares one, of which every label is `other`."""

OTHER = "other"

Child = TypeVar("Child")
Made_co = TypeVar("Made_co", covariant=True)


class _Family(Protocol[Made_co]):
    def labels(self, **values: str) -> Made_co:
        """Return the series of these values; made if there is none."""
        ...


class Bounded(Generic[Child]):
    """A metric with labels that never grows past `most` series."""

    def __init__(self, family: _Family[Child], most: int = MOST) -> None:
        self._family = family
        self._most = most
        # Kept at hand: the family checks names and takes a lock at every call.
        self._known = dict[tuple[str, ...], Child]()

    def labels(self, **values: str) -> Child:
        """Return the series of these values."""
        key = tuple(values.values())
        child = self._known.get(key)
        if child is None:
            if len(self._known) >= self._most:
                return self._family.labels(**dict.fromkeys(values, OTHER))
            child = self._known[key] = self._family.labels(**values)
        return child
