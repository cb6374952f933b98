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
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import pluggy
from pydantic import BaseModel

from tocsin.model import Alert, Delivered, Outcome, Refused, Tweet, Unreachable

__all__ = [
    "API_VERSION",
    "Action",
    "Alert",
    "Delivered",
    "Drop",
    "Operator",
    "Outcome",
    "Refused",
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
    may be async. What it returns must be plain JSON and keep the tweet's `id`. `fields` declares the fields that it
    adds, by dotted path, so that rules may name them. `budget` is the time one call may take; synchronous functions
    that may take longer say `slow=True` and run in a thread. `prepare` is called once, in a thread, before the first
    tweet: load models there and not at import, since commands that never see a tweet import plugins too. `on_error`
    says what becomes of a tweet when the function raises: `skip` lets it go on unchanged, `drop` leaves it out, `halt`
    stops the engine.
    """

    name: str
    function: Callable[[dict[str, Any]], Any]
    doc: str
    fields: Mapping[str, Type] = field(default_factory=dict)
    on_error: Literal["skip", "drop", "halt"] = "skip"
    budget: timedelta = timedelta(milliseconds=50)
    slow: bool = False
    prepare: Callable[[], None] | None = None


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
