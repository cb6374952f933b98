"""The sections of tocsin.yaml by which tocsin is watched and kept within bounds."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from tocsin.config.fitting import discreet_fit
from tocsin.config.schema import HeartbeatShape, NoTweetsShape, RetentionShape
from tocsin.config.secret import Secret
from tocsin.config.settings import HeartbeatSettings, NoTweetsSettings, RetentionSettings
from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import DestinationName
from tocsin.rules.duration import parse_duration
from tocsin.rules.reading.destinations import unknown_destinations
from tocsin.rules.reading.schema import Shape

ALERTS_KEPT_AT_LEAST: Final = timedelta(days=1)
"""Who asks what became of an alert asks the next morning; the ids that tell copies apart are kept for a day anyway."""

_SHORTEST_SEEN: Final = timedelta(minutes=1)
_SHORTEST_BEAT: Final = timedelta(seconds=1)

_Shape = TypeVar("_Shape", bound=Shape)


class OperationsReader:
    """Reads `retention:`, `heartbeat:` and `source.no_tweets`; what is wrong gathers in `problems`."""

    def __init__(self, root: Path, destinations: Collection[DestinationName]) -> None:
        """`root` is the place of the file, `destinations` are those that it defines."""
        self._root = root
        self._destinations = destinations
        self.problems: list[Problem] = []

    def retention(self, value: Any) -> RetentionSettings:
        """Return how long the journal is kept."""
        at = (*self._root, "retention")
        shape = self._fit(RetentionShape, value, at)
        usual = RetentionSettings()
        if shape is None:
            return usual
        journal = self._duration(shape.journal, (*at, "journal"), ALERTS_KEPT_AT_LEAST, "somebody asks the next day")
        seen = self._duration(shape.seen, (*at, "seen"), _SHORTEST_SEEN, "it would be gone before anybody asks")
        return RetentionSettings(journal=journal or usual.journal, seen=seen or usual.seen)

    def heartbeat(self, value: Any) -> HeartbeatSettings | None:
        """Return where to the sign of life goes, and how often; None where there is none."""
        at = (*self._root, "heartbeat")
        shape = self._fit(HeartbeatShape, value, at)
        if shape is None:
            return None
        every = self._duration(shape.every, (*at, "every"), _SHORTEST_BEAT, "write 1m or 5m") or HeartbeatSettings.usual
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
        shape = self._fit(NoTweetsShape, value, at)
        if shape is None:
            return None
        after = self._duration(shape.after, (*at, "after"), _SHORTEST_BEAT, "write 10m or 1h")
        if shape.notify is not None:
            self.problems += unknown_destinations(shape.notify, (*at, "notify"), self._destinations)
        notify = None if shape.notify is None else DestinationName(shape.notify)
        return None if after is None else NoTweetsSettings(after=after, notify=notify)

    def _duration(self, text: str, at: Path, least: timedelta, why: str) -> timedelta | None:
        try:
            duration = parse_duration(text)
        except ValueError as error:
            self._note("bad-duration", str(error), at, "write 90s, 10m, 1h or 3d")
            return None
        if duration < least:
            self._note("bad-duration", f"too short: at least {_words(least)}", at, why)
            return None
        return duration

    def _fit(self, model: type[_Shape], value: Any, at: Path) -> _Shape | None:
        if value is None:
            return None
        shape, problems = discreet_fit(model, value, at)
        self.problems += problems
        return shape

    def _note(self, code: str, message: str, at: Path, hint: str) -> None:
        self.problems.append(Problem(code=code, message=message, at=at, hint=hint))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _words(duration: timedelta) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if duration.total_seconds() >= size:
            return f"{duration.total_seconds() / size:g}{unit}"
    return f"{duration.total_seconds():g}s"
