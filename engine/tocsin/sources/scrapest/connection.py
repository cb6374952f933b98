"""The source that keeps one connection to the stream alive for as long as it runs."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Final, assert_never, final

import anyio
import httpx

from tocsin import __version__
from tocsin.clock import Clock
from tocsin.config.secret import Secret
from tocsin.config.settings import SourceSettings, Subscription
from tocsin.errors import ConfigError, StreamRefused
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.endings import Closed, Ending, Stop, describe
from tocsin.sources.scrapest.protocol import DuplicateReceived, Incoming, ScrapestProtocol, Unrecognised
from tocsin.sources.scrapest.reconnection import Reconnection
from tocsin.sources.scrapest.sending import SendLimit
from tocsin.sources.scrapest.sight import Sight
from tocsin.sources.source import Connected, Disconnected, Duplicate, Inbox, Received, SourceEvent, Unusable

# With what it imports it takes 40 ms to load: at the first connection, so that what waits in the outbox goes before.
if TYPE_CHECKING:
    from tocsin.sources.scrapest.link import Link, Timing

_DIALLED: Final = {"wss": "https", "ws": "http"}


@final
class ScrapestSource:
    """Puts the stream's tweets into an inbox; connects again whenever the connection ends, one attempt at a time.

    `log` is called as `log(level, event, **fields)`. `sleep` waits between attempts, given seconds.
    """

    def __init__(
        self,
        settings: SourceSettings,
        subscriptions: Sequence[Subscription],
        *,
        clock: Clock,
        rng: Random,
        log: Callable[..., None],
        timing: "Timing | None" = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """Check the settings; nothing is opened before `run`.

        Raises:
            ConfigError: the address or the key can't be used, or the key would go over an open line.
        """
        self._url = _dialled_url(settings)
        self._headers = _headers(settings.api_key)
        self._key = settings.api_key
        self._protocol = ScrapestProtocol(subscriptions)
        self._clock = clock
        self._log = log
        self._timing = timing
        self._sleep = sleep
        self._reconnection = Reconnection(rng)
        self._send_limit = SendLimit()
        self._link: Link | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """What came, by kind; see `ScrapestProtocol.counts`."""
        return self._protocol.counts

    def replace_subscriptions(self, subscriptions: Sequence[Subscription]) -> None:
        """Change what is asked for, now if connected, else with the next connection.

        Only differences are sent. Where no message leads to the wanted set for certain, the source connects anew.
        """
        self._protocol.want(subscriptions)
        if self._link is not None:
            self._link.wake()

    def ask_anew(self) -> None:
        """Send all subscriptions once more, if connected: whatever the server holds, it then holds these."""
        if self._link is not None:
            self._protocol.connected()
            self._link.wake()

    def read(self, messages: Sequence[bytes], came_at: datetime) -> list[SourceEvent]:
        """Return what messages mean that came together, as the engine takes them."""
        incoming = self._protocol.receive_all(messages, came_at)
        return [each if type(each) is Received else self._event_of(each, came_at) for each in incoming]

    def tweets_among(self, messages: Sequence[bytes], came_at: datetime) -> int:
        """Return how many messages that the engine had no time for are tweets."""
        return self._protocol.give_up(messages, came_at)

    async def run(self, inbox: Inbox) -> None:
        """Receive until cancelled.

        Raises:
            StreamRefused: trying again can't help, e.g. the key is refused; the message says what would.
        """
        from tocsin.sources.scrapest.link import Timing, keep_answer

        sight = Sight(self._clock.now())
        timing = self._timing if self._timing is not None else Timing()
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        hooks = {"response": [keep_answer]}
        timeout = timing.handshake_limit.total_seconds()
        # Redirects stay off: they would carry the key to another place. So does HTTP/2: it has no such upgrade.
        async with httpx.AsyncClient(
            limits=limits, event_hooks=hooks, timeout=timeout, mounts=_mounts(self._url)
        ) as client:
            while True:
                link = self._link = self._new_link(client, inbox, sight, timing)
                try:
                    ending = await link.run()
                finally:
                    self._link = None
                await self._pause_after(ending, link, inbox, sight)

    def _new_link(self, client: httpx.AsyncClient, inbox: Inbox, sight: Sight, timing: "Timing") -> "Link":
        from tocsin.sources.scrapest.link import Link

        return Link(
            client,
            self._url,
            self._headers,
            protocol=self._protocol,
            send_limit=self._send_limit,
            timing=timing,
            clock=self._clock,
            on_messages=lambda messages, came_at: inbox.put_unread(messages, came_at, self),
            on_subscribed=lambda at: inbox.put(Connected(at, sight.regained(at))),
        )

    async def _pause_after(self, ending: Ending, link: "Link", inbox: Inbox, sight: Sight) -> None:
        now = self._clock.now()
        reason = self._without_key(describe(ending))
        gap = sight.lost(link.last_seen_at, reason)
        step = self._reconnection.after(ending, link.lived, now)
        if isinstance(step, Stop):
            inbox.put(Disconnected(now, reason, None, gap))
            raise StreamRefused(self._without_key(step.message), status=step.status)
        if isinstance(ending, Closed) and ending.code == 1008:
            hint = "something that tocsin sends, or another user of this key, breaks the provider's rules"
            self._log("error", "policy-violation", reason=reason, hint=hint)
        inbox.put(Disconnected(now, reason, now + step.duration, gap))
        await self._sleep(step.duration.total_seconds())

    def _event_of(self, incoming: Incoming, came_at: datetime) -> SourceEvent:
        match incoming:
            case Received():
                return incoming
            case DuplicateReceived(tweet_id):
                return Duplicate(tweet_id, came_at)
            case Malformed(reason):
                return Unusable(came_at, reason)
            case Unrecognised(kind):
                self._log("debug", "other-message", type=kind)
                return Unusable(came_at, f"a message of type {kind}", expected=True)
            case _:
                assert_never(incoming)

    def _without_key(self, text: str) -> str:
        """Return a text that may quote the server, which may have quoted our key."""
        return text if self._key is None else text.replace(self._key.reveal(), "***")


def _dialled_url(settings: SourceSettings) -> str:
    """Return the address as httpx must be given it: for `wss://` it would ignore the environment's proxies."""
    try:
        url = httpx.URL(settings.url)
    except httpx.InvalidURL as error:
        raise ConfigError(f"source.url is no address: {error}") from error
    if url.scheme not in _DIALLED or not url.host:
        raise ConfigError("source.url must begin with wss:// (or ws://, for a server on this machine) and name a host")
    if url.userinfo:
        raise ConfigError("source.url must not hold a user or password: the key goes into source.api_key")
    if url.scheme == "ws" and settings.api_key is not None and not settings.insecure and not _is_loopback(url.host):
        raise ConfigError(
            f"source.url would send the key to {url.host} unencrypted: use wss://, or set `source.insecure: true`"
        )
    return str(url.copy_with(scheme=_DIALLED[url.scheme]))


def _headers(key: Secret | None) -> dict[str, str]:
    headers = {"user-agent": f"tocsin/{__version__}", "accept-encoding": "identity"}
    if key is not None:
        value = key.reveal()
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            # Never let h11 find this out: its error quotes the header.
            raise ConfigError("source.api_key is empty or holds spaces, control characters or non-ASCII letters")
        headers["authorization"] = f"Bearer {value}"
    return headers


def _mounts(url: str) -> dict[str, httpx.AsyncBaseTransport | None]:
    """Return httpx's exceptions from the environment's proxies: a server on this machine is reached directly."""
    host = httpx.URL(url).host
    pattern = f"[{host}]" if ":" in host else host
    return {f"all://{pattern}": None} if _is_loopback(host) else {}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
