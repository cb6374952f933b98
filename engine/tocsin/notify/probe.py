"""Sees what apprise keeps to itself: the status, Retry-After and body of the HTTP answers it gets.

apprise returns no more than true or false. All its HTTP goes through `requests.Session.send`; we wrap that once, and
the wrapper does nothing unless the calling context holds an `Exchange`. It also bounds what apprise doesn't: the
total time of an exchange, the bytes read, redirects, and sends after a refusal (apprise's Discord service answers a
429 with a second try of its own).
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from tocsin.clock import Clock

ANSWER_MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_FINAL_STATUSES = frozenset({429, 503})


@dataclass(slots=True)
class Exchange:
    """What happened on the wire during one send; `deadline` in the clock's monotonic seconds.

    `sign` gives the headers that vouch for the bytes of a request's body; it is asked anew for each request. With
    `kept`, nothing is sent: bodies are put there, and `answer` is taken for the answer.
    """

    clock: Clock
    deadline: float
    sign: Callable[[bytes], Mapping[str, str]] | None = None
    kept: list[bytes] | None = None
    answer: bytes = b"ok"
    status: int | None = None
    retry_after: timedelta | None = None
    body: bytes = b""
    problem: str | None = None

    @property
    def seconds_left(self) -> float:
        """Return the time that is left, not below 0."""
        return max(0.0, self.deadline - self.clock.monotonic())


_current: ContextVar[Exchange | None] = ContextVar("tocsin_exchange", default=None)


@contextmanager
def observed(exchange: Exchange) -> Iterator[None]:
    """Note in `exchange` what HTTP requests of this thread and context meet."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


def install() -> None:
    """Wrap `requests.Session.send`, once, and keep what names URLs out of the logs of urllib3 and apprise."""
    if getattr(requests.Session.send, "is_tocsin_probe", False):
        return
    original = requests.Session.send

    def send(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        exchange = _current.get()
        if exchange is None:
            return original(session, request, **options)
        return _send(exchange, original, session, request, options)

    send.is_tocsin_probe = True  # type: ignore[attr-defined]
    requests.Session.send = send  # type: ignore[assignment,method-assign]
    for name in ("apprise", "urllib3"):
        # Both write whole URLs, tokens included, at DEBUG. Their records reach us through results and exceptions.
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    # An SMTP server's words are nowhere but in apprise's records at DEBUG, which its results then hold.
    logging.getLogger("apprise").setLevel(logging.DEBUG)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the pause that a Retry-After header names, in seconds or as a date; None if it names none.

    Source: RFC 9110, 10.2.3.
    """
    if value is None:
        return None
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        # Discord sends fractions. A year bounds what timedelta could not hold.
        return timedelta(seconds=min(seconds, 31_536_000.0)) if seconds >= 0 else None
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(timedelta(), at - now)


def _send(
    exchange: Exchange,
    original: Any,
    session: requests.Session,
    request: requests.PreparedRequest,
    options: dict[str, Any],
) -> requests.Response:
    if exchange.status in _FINAL_STATUSES:
        raise requests.RequestException("the service asked for a pause")
    if exchange.seconds_left == 0:
        # A late send would come on top of the retry that was promised meanwhile.
        exchange.problem = exchange.problem or "no time left to send"
        raise requests.RequestException("the time is up")
    if exchange.sign is not None:
        # What is signed is what goes out: bytes from here on, which nothing encodes once more.
        body = request.body or b""
        request.body = body.encode() if isinstance(body, str) else body
        request.headers.update(exchange.sign(request.body))
    if exchange.kept is not None:
        return _kept(exchange, exchange.kept, request)
    options |= {"stream": True, "allow_redirects": False, "timeout": _bounded(options.get("timeout"), exchange)}
    try:
        response: requests.Response = original(session, request, **options)
        exchange.status, exchange.problem = response.status_code, None
        exchange.retry_after = retry_after(response.headers.get("Retry-After"), exchange.clock.now())
        exchange.body = _read_bounded(response, exchange)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        exchange.problem = _in_words(error)
        raise
    # Private, but the one way to hand on a body that was read under our own bounds; a test notices if it changes.
    response._content = exchange.body
    response._content_consumed = True  # type: ignore[attr-defined]
    return response


def _kept(exchange: Exchange, kept: list[bytes], request: requests.PreparedRequest) -> requests.Response:
    body = request.body or b""
    kept.append(body.encode() if isinstance(body, str) else body)
    response = requests.Response()
    response.status_code = exchange.status = 200
    response._content = exchange.body = exchange.answer
    return response


def _bounded(timeout: Any, exchange: Exchange) -> tuple[float, float]:
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    left = exchange.seconds_left
    return min(connect or left, left), min(read or left, left)


def _read_bounded(response: requests.Response, exchange: Exchange) -> bytes:
    """Return the body up to the limit; a peer that drips is cut off at the deadline."""
    chunks: list[bytes] = []
    size = 0
    try:
        while size < ANSWER_MAX_BYTES:
            if exchange.seconds_left == 0:
                raise requests.ReadTimeout("the answer dripped in")
            chunk: bytes = response.raw.read1(min(_CHUNK_BYTES, ANSWER_MAX_BYTES - size), decode_content=True)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
    except urllib3.exceptions.HTTPError as error:
        # The status line is the verdict; for want of a body alone a delivered alert isn't sent again.
        if not 200 <= response.status_code < 300:
            return b"".join(chunks)
        raise requests.ConnectionError("the answer broke off") from error
    finally:
        with suppress(OSError):
            response.close()
    return b"".join(chunks)


def _in_words(error: Exception) -> str:
    """Return what went wrong without the address, which requests and urllib3 put into every message."""
    causes = _chain(error)
    names = {type(cause).__name__ for cause in causes}
    if names & {"NameResolutionError", "gaierror"}:
        return "the host name can't be resolved"
    if names & {"SSLError", "SSLCertVerificationError", "SSLEOFError"}:
        return "the TLS handshake failed"
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return "no connection in time"
    if names & {"ReadTimeout", "ReadTimeoutError"}:
        return "no answer in time"
    if "ConnectionRefusedError" in names:
        return "connection refused"
    if names & {"RemoteDisconnected", "ConnectionResetError", "ProtocolError", "IncompleteRead"}:
        return "the connection broke before the answer was complete"
    return f"the request failed ({type(error).__name__})"


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < 20:
        chain.append(error)
        reason = getattr(error, "reason", None)
        inner = [arg for arg in (reason, *error.args) if isinstance(arg, BaseException)]
        error = inner[0] if inner else error.__cause__ or error.__context__
    return chain
