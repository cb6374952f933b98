"""What can be made to go wrong, and the scripts that say when.

A script is YAML or JSON: a list of `{at: 5s, do: drop}` or `{after: 100, do: close, code: 1011}`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from tocsin.errors import ConfigError
from tocsin.rules.duration import parse_duration


@dataclass(frozen=True, slots=True)
class Close:
    """A WebSocket close. 1005 sends no code; 1006 can't be sent and is a `Drop`."""

    code: int = 1011
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """The TCP connection ends (FIN) without a WebSocket close."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The TCP connection is reset (RST)."""


@dataclass(frozen=True, slots=True)
class Stall:
    """No tweets are sent for a time, then on with the newest; pings are sent and answered. None: for good."""

    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Nothing is read or written any more while the connection stays open; after a time it is dropped, or never."""

    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """Messages that are proper WebSocket and no proper message: bad JSON, binary, deep nesting and more."""


@dataclass(frozen=True, slots=True)
class Oversize:
    """A well-formed tweet whose text is of this size."""

    size_bytes: int = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnsolicitedPong:
    """A pong that nobody asked for, which is legal."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no WebSocket frame."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """New handshakes are answered with a status, a number of times or for a time; open connections stay.

    Whichever of `attempts` and `lasts` ends first; without both, one attempt.
    """

    status: int = 503
    retry_after: str | None = None
    location: str | None = None
    attempts: int | None = None
    lasts: timedelta | None = None


SessionFault: TypeAlias = Close | Drop | Reset | Stall | HalfOpen | Malformed | Oversize | UnsolicitedPong | Garbage
Fault: TypeAlias = SessionFault | Refuse


@dataclass(frozen=True, slots=True)
class Timed:
    """A fault, and when: that long after the first tweet was due, or once so many tweets have been played."""

    fault: Fault
    at: timedelta | None = None
    after: int | None = None


_NAMES: Final[Mapping[str, Callable[..., Fault]]] = {
    "close": Close,
    "drop": Drop,
    "rst": Reset,
    "stall": Stall,
    "half-open": HalfOpen,
    "malformed": Malformed,
    "oversize": Oversize,
    "unsolicited-pong": UnsolicitedPong,
    "garbage": Garbage,
    "refuse": Refuse,
}
FAULT_NAMES: Final = tuple(_NAMES)

_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "close": frozenset({"code", "reason"}),
    "stall": frozenset({"for"}),
    "half-open": frozenset({"for"}),
    "oversize": frozenset({"size"}),
    "refuse": frozenset({"status", "retry_after", "location", "attempts", "for"}),
}
_NUMBERS: Final = {"code": (1000, 4999), "status": (300, 599), "attempts": (1, 10**9), "size": (1, 2**28)}
_FIELDS: Final = {"for": "lasts", "size": "size_bytes"}


def name_of(fault: Fault) -> str:
    """Return what a fault is called in scripts."""
    return next(name for name, kind in _NAMES.items() if kind is type(fault))


def read_script(path: Path) -> tuple[Timed, ...]:
    """Return the faults of a file, in its order.

    Raises:
        ConfigError: it can't be read, or an entry isn't a fault; the message names file and entry.
    """
    try:
        script = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"the faults in {path} can't be read: {error}") from error
    if not isinstance(script, list):
        raise ConfigError(f"{path} must hold a list of faults such as - {{at: 5s, do: drop}}")
    faults = []
    for number, entry in enumerate(script, 1):
        try:
            faults.append(fault_from(entry))
        except ValueError as error:
            raise ConfigError(f"{path}, entry {number}: {error}") from error
    return tuple(faults)


def read_option(text: str) -> Timed:
    """Return the fault that `drop after=100` or `refuse at=5s status=429 retry_after=5` stands for.

    Raises:
        ValueError: it isn't one.
    """
    name, *options = text.split()
    if not all("=" in option for option in options):
        raise ValueError(f"{text!r}: after the fault's name come options such as after=100")
    return fault_from({"do": name, **dict(option.split("=", 1) for option in options)})


def fault_from(entry: Any) -> Timed:
    """Return the fault that one entry of a script stands for.

    Raises:
        ValueError: it isn't one; the message says why.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("do"), str):
        raise ValueError(f"a fault looks like {{at: 5s, do: drop}}, not {json.dumps(entry, default=str)[:80]}")  # noqa: TRY004
    options = {str(name): value for name, value in entry.items()}
    name = options.pop("do")
    if name not in _NAMES:
        raise ValueError(f"no fault {name!r}: there are {', '.join(_NAMES)}")
    at = _duration("at", options.pop("at")) if "at" in options else None
    after = _number("after", options.pop("after"), 0, 10**12) if "after" in options else None
    if (at is None) == (after is None):
        raise ValueError(f"{name} needs either `at`, a time, or `after`, a number of tweets")
    unknown = options.keys() - _OPTIONS.get(name, frozenset())
    if unknown:
        raise ValueError(f"{name} has no option {min(unknown)!r}")
    fields = {_FIELDS.get(option, option): _value(option, value) for option, value in options.items()}
    return Timed(_NAMES[name](**fields), at, after)


def _value(option: str, value: Any) -> Any:
    if option == "for":
        return _duration(option, value)
    if option in _NUMBERS:
        return _number(option, value, *_NUMBERS[option])
    # Retry-After may be an HTTP date, so any text goes; a duration is turned into its seconds.
    if option == "retry_after" and isinstance(value, str) and value[-1:].isalpha() and " " not in value:
        return str(round(_duration(option, value).total_seconds()))
    return str(value)


def _duration(option: str, value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, str):
        raise ValueError(f"`{option}` is a duration such as 5s, not {value!r}")  # noqa: TRY004
    # Elsewhere no time at all is a slip; here it means at once.
    return timedelta(0) if value in {"0", "0s"} else parse_duration(value)


def _number(option: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"`{option}` is a whole number from {low} to {high}, not {value!r}")
    return value
