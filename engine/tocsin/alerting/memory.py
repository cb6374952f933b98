"""Which alerts have already been raised, so that a tweet seen twice is told once."""

from collections.abc import Iterable

from tocsin.model import AlertId


class AlertMemory:
    """Remembers the newest alert ids, at most `capacity`; about 120 bytes each.

    The store's primary key is what finally keeps an alert from being sent twice; this spares it the work, and lets
    the engine say that it withheld something.
    """

    def __init__(self, known: Iterable[AlertId] = (), *, capacity: int = 1_000_000) -> None:
        self._capacity = capacity
        self._ids: dict[AlertId, None] = {}
        for alert_id in known:
            self.remember(alert_id)

    def __contains__(self, alert_id: AlertId) -> bool:
        """Whether the alert has been raised."""
        return alert_id in self._ids

    def remember(self, alert_id: AlertId) -> None:
        """Note that the alert has been raised; past the capacity the oldest is forgotten."""
        self._ids[alert_id] = None
        if len(self._ids) > self._capacity:
            del self._ids[next(iter(self._ids))]

    def __len__(self) -> int:
        return len(self._ids)
