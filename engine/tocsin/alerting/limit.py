"""How many messages a destination may get in a period; pure.

Not a token bucket: a full one lets through twice its size within its period, and people take `30/h` at its word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.rules.flood import parse_rate

MOST: Final = 1_000
"""The largest count: the times of that many messages are kept."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `period`. Half of them may follow one another at once."""

    count: int
    period: timedelta

    @property
    def burst(self) -> int:
        """How many may go out at once."""
        return (self.count + 1) // 2


def parse_limit(text: str) -> Limit:
    """Return the limit that a text such as `30/h` means.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    rate = parse_rate(text, quoted=False)  # what stands at a destination may be a secret in the wrong place
    if rate.limit > MOST:
        raise ValueError(f"more than {MOST:,}: write a shorter period")
    return Limit(rate.limit, rate.period)


def free(limit: Limit, sent: Sequence[datetime], now: datetime) -> int:
    """Return how many messages may go out now, given when earlier ones did (oldest first).

    Up to half of the count at once. Beyond that the rest of the period is divided among what is left, so that a storm
    is still told of while it lasts.
    """
    recent = within(limit, sent, now)
    if len(recent) < limit.burst:
        return limit.burst - len(recent)
    return int(next_free_at(limit, sent, now) <= now)


def next_free_at(limit: Limit, sent: Sequence[datetime], now: datetime) -> datetime:
    """Return when the next message may go out, `now` at the earliest."""
    recent = within(limit, sent, now)
    if len(recent) < limit.burst:
        return now
    left = limit.count - len(recent)
    over = recent[-limit.count if left <= 0 else 0] + limit.period
    if left <= 0:
        return over
    return max(now, recent[-1] + (over - recent[-1]) / (left + 1))


def within(limit: Limit, sent: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """Return those of the messages that still count: not older than the period, and not of a clock since set back."""
    return tuple(at for at in sent if now - limit.period < at <= now)[-limit.count :]
