"""All that a plugin author imports: the hooks, and the values that they register.

A plugin is a distribution with an entry point in the group `tocsin` that names a module or object. Each hook is called
once at start with a typed `register` callback, and with `options`: an instance of the pydantic model that the
plugin's `tocsin_options` hook returned, filled from `plugins.NAME` in tocsin.yaml (None without that hook). As with
every pluggy hook, an implementation names only the arguments it wants.

    import tocsin.hookspecs as tocsin

    @tocsin.hookimpl
    def tocsin_operators(register):
        register(tocsin.Operator(name="shouting", arguments=("text",), result="truth", function=shouting, ...))
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeAlias

import pluggy
from pydantic import BaseModel

from tocsin.journal import Entry
from tocsin.model import Alert, Delivered, Outcome, Refused, Tweet, Unreachable

__all__ = [
    "API_VERSION",
    "Action",
    "Alert",
    "Delivered",
    "Drop",
    "Entry",
    "Feed",
    "Filter",
    "Operator",
    "Outcome",
    "Refused",
    "Source",
    "SourceRefused",
    "Transform",
    "Tweet",
    "Type",
    "Unreachable",
    "hookimpl",
    "hookspec",
]

API_VERSION = 1
"""The version of this interface. A plugin may name the one it was written for as `tocsin_api = 1`."""

hookspec = pluggy.HookspecMarker("tocsin")
hookimpl = pluggy.HookimplMarker("tocsin")

Type: TypeAlias = Literal["text", "number", "truth", "list", "object", "any"]
"""What a JSON value is: `truth` is true or false, `any` says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A word that rules may use in conditions.

    `function` takes the evaluated arguments, as many as `arguments` has (the last may repeat if `variadic`); it must
    be pure, total over JSON values of the declared types, and quick. What it raises makes the term Failed. `name` is
    `[a-z][a-z0-9_]*`: no dots. `terms`, given the literal arguments (None where an argument is computed), returns
    literal texts of which at least one must occur in the tweet's text, as `contains` would find it, wherever the
    operator is true; or None where nothing can be said.
    """

    name: str
    arguments: tuple[Type, ...]
    result: Type
    function: Callable[..., Any]
    doc: str
    example: str
    variadic: bool = False
    terms: Callable[[tuple[Any, ...]], tuple[str, ...] | None] | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A transform's answer that this tweet shall not reach the rules."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Something that sees every tweet before the rules do.

    `function` gets the tweet's data as a dict of its own and returns the data (changed or not) or `Drop(reason)`; it
    may be async. With `batch` it gets a list of such dicts, those that have queued up, and returns a list of as
    many answers, in their order. What it returns must be plain JSON and keep the tweet's `id`. `fields` declares
    the fields that it adds, by dotted path, so that rules may name them. `budget` is the time one call may take,
    for a batch as often as it has tweets; synchronous functions that may take longer say `slow=True`. Each
    transform has a thread of its own. `prepare` is called once, in a thread, before the first tweet: load models
    there and not at import, since commands that never see a tweet import plugins too. `on_error` says what becomes
    of a tweet when the function raises: `skip` lets it go on unchanged, `drop` leaves it out, `halt` stops the
    engine.
    """

    name: str
    function: Callable[[Any], Any]
    doc: str
    fields: Mapping[str, Type] = field(default_factory=dict)
    on_error: Literal["skip", "drop", "halt"] = "skip"
    budget: timedelta = timedelta(milliseconds=50)
    slow: bool = False
    prepare: Callable[[], None] | None = None
    batch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something done with an alert beside notifying; a destination uses it as `{action: NAME, …options}`.

    `options` is the model that a destination's options are checked against. `perform` runs in the destination's own
    thread, may block up to `timeout`, must be idempotent by the alert's id, and returns how it ended.
    """

    name: str
    perform: Callable[[Alert, Any], Outcome]
    doc: str
    options: type[BaseModel] | None = None
    timeout: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter for the templates of titles and bodies: `{{ text | NAME }}`.

    `function` takes the value, then what the template gives in parentheses; it must be pure and quick. What it returns
    (text, a number, a truth, a list or a mapping of those, None) counts as filled in by the tweet, so destinations
    escape it. Where it raises, the value stays as it was.
    """

    name: str
    function: Callable[..., Any]
    doc: str
    example: str


class Feed(Protocol):
    """What a source hands its tweets to. Its methods raise nothing, and may only be used by the source that has it."""

    async def tweet(self, data: Mapping[str, Any]) -> None:
        """Hand over a tweet in the shape of the stream's specification; waits while the engine has enough to do.

        What is no tweet is counted and journalled, and the source goes on.
        """

    async def connected(self) -> None:
        """Say that from now on the source sees all there is. The first tweet says so too."""

    async def missed(self, since: datetime, reason: str) -> None:
        """Say that tweets may have been missed from `since` until now; goes into the journal as a gap."""


class SourceRefused(Exception):
    """Raised by a source that can't go on and needn't be tried again, such as with a key that the provider refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of stream: `source: {type: NAME, …options}` in tocsin.yaml.

    `run` is an async function of the options (an instance of the model `options`, None without one) and a `Feed`. It
    runs in a thread and an event loop (asyncio's) of its own, so it may not delay the engine. When it returns, the
    stream has ended and so does tocsin; when it raises, it is called again after a pause that grows, and the time
    between counts as a gap; when it raises `SourceRefused`, tocsin stops. At the end it is cancelled, once.
    """

    name: str
    run: Callable[[Any, Feed], Any]
    doc: str
    options: type[BaseModel] | None = None


@hookspec
def tocsin_options() -> type[BaseModel]:  # type: ignore[empty-body]
    """Return the pydantic model of this plugin's own options, `plugins.NAME` in tocsin.yaml."""


@hookspec
def tocsin_operators(register: Callable[[Operator], None], options: Any) -> None:
    """Register operators for conditions."""


@hookspec
def tocsin_transforms(register: Callable[[Transform], None], options: Any) -> None:
    """Register transforms, which see every tweet before the rules."""


@hookspec
def tocsin_actions(register: Callable[[Action], None], options: Any) -> None:
    """Register actions, which a destination can be made of."""


@hookspec
def tocsin_sources(register: Callable[[Source], None], options: Any) -> None:
    """Register kinds of streams, which `source: {type: NAME}` names."""


@hookspec
def tocsin_filters(register: Callable[[Filter], None], options: Any) -> None:
    """Register filters for templates."""


@hookspec
def tocsin_observe(entry: Entry, tweet: Tweet | None, options: Any) -> None:
    """See an entry of the journal, once it is committed, and the tweet that it is about, for `seen` and `dropped`.

    Called while tocsin runs, from one thread that is the plugin's own, in the order of the journal. Nothing waits for
    it: an observer that falls behind by more than 10,000 entries misses the next ones, and is told how many by the log.
    """


@hookspec
def tocsin_finish(options: Any) -> None:
    """Close what `tocsin_observe` keeps open: called once, after the last entry, in the same thread."""
