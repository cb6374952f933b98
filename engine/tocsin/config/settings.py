"""tocsin.yaml once read and checked: values that nobody need check again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from tocsin.alerting.holding import Digest
from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.limit import Limit
from tocsin.alerting.quiet import Quiet
from tocsin.alerting.routes import Route
from tocsin.config.plugged import PluginSettings
from tocsin.config.secret import Secret
from tocsin.model import DestinationName
from tocsin.rules.flood import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One `subscribe` message of the stream: its fields are ANDed, the values of a list ORed."""

    keywords: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    language: str | None = None
    min_retweets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTweetsSettings:
    """`source.no_tweets`: after how long without a tweet something is done about it, and who hears of it."""

    after: timedelta
    notify: DestinationName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """`source:`. For type `replay`, `path` is the JSONL file; for `scrapest`, `url` and `api_key` are used.

    Any other type is a plugin's, and `options` is plain JSON that the plugin's own model is for.

    `subscribe` is None where the file says nothing: then the rules' `match:` blocks decide.
    """

    type: str = "scrapest"
    url: str = "wss://api.scrape.st/ws"
    api_key: Secret | None = None
    insecure: bool = False
    subscribe: tuple[Subscription, ...] | None = None
    path: Path | None = None
    no_tweets: NoTweetsSettings | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSettings:
    """One entry of `destinations:`: apprise URLs, or a plugin's action with its options; never both.

    `limit` is what the file says. Where it says nothing, messages to people have a limit all the same, unless
    `is_unlimited`. `format` is for services that have no form of their own, and for mail. `sign` are the secrets that
    its webhooks are signed with. `hidden` is what was filled in from the environment and from files, which its action
    must not repeat.
    """

    name: DestinationName
    urls: tuple[Secret, ...] = ()
    action: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    retry_for: timedelta = timedelta(hours=72)
    fallback: DestinationName | None = None
    limit: Limit | None = None
    is_unlimited: bool = False
    digest: Digest | None = None
    quiet: Quiet | None = None
    sign: tuple[Secret, ...] = ()
    hidden: tuple[Secret, ...] = ()
    format: Literal["text", "html", "markdown"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """`http:`: where /livez, /readyz and /metrics are served.

    `public_url`, if it is set, is what links in messages begin with; it has no slash at its end.
    """

    host: str
    port: int
    public_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """`log:`. `format` None leaves the choice to the program: text at a terminal, else JSON lines."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadSettings:
    """`reload:`. Files are looked at every `poll` even if nothing tells of a change; `notify` hears of bad ones."""

    watch: bool = True
    poll: timedelta = timedelta(seconds=10)
    notify: DestinationName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """`retention:`: how long the journal and alerts that arrived are kept; `seen` is for what every tweet makes."""

    journal: timedelta = timedelta(days=30)
    seen: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSettings:
    """`heartbeat:`: where a sign of life goes while all is well; either a web address or a destination."""

    usual: ClassVar[timedelta] = timedelta(minutes=5)
    url: Secret | None = None
    destination: DestinationName | None = None
    every: timedelta = usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """tocsin.yaml, whole. Paths are absolute (relative ones count from the file's folder).

    `notices` is where tocsin tells of its own troubles, such as alerts that it had to give up on.
    `plugin_options` holds plain JSON for each plugin; the host checks it against the plugin's own model.
    """

    file: Path | None
    source: SourceSettings
    rules: tuple[Path, ...]
    destinations: Mapping[DestinationName, DestinationSettings]
    routes: tuple[Route, ...]
    state: Path
    plugin_options: Mapping[str, Mapping[str, Any]]
    inhibitions: tuple[Inhibition, ...] = ()
    plugged: PluginSettings = field(default_factory=PluginSettings)
    http: HttpSettings | None = None
    log: LogSettings = LogSettings()
    reload: ReloadSettings = ReloadSettings()
    retention: RetentionSettings = RetentionSettings()
    heartbeat: HeartbeatSettings | None = None
    notices: DestinationName | None = None
    valve: Rate | None = None
