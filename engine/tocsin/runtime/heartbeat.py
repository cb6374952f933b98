"""The dead-man signal: a sign of life while all is well, for somebody who minds when it stops."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import anyio

from tocsin import __version__
from tocsin.clock import Clock
from tocsin.config.secret import Secret
from tocsin.config.settings import HeartbeatSettings
from tocsin.model import DestinationName, RuleId, Severity
from tocsin.runtime.notice import system_alert
from tocsin.runtime.reloading.reload import Turns
from tocsin.telemetry.observer import Observer

SENDER: Final = RuleId("tocsin.heartbeat")

_WITHIN: Final = timedelta(seconds=10)
_LOOKS_EVERY: Final = timedelta(seconds=5)
"""How soon a heartbeat that comes with a reload begins, and one that waits for readiness is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Sends a sign of life every so often while tocsin is ready, and none while it isn't: that is its meaning.

    `settings` gives what is in force, None while there is to be none.
    """

    settings: Callable[[], HeartbeatSettings | None]
    observer: Observer
    clock: Clock

    async def run(self, turns: Turns) -> None:
        """Send until cancelled; the first one as soon as tocsin is ready."""
        due_s = self.clock.monotonic()
        withheld = False
        while True:
            settings = self.settings()
            if settings is not None and self.clock.monotonic() >= due_s:
                problems = self.observer.health.problems()
                if not problems:
                    await self._send(settings, turns)
                    due_s = self.clock.monotonic() + settings.every.total_seconds()
                elif not withheld:
                    self.observer.heartbeat("withheld", "; ".join(problems))
                withheld = bool(problems)
            await anyio.sleep(self._pause(settings, due_s))

    def _pause(self, settings: HeartbeatSettings | None, due_s: float) -> float:
        if settings is None:
            return _LOOKS_EVERY.total_seconds()
        every_s = min(settings.every, _LOOKS_EVERY).total_seconds()
        left_s = due_s - self.clock.monotonic()
        return min(left_s, every_s) if left_s > 0 else every_s

    async def _send(self, settings: HeartbeatSettings, turns: Turns) -> None:
        if settings.destination is not None:
            await self._tell(settings.destination, turns)
        elif settings.url is not None:
            problem = await _fetch(settings.url)
            self.observer.heartbeat("sent" if problem is None else "failed", problem or "")

    async def _tell(self, destination: DestinationName, turns: Turns) -> None:
        health, now = self.observer.health, self.clock.now()
        last = "none yet" if health.last_tweet_at is None else f"{health.last_tweet_at:%Y-%m-%d %H:%M:%S}Z"
        body = f"{health.tweets} tweets and {health.alerts} alerts since the start; the last tweet: {last}"
        step = system_alert(SENDER, "tocsin is well", body, Severity.INFO, destination, now)
        await turns.between_tweets(lambda engine: None, step)
        self.observer.heartbeat("sent", "")


async def _fetch(url: Secret) -> str | None:
    """Fetch an address; return why that failed, None if it did not. The address is not shown: it may hold a key."""
    import httpx

    headers = {"user-agent": f"tocsin/{__version__}"}
    try:
        # Redirects stay off: the address is for one place. Nothing of the answer but its status is of use.
        client = httpx.AsyncClient(timeout=_WITHIN.total_seconds(), headers=headers)
        with anyio.fail_after(_WITHIN.total_seconds()):
            async with client, client.stream("GET", url.reveal()) as response:
                return None if response.is_success else f"answered {response.status_code}"
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return type(error).__name__
