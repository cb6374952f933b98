"""What the dispatcher asks of a destination. `tests/conformance/test_destination.py` is the suite for each."""

from typing import Protocol

from tocsin.model import Alert, DestinationName, Outcome


class Destination(Protocol):
    """Takes one alert at a time to one service."""

    @property
    def name(self) -> DestinationName:
        """The name in tocsin.yaml; the only thing about it that is ever shown."""
        ...

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Send and wait for the answer. Blocks; called from this destination's own thread, one call at a time."""
        ...
