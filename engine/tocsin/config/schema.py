"""The shape of tocsin.yaml, one model a section."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from tocsin.rules.reading.schema import Shape

SeverityName: TypeAlias = Literal["info", "low", "medium", "high", "critical"]

LATER_KEYS = frozenset({"silences", "groups", "console", "cluster", "quiet"})
LATER_DESTINATION_KEYS = frozenset({"escalate", "heartbeat"})
LATER_ROUTE_KEYS = frozenset({"group", "digest", "quiet", "throttle", "mute"})
LATER_SOURCE_KEYS = frozenset({"dialect", "connections"})


class ConfigShape(Shape):
    """The whole file; sections are checked one by one."""

    tocsin: int = 1
    source: Any = None
    rules: Any = None
    destinations: dict[str, Any] = Field(default_factory=dict)
    routes: list[Any] = Field(default_factory=list)
    inhibit: list[Any] = Field(default_factory=list)
    defaults: Any = Field(default_factory=dict)
    state: str = "tocsin.db"
    plugins: dict[str, Any] = Field(default_factory=dict)
    http: Any = None
    log: Any = None
    reload: Any = None
    retention: Any = None
    heartbeat: Any = None
    notices: Any = None
    valve: Any = None


class SourceShape(Shape):
    """`source:`."""

    type: str = "scrapest"
    url: str = "wss://api.scrape.st/ws"
    api_key: str = ""
    subscribe: Any = None
    insecure: bool = False
    path: str = ""
    no_tweets: Any = None


class NoTweetsShape(Shape):
    """`source.no_tweets`."""

    after: str
    notify: str | None = None


class SubscribeShape(Shape):
    """One entry of `source.subscribe`."""

    keywords: Any = None
    users: Any = None
    language: str = ""
    min_retweets: int = Field(0, ge=0)


class RetryShape(Shape):
    """`retry:` of a destination."""

    duration: str = Field("72h", alias="for")


class DestinationShape(Shape):
    """A destination made of URLs."""

    url: Any = None
    action: str | None = None
    retry: Any = None
    fallback: str | None = None
    limit: str | None = None
    digest: Any = None
    quiet: Any = None
    sign: Any = None
    format: str | None = None


class DigestShape(Shape):
    """`digest:` of a destination."""

    every: str
    bypass: SeverityName | None = None


class QuietShape(Shape):
    """`quiet:` of a destination."""

    zone: str
    begins: str = Field(alias="from")
    ends: str = Field(alias="to")
    days: Any = None
    then: str = "hold"
    bypass: SeverityName | None = None


class NoticesShape(Shape):
    """`notices:`."""

    to: str


class RouteShape(Shape):
    """One entry of `routes:`."""

    when: Any = None
    notify: Any = None
    proceed: bool = Field(False, alias="continue")
    escalate: Any = None


class EscalateShape(Shape):
    """`escalate:` of a route."""

    after: str
    to: Any
    unless: Literal["acked"] = "acked"


class InhibitShape(Shape):
    """One entry of `inhibit:`."""

    source: Any = Field(alias="if")
    mutes: Any
    lasts: str = Field(alias="for")


class HttpShape(Shape):
    """`http:`."""

    listen: str
    public_url: str = ""


class LogShape(Shape):
    """`log:`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] | None = None


class ReloadShape(Shape):
    """`reload:`."""

    watch: bool = True
    poll: str = "10s"
    notify: str | None = None


class RetentionShape(Shape):
    """`retention:`."""

    journal: str = "30d"
    seen: str = "1d"


class HeartbeatShape(Shape):
    """`heartbeat:`."""

    to: str
    every: str = "5m"
