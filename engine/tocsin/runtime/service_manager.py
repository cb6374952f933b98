"""Tells systemd how we are: ready, alive, stopping, and a line of status.

Source: sd_notify(3), systemd.service(5) "Type=notify" and "WatchdogSec=". One datagram a message; no library needed.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import anyio

from tocsin.runtime.reloading.reload import Turns
from tocsin.telemetry.health import Health

_SAYS_EVERY: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """A chore that speaks to the service manager: `address` is its socket, `watchdog` the time it waits for a sign.

    The sign is sent from the event loop: where that is stuck, none is sent, and systemd starts us anew.
    """

    address: str
    watchdog: timedelta | None
    health: Health

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int, health: Health) -> "ServiceManager | None":
        """Return the one that started us, None if none did that wants to hear."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return None
        microseconds = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        is_asked = meant and microseconds.isascii() and microseconds.isdigit() and int(microseconds) > 0
        return cls(address, timedelta(microseconds=int(microseconds)) if is_asked else None, health)

    async def run(self, turns: Turns) -> None:
        """Say that we are ready, then how we are until cancelled, then that we stop."""
        every = _SAYS_EVERY if self.watchdog is None else min(self.watchdog / 3, _SAYS_EVERY)
        self._say("READY=1", self._status())
        try:
            while True:
                await anyio.sleep(every.total_seconds())
                self._say(*(["WATCHDOG=1"] if self.watchdog is not None else []), self._status())
        finally:
            self._say("STOPPING=1")

    def _status(self) -> str:
        problems = self.health.problems()
        said = "; ".join(problems) if problems else f"ready, {self.health.rules} rules, {self.health.tweets} tweets"
        # A line break would begin another assignment.
        return "STATUS=" + " ".join(said.split())

    def _say(self, *assignments: str) -> None:
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # A manager that can't be told is no reason to stop the work.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            speaking.setblocking(False)
            speaking.sendto("\n".join(assignments).encode("utf-8", "replace"), address)
