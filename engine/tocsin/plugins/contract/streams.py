"""What transforms, sources and observers promise: they take whatever comes, in time, and stop when told."""

from collections.abc import Iterator, Mapping
from functools import partial
from threading import Event
from typing import Any, Final

import anyio

from tocsin.clock import SystemClock
from tocsin.hookspecs import Source, Transform, Type
from tocsin.journal import Entry, Lifecycle, PluginFailed, Seen
from tocsin.model import Tweet, TweetId
from tocsin.plugins.contain import describe
from tocsin.plugins.contract.finding import Finding, Hangs, called
from tocsin.plugins.contract.odd import shown, tweets
from tocsin.plugins.guard import Answer, TransformChain
from tocsin.plugins.listening import Listener
from tocsin.plugins.source import SourceThread

STOP_S: Final = 1.0
"""How long a source may take to stop."""

_RUN_S: Final = 1.0
_TYPES: Final[Mapping[Type, tuple[type, ...]]] = {
    "text": (str,), "number": (int, float), "truth": (bool,), "list": (list,), "object": (dict,),
    "any": (str, int, float, bool, list, dict),
}  # fmt: skip


def transform_findings(transform: Transform) -> Iterator[Finding]:
    """Yield what is to be said of a transform."""
    subject = f"transform {transform.name}"
    told: list[PluginFailed] = []
    given = tweets()
    answers = anyio.run(_answers, transform, given, told)
    for failure in told[:3]:
        yield Finding("failed", subject, failure.error)
    if not told:
        yield Finding("ok", subject, f"takes {len(given)} odd tweets, within its budget of {transform.budget}")
    problem = next(filter(None, (_fields_problem(transform, *pair) for pair in zip(given, answers, strict=True))), None)
    if problem is not None:
        yield Finding("failed", subject, problem)
    elif transform.fields:
        yield Finding("ok", subject, f"adds what it declares: {', '.join(transform.fields)}")


async def _answers(transform: Transform, given: list[dict[str, Any]], told: list[PluginFailed]) -> list[Answer]:
    answers: list[Answer] = []
    for data in given:
        found, answer = await _answer(transform, data)
        if found:  # the first call may prepare what the others use
            found, answer = await _answer(transform, data)
        told += found
        answers += answer
        if len(told) >= 3:
            break
    return [*answers, *given[len(answers) :]]


async def _answer(transform: Transform, data: dict[str, Any]) -> tuple[list[PluginFailed], list[Answer]]:
    """Return the failures and the answer for one tweet, from a chain of its own that has no failures to rest after."""
    found: list[PluginFailed] = []
    chain = TransformChain([("this plugin", transform)], SystemClock(), found.append)
    return found, await chain.apply_batch((data,))


def _fields_problem(transform: Transform, given: Mapping[str, Any], answer: Answer) -> str | None:
    if not isinstance(answer, Mapping):
        return None
    for path, kind in transform.fields.items():
        value: Any = answer
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None and (
            not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool))
        ):
            return f"declares .{path} as {kind} and gives {shown(value)}"
    roots = {path.partition(".")[0] for path in transform.fields}
    added = next((key for key in answer if key not in given and key not in roots), None)
    return None if added is None else f"adds .{added}, which `fields` doesn't declare: rules can't name it"


def source_findings(plugin: str, source: Source, options: Any) -> Iterator[Finding]:
    """Yield what is to be said of a source, run for a moment with these options."""
    subject = f"source {source.name}"
    news = Event()
    thread = SourceThread(plugin, source, options, news.set)
    thread.start()
    news.wait(_RUN_S)
    given = len(thread.take())
    ended = thread.ending
    thread.stop()
    if not thread.wait(STOP_S):
        yield Finding("failed", subject, f"doesn't stop within {STOP_S:g} s of being cancelled")
    elif ended is not None:
        yield Finding("ok", subject, f"ended by itself ({type(ended).__name__.lower()}), {given} things handed over")
    else:
        yield Finding("ok", subject, f"stops when it is told to, {given} things handed over in a moment")


def observer_findings(listener: Listener) -> Iterator[Finding]:
    """Yield what is to be said of an observer, shown the life of one tweet and then closed."""
    now = SystemClock().now()
    tweet = Tweet(id=TweetId("1"), data=tweets()[1], source="check", received_at=now, created_at=now)
    entries: list[tuple[Entry, Tweet | None]] = [
        (Lifecycle(at=now, event="started", detail=""), None),
        (Seen(at=now, tweet_id=tweet.id, source="check"), tweet),
        (Lifecycle(at=now, event="stopped", detail=""), None),
    ]
    calls = [
        (f"tocsin_observe of a {entry.kind} entry", partial(listener.observe, entry=entry, tweet=about))
        for entry, about in entries
    ]
    for what, call in [*calls, ("tocsin_finish", partial(listener.finish))]:
        try:
            called(call)
        except Hangs as error:
            yield Finding("failed", "observer", f"{what} {error}")
            return
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            yield Finding("failed", "observer", f"{what} raised {describe(error)}")
            return
    yield Finding("ok", "observer", "sees entries, and closes")
