"""Decides what follows an attempt: settled, another try, or none; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias, assert_never

from tocsin.model import Delivered, Outcome, Refused, Unreachable

FIRST = timedelta(seconds=1)
CAP = timedelta(minutes=5)
RETRY_AFTER_MAX = timedelta(hours=24)
"""A service that names a longer pause is taken to mean this: a broken header must not hold an alert for a year."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The service has it."""

    detail: str


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again, not before `at`."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further try: a dead letter."""

    reason: str


NextStep: TypeAlias = Settled | RetryAt | GiveUp


def pause(failures: int, rng: Random) -> timedelta:
    """Return how long to wait after `failures` (from 1) in a row, with full jitter: within 1 s, doubling to 5 min.

    Raises:
        ValueError: `failures` is below 1.
    """
    if failures < 1:
        raise ValueError(f"failures count from 1, got {failures}")
    # Bounded exponent: outages can be long, and 2 ** 10 seconds is past the cap anyway.
    ceiling = min(CAP, FIRST * (1 << min(failures - 1, 10)))
    return ceiling * rng.random()


def next_step(
    outcome: Outcome,
    attempt: int,
    first_tried_at: datetime,
    now: datetime,
    rng: Random,
    retry_for: timedelta,
) -> NextStep:
    """Return what becomes of a delivery after its `attempt`-th send (from 1).

    A refusal is final. Without a usable answer the next try comes after `pause`, never before the time that the
    service named, until `retry_for` has passed since the first; the last try falls at its end.
    """
    match outcome:
        case Delivered(detail):
            return Settled(detail)
        case Refused(reason):
            return GiveUp(reason)
        case Unreachable(reason, _, retry_after):
            until = first_tried_at + retry_for
            if now >= until:
                return GiveUp(f"gave up after {attempt} attempts in {_hours(now - first_tried_at)}: {reason}")
            at = min(now + pause(attempt, rng), until)
            if retry_after is not None:
                at = max(at, now + min(retry_after, RETRY_AFTER_MAX))
            return RetryAt(at, reason)
        case _:
            assert_never(outcome)


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 1 else f"{span.total_seconds():.0f} s"
