"""How many messages each destination may get now, and when the next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tocsin.alerting.limit import Limit, free, next_free_at
from tocsin.config.settings import DestinationSettings
from tocsin.model import DestinationName
from tocsin.runtime.dispatching.standings import Standings

FOR_PEOPLE: Final = Limit(40, timedelta(minutes=1))
"""What people get at most where tocsin.yaml says nothing: a burst of twenty, and as many again within the minute."""

_MACHINES = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
"""Schemes of URLs behind which a program listens: it can take every alert by itself."""


def limit_of(settings: DestinationSettings | None) -> Limit | None:
    """Return the limit of a destination; None if it has none, as programs haven't unless the file says so."""
    if settings is None or settings.is_unlimited:
        return None
    if settings.limit is not None:
        return settings.limit
    schemes = [url.reveal().partition("://")[0].lower() for url in settings.urls]
    return FOR_PEOPLE if any(scheme not in _MACHINES for scheme in schemes) else None


class Pacing:
    """The limits of all destinations, and what they leave room for."""

    def __init__(self, settings: Mapping[DestinationName, DestinationSettings], standings: Standings) -> None:
        self._standings = standings
        self._limits: dict[DestinationName, Limit] = {}
        self.replace(settings)

    def replace(self, settings: Mapping[DestinationName, DestinationSettings]) -> None:
        """Go by other settings from now on."""
        limits = {name: limit_of(entry) for name, entry in settings.items()}
        self._limits = {name: limit for name, limit in limits.items() if limit is not None}

    def free(self, now: datetime) -> dict[DestinationName, int]:
        """Return for each destination with a limit how many messages it may get now."""
        return {name: free(limit, self._standings.of(name).sent, now) for name, limit in self._limits.items()}

    def waits(self, now: datetime) -> dict[DestinationName, timedelta]:
        """Return for each destination that may get none at the moment how long until the next."""
        found = {n: next_free_at(limit, self._standings.of(n).sent, now) - now for n, limit in self._limits.items()}
        return {name: wait for name, wait in found.items() if wait > timedelta()}
