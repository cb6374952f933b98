"""What a source is to the engine: something that fills an inbox until it is cancelled, ends, or is refused."""

from typing import Protocol

from tocsin.sources.events import Connected, Disconnected, Duplicate, Received, SourceEvent, Unusable
from tocsin.sources.inbox import Inbox

__all__ = ["Connected", "Disconnected", "Duplicate", "Inbox", "Received", "Source", "SourceEvent", "Unusable"]


class Source(Protocol):
    """Fills an inbox with what it sees."""

    async def run(self, inbox: Inbox) -> None:
        """Put events into the inbox until cancelled, or until the source has no more.

        Raises:
            StreamRefused: the provider refused us for good.
        """
        ...
