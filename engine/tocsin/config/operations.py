"""The sections of tocsin.yaml by which tocsin is watched and kept within bounds."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from tocsin.config.fitting import SectionReader
from tocsin.config.schema import HeartbeatShape, NoTweetsShape, RetentionShape
from tocsin.config.secret import Secret
from tocsin.config.settings import HeartbeatSettings, NoTweetsSettings, RetentionSettings
from tocsin.logic.ast import Path
from tocsin.model import DestinationName
from tocsin.rules.duration import duration_text
from tocsin.rules.reading.destinations import unknown_destinations

ALERTS_KEPT_AT_LEAST: Final = timedelta(days=1)
"""Who asks what became of an alert asks the next morning; the ids that tell copies apart are kept for a day anyway."""

_SHORTEST_SEEN: Final = timedelta(minutes=1)
_SHORTEST_BEAT: Final = timedelta(seconds=1)


class OperationsReader(SectionReader):
    """Reads `retention:`, `heartbeat:` and `source.no_tweets`; what is wrong gathers in `problems`."""

    def __init__(self, root: Path, destinations: Collection[DestinationName]) -> None:
        """`root` is the place of the file, `destinations` are those that it defines."""
        super().__init__()
        self._root = root
        self._destinations = destinations

    def retention(self, value: Any) -> RetentionSettings:
        """Return how long the journal is kept."""
        at = (*self._root, "retention")
        shape = None if value is None else self._fit(RetentionShape, value, at)
        usual = RetentionSettings()
        if shape is None:
            return usual
        journal = self._at_least(ALERTS_KEPT_AT_LEAST, shape.journal, (*at, "journal"), "somebody asks the next day")
        seen = self._at_least(_SHORTEST_SEEN, shape.seen, (*at, "seen"), "it would be gone before anybody asks")
        return RetentionSettings(journal=journal or usual.journal, seen=seen or usual.seen)

    def heartbeat(self, value: Any) -> HeartbeatSettings | None:
        """Return where to the sign of life goes, and how often; None where there is none."""
        at = (*self._root, "heartbeat")
        shape = None if value is None else self._fit(HeartbeatShape, value, at)
        if shape is None:
            return None
        every = self._at_least(_SHORTEST_BEAT, shape.every, (*at, "every"), "write 1m or 5m") or HeartbeatSettings.usual
        if DestinationName(shape.to) in self._destinations:
            return HeartbeatSettings(destination=DestinationName(shape.to), every=every)
        if _is_web_address(shape.to):
            return HeartbeatSettings(url=Secret(shape.to), every=every)
        # What was written is not shown: it may be an address with a key in it.
        hint = "name a destination, or write https://host/path"
        self._note("bad-url", "neither a destination nor a web address", (*at, "to"), hint)
        return None

    def no_tweets(self, value: Any) -> NoTweetsSettings | None:
        """Return after how long without a tweet somebody is told; None where nobody is."""
        at = (*self._root, "source", "no_tweets")
        shape = None if value is None else self._fit(NoTweetsShape, value, at)
        if shape is None:
            return None
        after = self._at_least(_SHORTEST_BEAT, shape.after, (*at, "after"), "write 10m or 1h")
        if shape.notify is not None:
            self.problems += unknown_destinations(shape.notify, (*at, "notify"), self._destinations)
        notify = None if shape.notify is None else DestinationName(shape.notify)
        return None if after is None else NoTweetsSettings(after=after, notify=notify)

    def _at_least(self, least: timedelta, text: str, at: Path, why: str) -> timedelta | None:
        duration = self._duration(text, at, "write 90s, 10m, 1h or 3d")
        if duration is not None and duration < least:
            self._note("bad-duration", f"too short: at least {duration_text(least)}", at, why)
            return None
        return duration


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
