"""Whether the stream is being seen, and since when it isn't."""

from datetime import datetime

from tocsin.model import Gap


class Sight:
    """Turns the comings and goings of connections into gaps, one for each stretch however many attempts it took."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._gap: Gap | None = None

    def lost(self, last_seen_at: datetime | None, cause: str) -> Gap:
        """Return the gap that is now open; `last_seen_at` is None for an attempt that never saw anything.

        A gap that is open already keeps its beginning and its cause.
        """
        if self._gap is None:
            self._gap = Gap(last_seen_at if last_seen_at is not None else self._started_at, None, cause)
        return self._gap

    def regained(self, at: datetime) -> Gap | None:
        """Return the gap that ends here; None if nothing was missed."""
        gap, self._gap = self._gap, None
        # The wall clock may have been set back meanwhile.
        return None if gap is None else Gap(min(gap.since, at), at, gap.cause)
