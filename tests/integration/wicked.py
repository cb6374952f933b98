"""Wicked plugins: for every hook, every way to behave badly, and how that is told."""

from dataclasses import dataclass
from textwrap import dedent
from typing import Final

HOOKS: Final = ("operator", "transform", "action", "source", "filter", "observer")

BEHAVIOURS: Final = {
    "raises": "raise RuntimeError('wicked')",
    "SystemExit": "raise SystemExit(3)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "hangs sync": "threading.Event().wait(60)",
    "hangs async": "await asyncio.sleep(60)",
    "burns CPU": "while True: pass",
    "returns rubbish": "return object()",
    "mutates its input": "spoil(value)",
    "prints": "print('wicked words')",
    "leaks threads": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "takes long to import": "",
    "wrong signature": "",
    "old API version": "",
    "duplicate name": "",
}

LEFT_OUT: Final = "left out at the start, with the reason"
SLOW: Final = "told how long it took"
HARMLESS: Final = "harmless: nothing to tell"
JOURNAL: Final = "journal, log, metrics"
FAILED: Final = "journal, log, metrics; the rule's term is failed"
DELIVERY: Final = "the delivery's outcome; tried again later"
REFUSED: Final = "the delivery's outcome; a dead letter"
AGAIN: Final = "journal, log, metrics; run again after a pause, with a gap"
COUNTED: Final = "counted and journalled as unusable"

_AT_START: Final = {
    "takes long to import": SLOW,
    "wrong signature": LEFT_OUT,
    "old API version": LEFT_OUT,
    "duplicate name": LEFT_OUT,
}
_FAILS: Final = ("raises", "SystemExit", "KeyboardInterrupt", "hangs sync", "burns CPU", "returns rubbish")
_HARMLESS: Final = {"mutates its input": HARMLESS, "prints": HARMLESS, "leaks threads": HARMLESS}

TOLD: Final = {
    "operator": {**dict.fromkeys(_FAILS, FAILED), "hangs async": LEFT_OUT, **_HARMLESS, **_AT_START},
    "transform": {**dict.fromkeys((*_FAILS, "hangs async"), JOURNAL), **_HARMLESS, **_AT_START,
                  "mutates its input": JOURNAL},
    "action": {
        **dict.fromkeys(_FAILS, DELIVERY), "returns rubbish": REFUSED, "hangs async": LEFT_OUT, **_HARMLESS, **_AT_START
    },
    "source": {
        **dict.fromkeys(("raises", "SystemExit", "KeyboardInterrupt"), AGAIN),
        **dict.fromkeys(("hangs sync", "burns CPU"), JOURNAL), "hangs async": HARMLESS, "returns rubbish": COUNTED,
        **_HARMLESS, **_AT_START,
    },
    "filter": {**dict.fromkeys(_FAILS, JOURNAL), "hangs async": LEFT_OUT, **_HARMLESS, **_AT_START},
    "observer": {
        **dict.fromkeys(_FAILS, JOURNAL), "returns rubbish": HARMLESS, "hangs async": LEFT_OUT, **_HARMLESS, **_AT_START
    },
}  # fmt: skip
"""How each cell is told; the page about isolation shows it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One hook and one way to behave badly."""

    hook: str
    behaviour: str

    @property
    def told(self) -> str:
        """How the user hears of it."""
        return TOLD[self.hook][self.behaviour]


CELLS: Final = tuple(Cell(hook, behaviour) for hook in HOOKS for behaviour in BEHAVIOURS)

_HEAD = """
    import asyncio, threading
    from datetime import timedelta
    import tocsin.hookspecs as t

    {api}

    def spoil(value):
        value = getattr(value, "tweet", value)
        value = getattr(value, "data", value)
        if isinstance(value, dict):
            value.clear()
        if isinstance(value, list):
            value.clear()
"""

