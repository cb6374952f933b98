"""Tells somebody which plugins are not used: those that were left out, and those that rest since they misbehaved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import anyio

from tocsin.clock import Clock
from tocsin.model import DestinationName, RuleId, Severity
from tocsin.runtime.notice import system_alert
from tocsin.runtime.reloading.reload import Turns

SENDER: Final = RuleId("tocsin.plugins")

LOOKS_EVERY: Final = timedelta(seconds=5)

AGAIN: Final = timedelta(hours=1)
"""A plugin that keeps failing is told of once in such a time."""


class Told:
    """What was said of which plugin when. Times are monotonic seconds: the wall clock may jump."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def news(self, problems: dict[str, str], now_s: float) -> list[str]:
        """Return the problems, by what they are about, that were not told for `AGAIN`; note them as told."""
        due = [about for about in problems if now_s - self._told.get(about, float("-inf")) >= AGAIN.total_seconds()]
        self._told.update(dict.fromkeys(due, now_s))
        return [problems[about] for about in due]


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginNotices:
    """Looks at what `problems` says, sentences by what they are about, and tells `destination` of what is new."""

    problems: Callable[[], dict[str, str]]
    destination: Callable[[], DestinationName | None]
    clock: Clock
    _told: Told = field(default_factory=Told, init=False)

    async def run(self, turns: Turns) -> None:
        """Look until cancelled."""
        while True:
            destination = self.destination()
            news = self._told.news(self.problems(), self.clock.monotonic()) if destination is not None else []
            if destination is not None and news:
                title = f"tocsin: {len(news)} plugin{'s are' if len(news) > 1 else ' is'} not used as meant"
                body = "\n".join(news)
                step = system_alert(SENDER, title, body, Severity.HIGH, destination, self.clock.now())
                await turns.between_tweets(lambda engine: None, step)
            await anyio.sleep(LOOKS_EVERY.total_seconds())
