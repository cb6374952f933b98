"""Whether a delivery that is due may go out now, or waits for the end of quiet hours or of a digest's period; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from tocsin.alerting.quiet import Quiet, held_until
from tocsin.model import Delivery, Held, Severity

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Everything less loud than `bypass` is collected, and goes out as one message at the end of each period."""

    every: timedelta
    bypass: Severity | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits until an instant; `held` says for what, `reason` in words."""

    until: datetime
    held: Held
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """It is not sent at all."""

    reason: str


Verdict: TypeAlias = Hold | Drop | None
"""None: it may go."""


def verdict(delivery: Delivery, quiet: Quiet | None, digest: Digest | None, now: datetime) -> Verdict:
    """Return what becomes of a delivery that is due."""
    name, severity = delivery.destination, delivery.alert.severity
    if quiet is not None and not _passes(severity, quiet.bypass):
        until = held_until(now, quiet)
        if until is not None:
            if quiet.then == "drop":
                return Drop(f"quiet hours of {name!r}, which drop what comes meanwhile")
            # Collected by night, what is for a digest need not be collected again by day.
            held: Held = "quiet" if digest is None or _passes(severity, digest.bypass) else "digest"
            return Hold(until, held, f"quiet hours of {name!r} until {_shown(until, quiet)}")
    is_new = delivery.held != "digest" and delivery.bundle is None and delivery.attempts == 0
    if digest is not None and is_new and not _passes(severity, digest.bypass):
        until = period_end(now, digest.every)
        return Hold(until, "digest", f"for the digest of {name!r} at {until:%Y-%m-%d %H:%M:%S} UTC")
    return None


def period_end(now: datetime, every: timedelta) -> datetime:
    """Return the next end of a period: periods follow one another since midnight UTC of 1 January 1970."""
    return _EPOCH + ((now - _EPOCH) // every + 1) * every


def _passes(severity: Severity, bypass: Severity | None) -> bool:
    return bypass is not None and severity.rank >= bypass.rank


def _shown(until: datetime, quiet: Quiet) -> str:
    return f"{until.astimezone(quiet.zone):%Y-%m-%d %H:%M %Z}"
