"""What a check-up found."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check-up: what was looked at, how it is, and what to do about it (empty if nothing)."""

    level: Level
    name: str
    says: str
    remedy: str = ""


def ok(name: str, says: str) -> Finding:
    """Return that all is well with something."""
    return Finding("ok", name, says)


def warn(name: str, says: str, remedy: str) -> Finding:
    """Return what somebody should look at."""
    return Finding("warn", name, says, remedy)


def fail(name: str, says: str, remedy: str) -> Finding:
    """Return what keeps tocsin from doing its work."""
    return Finding("fail", name, says, remedy)
