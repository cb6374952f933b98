"""Stand-ins for what lies outside."""

from collections.abc import Iterable

from tocsin.model import Alert, Delivered, DestinationName, Outcome


class FakeDestination:
    """A destination that keeps what it is sent, and answers as it is told: `outcomes` in order, then Delivered."""

    def __init__(self, name: str = "fake", outcomes: Iterable[Outcome] = ()) -> None:
        self._name = DestinationName(name)
        self._outcomes = iter(tuple(outcomes))
        self.alerts: list[Alert] = []

    @property
    def name(self) -> DestinationName:
        """Its name."""
        return self._name

    @property
    def titles(self) -> list[str]:
        """The titles of what was sent, in order."""
        return [alert.title.plain() for alert in self.alerts]

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Keep the alert."""
        del attempt
        self.alerts.append(alert)
        return next(self._outcomes, Delivered())
