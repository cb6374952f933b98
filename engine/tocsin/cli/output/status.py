"""The line at the bottom of a terminal that says how the engine is doing."""

import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from rich.console import Console
from rich.live import Live
from rich.text import Text

from tocsin.clock import Clock
from tocsin.errors import ungrouped
from tocsin.telemetry.health import Health

REFRESHES_PER_S = 4
RATE_WINDOW_S = 3.0


class Rate:
    """How fast a count grows, over the last few seconds."""

    def __init__(self, window_s: float = RATE_WINDOW_S) -> None:
        self._window_s = window_s
        self._seen: deque[tuple[float, int]] = deque()

    def per_s(self, at_s: float, count: int) -> float:
        """Take note of the count at an instant (monotonic seconds) and return its growth per second."""
        self._seen.append((at_s, count))
        while self._seen[0][0] < at_s - self._window_s:
            self._seen.popleft()
        first_at, first = self._seen[0]
        return (count - first) / (at_s - first_at) if at_s > first_at else 0.0


def status_text(health: Health, tweets_per_s: float) -> Text:
    """Return the status line: connection, rate, rules, alerts, and what is wrong."""
    good = health.connection == "connected"
    line = Text.assemble(("● " if good else "○ ", "green" if good else "yellow"), health.connection)
    for label, value in (
        ("tweets/s", f"{tweets_per_s:.0f}"),
        ("rules", f"{health.rules:,}"),
        ("alerts", f"{health.alerts:,}"),
        ("delivered", f"{health.delivered:,}"),
    ):
        line.append("   ")
        line.append(value, "bold").append(f" {label}", "dim")
    if health.dead_letters:
        line.append(f"   {health.dead_letters:,} dead letters", "bold red")
    if health.reload_problem:
        line.append("   changed rules are not in force", "bold red")
    if health.store_problem:
        line.append(f"   {health.store_problem}", "bold red")
    return line


@asynccontextmanager
async def live_status(console: Console, health: Health, clock: Clock) -> AsyncIterator[None]:
    """Keep the status line at the bottom of `console` while the block runs; nothing where it is no terminal."""
    if not console.is_terminal:
        yield
        return
    rate = Rate()

    def line() -> Text:
        return status_text(health, rate.per_s(clock.monotonic(), health.tweets))

    async def refresh(live: Live) -> None:
        while True:
            live.update(line(), refresh=True)
            await anyio.sleep(1 / REFRESHES_PER_S)

    # A stream that goes elsewhere, such as a file, must not end up at the terminal.
    live_line = Live(
        line(),
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=sys.stderr.isatty(),
    )
    with live_line as live, ungrouped():
        async with anyio.create_task_group() as group:
            group.start_soon(refresh, live)
            yield
            group.cancel_scope.cancel()
