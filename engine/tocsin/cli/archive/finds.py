"""What became of a block of lines: alerts as they are printed, and notes."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.model import AlertId


@dataclass(frozen=True, slots=True)
class Said:
    """An alert as its line of JSON, without the newline; `is_shadow` says that its rule is in stage shadow."""

    alert_id: AlertId
    line: str
    is_shadow: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text for standard error; `line` counts from 0, from where its block begins."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a block: alerts and notes, in the order of its lines.

    `begins_at` are the bytes before it; `lines` how many lines it has, None if nobody counted those of a file.
    """

    said: tuple[Said | Note, ...]
    begins_at: int
    lines: int | None


def failure_text(tweet_id: str, rule_id: str, error: str) -> str:
    """Return the note that something of a rule couldn't be evaluated on a tweet."""
    return f"tweet {tweet_id}: rule {rule_id} failed: {error}"


def instant_text(at: datetime) -> str:
    """Return an instant in UTC as it is printed."""
    return at.isoformat().replace("+00:00", "Z")