_PARTS = {
    "operator": """
        {define} misbehave({arguments}):
            {body}
            return True

        @t.hookimpl
        def tocsin_operators(register):
            register(t.Operator(name="{name}", arguments=("any",), result="truth", function=misbehave, doc="d",
                                example="e"))
    """,
    "transform": """
        {define} misbehave({arguments}):
            {body}
            return {given}

        @t.hookimpl
        def tocsin_transforms(register):
            register(t.Transform(name="{name}", function=misbehave, doc="d", budget=timedelta(milliseconds=20)))
    """,
    "action": """
        {define} misbehave({arguments}):
            {body}
            return t.Delivered("")

        @t.hookimpl
        def tocsin_actions(register):
            register(t.Action(name="{name}", perform=misbehave, doc="d", timeout=timedelta(milliseconds=200)))
    """,
    "source": """
        async def misbehave({arguments}):
            for number in range({count}):
                value = dict(id=str(number), text="hacked", user=dict(name="n"))
                await feed.tweet(value)
            {body}
            await asyncio.sleep(60)

        @t.hookimpl
        def tocsin_sources(register):
            register(t.Source(name="{name}", run=misbehave, doc="d"))
    """,
    "filter": """
        {define} misbehave({arguments}):
            {body}
            return "filtered"

        @t.hookimpl
        def tocsin_filters(register):
            register(t.Filter(name="{name}", function=misbehave, doc="d", example="e"))
    """,
    "observer": """
        @t.hookimpl
        {define} tocsin_observe({arguments}):
            value = tweet
            {body}
    """,
}

_ARGUMENTS = {
    "operator": "value", "transform": "value", "action": "value, options", "source": "options, feed",
    "filter": "value", "observer": "entry, tweet",
}  # fmt: skip
_WRONG = {"observer": "entry, twet", "source": "options, feed, more", "action": "value"}


def source_of(cell: Cell, count: int) -> str:
    """Return the source of the plugin of a cell; its source gives `count` tweets before it misbehaves."""
    body = BEHAVIOURS[cell.behaviour] or "pass"
    if cell.hook == "source" and cell.behaviour == "returns rubbish":
        body = "await feed.tweet(object())"
    part = dedent(_PARTS[cell.hook]).format(
        define="async def" if cell.behaviour == "hangs async" else "def",
        arguments=_WRONG.get(cell.hook, "") if cell.behaviour == "wrong signature" else _ARGUMENTS[cell.hook],
        body=body,
        name="good" if cell.behaviour == "duplicate name" else "wicked",
        given="value" if cell.behaviour != "mutates its input" else "object()",
        count=count,
    )
    head = dedent(_HEAD).format(api="tocsin_api = 0" if cell.behaviour == "old API version" else "")
    slow = "import time\ntime.sleep(1.1)\n" if cell.behaviour == "takes long to import" else ""
    return slow + head + part


GOOD = """
    import threading
    import tocsin.hookspecs as t

    SEEN, TOLD, PERFORMED = [], [], []

    def note(data):
        SEEN.append(data.get("text"))
        return {**data, "noted": True}

    def perform(alert, options):
        PERFORMED.append((alert.tweet.data.get("text"), alert.title.plain()))
        return t.Delivered("")

    async def run(options, feed):
        raise t.SourceRefused("never used")

    @t.hookimpl
    def tocsin_operators(register):
        register(t.Operator(name="good", arguments=("any",), result="truth", function=lambda value: value == "hacked",
                            doc="d", example="e"))

    @t.hookimpl
    def tocsin_transforms(register):
        register(t.Transform(name="good", function=note, doc="d", fields={"noted": "truth"}))

    @t.hookimpl
    def tocsin_actions(register):
        register(t.Action(name="good", perform=perform, doc="d"))

    @t.hookimpl
    def tocsin_sources(register):
        register(t.Source(name="good", run=run, doc="d"))

    @t.hookimpl
    def tocsin_filters(register):
        register(t.Filter(name="good", function=lambda value: value, doc="d", example="e"))

    @t.hookimpl
    def tocsin_observe(entry, tweet):
        TOLD.append((entry.kind, tweet and tweet.data.get("text")))
"""


def table() -> str:
    """Return the table of all cells for the page about isolation."""
    head = ["| " + " | ".join(["", *HOOKS]) + " |", "|---" * (len(HOOKS) + 1) + "|"]
    rows = [[behaviour, *(TOLD[hook][behaviour] for hook in HOOKS)] for behaviour in BEHAVIOURS]
    return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
