"""The contract suite notices what a plugin promises and doesn't keep, and finds nothing wrong with a good one."""

import time
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from tocsin import hookspecs as t
from tocsin.plugins.contract import check_plugin

COUNTER = count()


def plugin(hook: str, value: Any = None, function: Any = None) -> object:
    """Return a plugin with one hook that registers the value, or is the function."""

    def registers(register: Callable[[Any], None]) -> None:
        register(value)

    return SimpleNamespace(**{hook: t.hookimpl(function or registers)})


def operator(function: Callable[..., Any], **more: Any) -> object:
    settings = {"arguments": ("text",), "result": "truth", **more}
    return plugin("tocsin_operators", t.Operator(name="odd", function=function, doc="d", example="e", **settings))


def transform(function: Callable[..., Any], **more: Any) -> object:
    return plugin("tocsin_transforms", t.Transform(name="odd", function=function, doc="d", **more))


def action(perform: Callable[..., Any], options: type[BaseModel] | None = None) -> object:
    return plugin("tocsin_actions", t.Action(name="odd", perform=perform, doc="d", options=options))


def source(run: Callable[..., Any]) -> object:
    return plugin("tocsin_sources", t.Source(name="odd", run=run, doc="d"))


def filtering(function: Callable[..., Any]) -> object:
    return plugin("tocsin_filters", t.Filter(name="odd", function=function, doc="d", example="e"))


def failures(checked: object, **more: Any) -> list[str]:
    return [f"{found.subject}: {found.text}" for found in check_plugin(checked, **more) if found.verdict == "failed"]


async def waits(options: Any, feed: t.Feed) -> None:
    await feed.tweet({"id": "1"})
    await __import__("asyncio").sleep(60)


async def blocks(options: Any, feed: t.Feed) -> None:
    time.sleep(3)


def dawdle(text: str | None) -> bool:
    time.sleep(0.06)
    return bool(text)


def one_by_one(alert: t.Alert, options: Any) -> t.Outcome:
    return t.Delivered() if next(COUNTER) % 2 else t.Refused("twice")


class Keyed(BaseModel):
    """Options with a secret in the open."""

    api_key: str = ""


GOOD = {
    "operator": operator(lambda text: bool(text)),
    "transform": transform(lambda data: {**data, "seen": True}, fields={"seen": "truth"}),
    "action": action(lambda alert, options: t.Delivered()),
    "source": source(waits),
    "filter": filtering(lambda value: str(value)[:3]),
    "observer": plugin("tocsin_observe", function=lambda entry: None),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_plugin_has_no_failures(name: str) -> None:
    assert failures(GOOD[name]) == []


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (plugin("tocsin_operaters", 1), "there is no hook 'tocsin_operaters'"),
        (operator(lambda text: len(text) > 3), "operator odd: fails for (None): TypeError"),
        (operator(lambda text: 3), "declared truth"),
        (operator(lambda text: next(COUNTER) % 3 == 0), "isn't pure"),
        (operator(dawdle), "takes 6"),
        (operator(lambda a: a is None or a.clear() or True, arguments=("list",)), "changes its arguments"),
        (operator(bool, terms=lambda given: ("",)), "terms gives ('',)"),
        (transform(lambda data: {**data, "n": len(data["text"])}, fields={"n": "number"}), "KeyError"),
        (transform(lambda data: {**data, "n": "3"}, fields={"n": "number"}), "declares .n as number and gives '3'"),
        (transform(lambda data: {**data, "n": 3}), "adds .n, which `fields` doesn't declare"),
        (transform(lambda data: {**data, "id": "2"}), "changed the tweet's id"),
        (action(lambda alert, options: None), "returned None; return Delivered, Refused or Unreachable"),
        (action(lambda alert, options: 1 / 0), "return Unreachable or Refused instead"),
        (action(one_by_one), "be idempotent by its id"),
        (action(lambda alert, options: t.Delivered(), Keyed), "api_key looks like a secret"),
        (source(blocks), "doesn't stop within 1 s"),
        (filtering(lambda value: value.upper()), "filter odd: fails for (None): AttributeError"),
        (filtering(lambda value: object()), "returned a object"),
        (plugin("tocsin_observe", function=lambda entry, tweet: tweet.data["text"]), "tocsin_observe of a lifecycle"),
    ],
)
def test_a_promise_that_is_not_kept_is_named(checked: object, said: str) -> None:
    found = failures(checked)
    assert any(said in failure for failure in found), found


def test_what_needs_options_is_skipped_unless_they_are_given() -> None:
    class Options(BaseModel):
        folder: str

    checked = action(lambda alert, options: t.Delivered(options.folder), Options)
    assert [found.verdict for found in check_plugin(checked)] == ["ok", "ok", "skipped"]
    given = check_plugin(checked, of_pieces={"odd": {"folder": "/tmp"}})
    assert [found.verdict for found in given] == ["ok", "ok", "ok"]
