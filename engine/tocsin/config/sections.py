"""The sections of tocsin.yaml, each read as far as it can be, with all problems noted."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path as FilePath
from typing import Any, cast
from urllib.parse import urlsplit

from tocsin.config.destinations import DestinationsReader
from tocsin.config.fitting import SectionReader
from tocsin.config.operations import OperationsReader
from tocsin.config.plugged import SOURCE_TYPES, PluginSettings, read_plugins
from tocsin.config.routing import Routing
from tocsin.config.schema import (
    LATER_SOURCE_KEYS,
    HttpShape,
    LogShape,
    NoticesShape,
    ReloadShape,
    SourceShape,
    SubscribeShape,
)
from tocsin.config.secret import Secret
from tocsin.config.settings import (
    DestinationSettings,
    HttpSettings,
    LogSettings,
    ReloadSettings,
    Settings,
    SourceSettings,
    Subscription,
)
from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import Vocabulary, suggest
from tocsin.model import DestinationName, Json
from tocsin.rules.flood import Rate
from tocsin.rules.reading.destinations import unknown_destinations
from tocsin.rules.reading.flood import read_rate
from tocsin.rules.reading.words import words
from tocsin.rules.syntax.document import Document

_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:_-]+(/[A-Za-z0-9._~/-]*)?")


class Sections(SectionReader):
    """Reads the sections of one document. Relative paths count from `folder`.

    `source_types` are the types of sources that plugins bring; None where any may be, since nobody has asked.
    """

    def __init__(
        self, document: Document, folder: FilePath, vocabulary: Vocabulary, source_types: Collection[str] | None
    ) -> None:
        super().__init__()
        self._document = document
        self._root: Path = (document.file,)
        self._folder = folder
        self._vocabulary = vocabulary
        self._source_types = source_types
        self._value = document.value if isinstance(document.value, dict) else {}

    def settings(self, file: FilePath, plugged: PluginSettings) -> Settings:
        """Return the settings; only to be used if `problems` is empty afterwards."""
        reader = DestinationsReader(self._root[0], self._value.get("destinations"))
        destinations = reader.destinations()
        self.problems += reader.problems
        routing = Routing(self._document, self._vocabulary, destinations)
        routes, inhibitions = routing.routes(self._value.get("routes")), routing.inhibitions(self._value.get("inhibit"))
        self.problems += routing.problems
        state = self._value.get("state")
        operations = OperationsReader(self._root, destinations)
        settings = Settings(
            file=file,
            source=self._source(operations),
            rules=self._rules(),
            destinations=destinations,
            routes=routes,
            inhibitions=inhibitions,
            state=self._folder / (state if isinstance(state, str) and state else "tocsin.db"),
            plugin_options=plugged.options,
            plugged=plugged,
            http=self._http(),
            log=self._log(),
            reload=self._reload(destinations),
            retention=operations.retention(self._value.get("retention")),
            heartbeat=operations.heartbeat(self._value.get("heartbeat")),
            notices=self._notices(destinations),
            valve=self._valve(),
        )

        self.problems += operations.problems
        return settings

    def _source(self, operations: OperationsReader) -> SourceSettings:
        at = (*self._root, "source")
        if self._value.get("source") is None:
            hint = 'write `source: {api_key: "${SCRAPEST_API_KEY}"}`, or {type: replay, path: …}'
            self._note("missing-key", "'source' is missing", self._root, hint)
            return SourceSettings()
        plugged_in = self._of_plugin(self._value["source"], (*at, "type"))
        if plugged_in is not None:
            return plugged_in
        shape = self._fit(SourceShape, self._value["source"], at, LATER_SOURCE_KEYS)
        if shape is None:
            return SourceSettings()
        subscribe = self._subscriptions(shape.subscribe, (*at, "subscribe")) if shape.subscribe is not None else None
        if shape.type == "replay":
            if not shape.path:
                self._note("missing-key", "'path' is missing", at, "name a file of tweets as JSON lines")
            return SourceSettings(type="replay", subscribe=subscribe, path=self._folder / shape.path)
        if not shape.api_key.strip():
            where = (*at, "api_key") if "api_key" in cast("dict[str, Json]", self._value["source"]) else at
            self._note("missing-key", "the stream needs an 'api_key'", where, 'write "${SCRAPEST_API_KEY}"')
        self._check_stream_url(shape, (*at, "url"))
        return SourceSettings(
            url=shape.url,
            api_key=Secret(shape.api_key),
            insecure=shape.insecure,
            subscribe=subscribe,
            no_tweets=operations.no_tweets(shape.no_tweets),
        )

    def _of_plugin(self, value: Json, at: Path) -> SourceSettings | None:
        """Return the settings of a source that a plugin brings, whose own model checks the rest; None if it is ours."""
        name = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(name, str) or name in SOURCE_TYPES:
            return None
        if self._source_types is not None and name not in self._source_types:
            types = (*SOURCE_TYPES, *self._source_types)
            near = suggest(name, types)
            hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(types)}"
            self._note("unknown-source", "no source of this type", at, hint)
        options = {key: item for key, item in value.items() if key != "type" and not key.startswith("x-")}
        return SourceSettings(type=name, options=options)

    def _check_stream_url(self, shape: SourceShape, at: Path) -> None:
        try:
            parts = urlsplit(shape.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host, parts = "", urlsplit("")
        if parts.scheme not in {"ws", "wss"} or not host:
            self._note("bad-url", "no WebSocket URL", at, "write wss://host/path")
        elif parts.scheme == "ws" and not shape.insecure and not _is_loopback(host):
            hint = "write wss://, or say `insecure: true` if that is meant"
            self._note("insecure-url", "ws:// would send the key in the clear", at, hint)

    def _subscriptions(self, value: Any, at: Path) -> tuple[Subscription, ...]:
        entries = value if isinstance(value, list) else [value]
        if not entries:
            self._note("empty-list", "an empty list subscribes to nothing", at, "leave it out")
        return tuple(
            self._subscription(entry, (*at, index) if isinstance(value, list) else at)
            for index, entry in enumerate(entries)
        )

    def _subscription(self, value: Any, at: Path) -> Subscription:
        shape = self._fit(SubscribeShape, value, at)
        if shape is None:
            return Subscription()
        lists: dict[str, tuple[str, ...]] = {"keywords": (), "users": ()}
        for name in lists:
            if name in value:
                lists[name], problems = words(value[name], (*at, name))
                self.problems += problems
        return Subscription(
            keywords=lists["keywords"],
            users=tuple(user.removeprefix("@") for user in lists["users"]),
            language=shape.language or None,
            min_retweets=shape.min_retweets or None,
        )

    def _rules(self) -> tuple[FilePath, ...]:
        value = self._value.get("rules", ["rules"])
        names, problems = words(value, (*self._root, "rules"))
        self.problems += problems
        return tuple(self._folder / name for name in names)

    def plugged(self) -> PluginSettings:
        """Return what `plugins:` says."""
        found, problems = read_plugins(self._value.get("plugins"), (*self._root, "plugins"))
        self.problems += problems
        return found

    def _http(self) -> HttpSettings | None:
        if self._value.get("http") is None:
            return None
        at = (*self._root, "http")
        shape = self._fit(HttpShape, self._value["http"], at)
        if shape is None:
            return None
        public_url = self._public_url(shape.public_url, (*at, "public_url"))
        host, _, port = shape.listen.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            hint = "write host and port, such as 127.0.0.1:9090"
            self._note("bad-address", "no address to listen on", (*at, "listen"), hint)
            return None
        return HttpSettings(host=host, port=int(port), public_url=public_url)

    def _public_url(self, text: str, at: Path) -> str | None:
        if not text:
            return None
        if not is_public_url(text):
            hint = "write what people's browsers reach this at, such as https://tocsin.example"
            self._note("bad-url", "no address that links in messages can begin with", at, hint)
            return None
        return text.rstrip("/")

    def _log(self) -> LogSettings:
        if self._value.get("log") is None:
            return LogSettings()
        shape = self._fit(LogShape, self._value["log"], (*self._root, "log"))
        return LogSettings(level=shape.level, format=shape.format) if shape is not None else LogSettings()

    def _reload(self, destinations: Mapping[DestinationName, DestinationSettings]) -> ReloadSettings:
        if self._value.get("reload") is None:
            return ReloadSettings()
        at = (*self._root, "reload")
        shape = self._fit(ReloadShape, self._value["reload"], at)
        if shape is None:
            return ReloadSettings()
        notify = None
        if shape.notify is not None:
            self.problems += unknown_destinations(shape.notify, (*at, "notify"), destinations)
            notify = DestinationName(shape.notify)
        poll = self._duration(shape.poll, (*at, "poll"), "write 2s or 1m")
        return ReloadSettings(watch=shape.watch, poll=poll or ReloadSettings().poll, notify=notify)

    def _notices(self, destinations: Mapping[DestinationName, DestinationSettings]) -> DestinationName | None:
        if self._value.get("notices") is None:
            return None
        at = (*self._root, "notices")
        shape = self._fit(NoticesShape, self._value["notices"], at)
        if shape is None:
            return None
        self.problems += unknown_destinations(shape.to, (*at, "to"), destinations)
        return DestinationName(shape.to)

    def _valve(self) -> Rate | None:
        """Return how many alerts may go out; without the key, any number."""
        if "valve" not in self._value:
            return None
        hint = "write how many in a minute, an hour or a day: 100/min; or false for any number"
        rate, problems = read_rate(self._value["valve"], (*self._root, "valve"), hint)
        self.problems += [replace(problem, message="no rate") for problem in problems]
        return rate or None


def is_public_url(text: str) -> bool:
    """Whether links can begin with a text: http or https, a host, perhaps a path, and nothing that needs escaping."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and _PLAIN_URL.fullmatch(text) is not None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
