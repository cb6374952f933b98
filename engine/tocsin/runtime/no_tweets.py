"""Notices a stream that is connected and silent: asks it anew once, tells somebody, and tells when it is over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import anyio

from tocsin.clock import Clock
from tocsin.config.settings import NoTweetsSettings
from tocsin.model import DestinationName, RuleId, Severity
from tocsin.rules.duration import duration_text
from tocsin.runtime.notice import system_alert
from tocsin.runtime.reloading.reload import Turns
from tocsin.telemetry.observer import Observer

SENDER: Final = RuleId("tocsin.stream")

_LONGEST_LOOK: Final = timedelta(seconds=5)
_LOOKS_WITHIN: Final = 10
"""How many times it is looked within the time after which the silence is told."""

Finding: TypeAlias = Literal["silent", "back"]


class Silence:
    """Decides when a stream is silent. Times are monotonic seconds: the wall clock may jump."""

    def __init__(self) -> None:
        self._received = -1
        self._quiet_since_s: float | None = None
        self._told = False

    def look(self, now_s: float, *, connected: bool, received: int, after: timedelta) -> Finding | None:
        """Return what there is to tell; `received` counts the tweets that ever came.

        The time counts from the last tweet, or from the connection if that came later: while nothing is connected,
        that is what there is to tell, and it is told elsewhere.
        """
        if received != self._received:
            self._received, self._quiet_since_s = received, now_s
            was_told, self._told = self._told, False
            return "back" if was_told else None
        if not connected:
            self._quiet_since_s = None
            return None
        if self._quiet_since_s is None:
            self._quiet_since_s = now_s
        if self._told or now_s - self._quiet_since_s < after.total_seconds():
            return None
        self._told = True
        return "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTweets:
    """Watches the stream. `settings` gives what is in force, None while nobody asked for this.

    `ask_anew` sends the subscriptions again; None where the source is no stream. `destination` hears of it; what it
    returns may change with a reload.
    """

    settings: Callable[[], NoTweetsSettings | None]
    destination: Callable[[], DestinationName | None]
    ask_anew: Callable[[], None] | None
    observer: Observer
    clock: Clock
    _silence: Silence = field(default_factory=Silence, init=False)

    async def run(self, turns: Turns) -> None:
        """Watch until cancelled."""
        while True:
            settings = self.settings()
            pause = _LONGEST_LOOK
            if settings is not None:
                await self._look(settings, turns)
                pause = min(settings.after / _LOOKS_WITHIN, _LONGEST_LOOK)
            await anyio.sleep(pause.total_seconds())

    async def _look(self, settings: NoTweetsSettings, turns: Turns) -> None:
        health = self.observer.health
        found = self._silence.look(
            self.clock.monotonic(),
            connected=health.connection == "connected",
            received=health.received,
            after=settings.after,
        )
        match found:
            case "silent":
                self.observer.silent(settings.after)
                if self.ask_anew is not None:
                    self.ask_anew()
                await self._tell(
                    turns,
                    f"tocsin: no tweets for {duration_text(settings.after)}",
                    "The stream is connected and answers, but no tweet came. It was asked for them once more. Is the "
                    "key still good for what is subscribed to, and is what is subscribed to still talked about?",
                    Severity.HIGH,
                )
            case "back":
                self.observer.tweets_again()
                await self._tell(turns, "tocsin: tweets come again", "", Severity.INFO)
            case None:
                return

    async def _tell(self, turns: Turns, title: str, body: str, severity: Severity) -> None:
        destination, now = self.destination(), self.clock.now()
        if destination is not None:
            step = system_alert(SENDER, title, body, severity, destination, now)
            await turns.between_tweets(lambda engine: None, step)
