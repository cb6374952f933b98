"""How a connection can end, and what each ending tells us to do."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class HandshakeRefused:
    """The server answered the handshake with an HTTP status; `answer` is the beginning of its body."""

    status: int
    retry_after: str | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A close frame came, or wsproto found a frame that breaks the protocol and names the code for that."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The connection was cut without a close frame (1006)."""

    reason: str = "the connection was cut without a close frame (1006)"


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came, not even an answer to our pings: half open."""

    silence: timedelta


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection came about: name, address, TLS or time."""

    reason: str


@dataclass(frozen=True, slots=True)
class Garbled:
    """What answered the handshake doesn't speak HTTP or WebSocket."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A message was longer than we take; we closed with 1009."""

    limit_bytes: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """We ended it: only a fresh connection could bring about the wanted subscriptions."""


Ending: TypeAlias = HandshakeRefused | Closed | Broken | Silent | Unreachable | Garbled | TooLarge | Replaced


@dataclass(frozen=True, slots=True)
class ReconnectSoon:
    """Nothing is wrong: connect again after a moment of jitter."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Connect again after a growing pause, never sooner than `floor`."""

    floor: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class WaitAtLeast:
    """The server named the pause itself."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Stop:
    """Trying again can't help; `message` tells the operator what would."""

    message: str
    status: int | None = None


Verdict: TypeAlias = ReconnectSoon | BackOff | WaitAtLeast | Stop

POLICY_FLOOR: Final = timedelta(seconds=30)
POLICY_LIMIT: Final = 5
"""Closures with 1008 in a row after which we stop: something that we do is wrong and doesn't mend itself."""

PROTOCOL_FLOOR: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(days=1)
"""What a `Retry-After` may ask for at most; a slip of the server must not silence tocsin for years."""

_SOON: Final = frozenset({1000, 1001, 1012})
_PROTOCOL: Final = frozenset({1002, 1003, 1007, 1009, 1010, 1013})
_FINAL: Final = frozenset({400, 402, 404, 405, 407, 410, 426})
_OVERLOADED: Final = frozenset({429, 503})

_NAMES_THE_KEY: Final = re.compile(
    r"\b(?:api[ _-]?key|key|token|credentials?|unauthori[sz]ed|authenticat\w+|authori[sz]ation)\b", re.IGNORECASE
)
# "rate limit exceeded for this key" names the key too, yet the key is good.
_NAMES_A_LIMIT: Final = re.compile(r"\b(?:limit\w*|rate|too many|quota|connections?|exceed\w*)\b", re.IGNORECASE)


def describe(ending: Ending) -> str:
    """Return what happened, as one phrase for logs and the journal."""
    match ending:
        case HandshakeRefused(status, _, answer):
            return f"the handshake was answered with HTTP {status}" + (f": {answer}" if answer else "")
        case Closed(code, reason):
            return f"closed with code {code}" + (f": {reason}" if reason else "")
        case Broken(reason) | Unreachable(reason):
            return reason
        case Silent(silence):
            return f"silent for {silence.total_seconds():g} s, taken as dead"
        case Garbled(reason):
            return f"the server's answer breaks the protocol: {reason}"
        case TooLarge(limit):
            return f"a message was longer than {limit} bytes; closed with code 1009"
        case Replaced():
            return "connecting anew to change the subscription"
        case _:
            assert_never(ending)


def judge(ending: Ending, now: datetime, *, policy_closures: int = 0) -> Verdict:
    """Return what to do after an ending; `policy_closures` counts closures with 1008 in a row, this one included.

    Source: the project's notes on the stream, "Close codes".
    """
    match ending:
        case HandshakeRefused():
            return _judge_refusal(ending, now)
        case Closed():
            return _judge_closure(ending, policy_closures)
        case Garbled() | TooLarge():
            return BackOff(PROTOCOL_FLOOR)
        case Broken() | Silent() | Unreachable():
            return BackOff()
        case Replaced():
            return ReconnectSoon()
        case _:
            assert_never(ending)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait that a `Retry-After` header asks for, in seconds or as an HTTP date, at most `LONGEST_WAIT`.

    None if there is none or it can't be read; a date in the past is a wait of zero.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # Nine digits are thirty years; more would overflow and mean no more.
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def _judge_refusal(ending: HandshakeRefused, now: datetime) -> Verdict:
    status, said = ending.status, f" The server said: {ending.answer}" if ending.answer else ""
    if status == 401:
        return Stop(f"the stream refused the key (HTTP 401): check `source.api_key`.{said}", status)
    if status == 403:
        return Stop(f"the stream denied access (HTTP 403): check what `source.api_key` may do.{said}", status)
    if 300 <= status < 400:
        text = f"the stream's address answers with a redirect (HTTP {status}), which is not followed: the key would go"
        return Stop(f"{text} along; put the new address into `source.url`.{said}", status)
    if status in _FINAL:
        return Stop(f"the stream's address takes no connection (HTTP {status}): check `source.url`.{said}", status)
    wait = retry_after(ending.retry_after, now)
    if status in _OVERLOADED and wait is not None:
        return WaitAtLeast(wait)
    return BackOff(PROTOCOL_FLOOR if status < 500 else timedelta(0))


def _judge_closure(ending: Closed, policy_closures: int) -> Verdict:
    if ending.code == 1008:
        said = f" It said: {ending.reason}" if ending.reason else ""
        if _NAMES_THE_KEY.search(ending.reason) and not _NAMES_A_LIMIT.search(ending.reason):
            return Stop(f"the stream closed with 1008 because of the key: check `source.api_key`.{said}", 1008)
        if policy_closures >= POLICY_LIMIT:
            times = f"{policy_closures} times in a row"
            return Stop(
                f"the stream closed with 1008 (policy violation) {times}: check `source.subscribe`, and what else "
                f"uses this key.{said}",
                1008,
            )
        return BackOff(POLICY_FLOOR)
    if ending.code in _SOON:
        return ReconnectSoon()
    return BackOff(PROTOCOL_FLOOR if ending.code in _PROTOCOL else timedelta(0))
