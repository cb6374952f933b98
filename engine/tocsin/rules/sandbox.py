"""Jinja2, cut down: its filters, what its expressions may look at, and how a value is written."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from jinja2 import ChainableUndefined, nodes
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tocsin.model import Fragment, RichText

Filters: TypeAlias = tuple[tuple[str, Callable[..., Any]], ...]
"""Filters of plugins, by name."""

MAX_LENGTH = 20_000
"""The longest text that a template may come to, in characters; what goes past it is cut off."""

# Around what an expression gave, within the rendered text. Stripped from templates and values first.
OPEN, CLOSE = "\x02", "\x03"
MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_FILLED_IN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")

# The filters of Jinja2 whose work and result are bounded by what goes in; `clip`, `join` and `replace` are ours.
_FILTERS = re.findall(
    r"\w+",
    """
    abs capitalize count d default first float int last length list lower max min reverse round sort string striptags
    sum title trim truncate unique upper urlencode wordcount
    """,
)


@lru_cache(maxsize=4096)
def generator(source: str, filters: Filters) -> Callable[[Mapping[str, Any]], Iterator[str]]:
    """Return what makes the pieces of a template's text from a context, marks around what was filled in."""
    # Many rules have the same title, and Jinja takes a millisecond for each.
    return environment(filters).from_string(source).generate


@lru_cache(maxsize=1_024)
def tree_of(source: str) -> nodes.Template:
    """Return the tree of a template, to be looked at only: most rules share theirs, the defaults."""
    return environment().parse(source)


def filter_names() -> list[str]:
    """Return the filters that templates have, sorted."""
    return sorted(environment().filters)


class _Missing(ChainableUndefined):
    """What an absent or null field is: it renders as nothing and is neither more nor less than anything."""

    __slots__ = ()

    def _false(self, other: object) -> bool:
        del other
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _false  # type: ignore[assignment]

    def __int__(self) -> int:  # type: ignore[override]
        return 0

    def __float__(self) -> float:  # type: ignore[override]
        return 0.0


class _Environment(ImmutableSandboxedEnvironment):
    """Attributes are keys of mappings and nothing else: no Python object shows through."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of a mapping, an attribute of `loop`, else something that renders as nothing."""
        if isinstance(obj, Mapping) and obj.get(attribute) is not None:
            return obj[attribute]
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of a mapping, list or text, else something that renders as nothing."""
        if isinstance(obj, Mapping | list | tuple | str):
            try:
                item = obj[argument]  # type: ignore[index,call-overload,unused-ignore]
            except (LookupError, TypeError):
                item = None
            if item is not None:
                return item
        return self.undefined(obj=obj, name=str(argument))


@lru_cache(maxsize=256)
def environment(more: Filters = ()) -> _Environment:
    """Return Jinja2 as it is for templates, with more filters."""
    made = _Environment(undefined=_Missing, finalize=_fill_in, cache_size=0, autoescape=False)
    filters = {name: made.filters[name] for name in _FILTERS}
    made.filters.clear()
    made.filters.update(filters, clip=clip, join=_join, replace=_replace)
    made.filters.update((name, _present(function)) for name, function in more)
    made.globals.clear()
    return made


def _present(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plugin's filter that gets None for what is missing, instead of something that only Jinja2 knows."""

    def call(value: Any, *arguments: Any, **named: Any) -> Any:
        return function(None if isinstance(value, Undefined) else value, *arguments, **named)

    return call


def _fill_in(value: Any) -> str:
    """Return what an expression gave as text between the sentinels."""
    return f"{OPEN}{stripped(value)}{CLOSE}"


def stripped(value: Any) -> str:
    """Return a value as text, without marks and bounded."""
    text = _as_text(value)[:MAX_LENGTH]
    return MARKS.sub("", text) if OPEN in text or CLOSE in text else text


def _as_text(value: Any) -> str:
    if type(value) is str:
        return value
    match value:
        case None | Undefined():
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ", ".join(_as_text(item) for item in value[:1_000])
        case Mapping():
            return json.dumps(dict(value), ensure_ascii=False, default=str)
        case _:
            return str(value)


def clip(value: Any, length: int = 140) -> str:
    """Return the text on one line, cut between words to at most `length` characters with an ellipsis."""
    text = " ".join(_as_text(value).split())
    if len(text) <= length:
        return text
    head = text[: max(0, length - 1)]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > length // 2 else head).rstrip() + "…"


def _replace(value: Any, old: str, new: str) -> str:
    """Return the text with each `old` replaced.

    Raises:
        ValueError: the result would be longer than a template may come to.
    """
    text, old, new = _as_text(value), str(old), str(new)
    if not old:
        return text
    if len(text) + text.count(old) * len(new) > 4 * MAX_LENGTH:
        raise ValueError("the text would get too long")
    return text.replace(old, new)


def _join(value: Any, separator: str = "", attribute: str | None = None) -> str:
    """Return the items as one text, at most 1,000 of them; of mappings their `attribute`, if one is named."""
    items = list(value)[:1_000] if isinstance(value, list | tuple | str) else []
    if attribute is not None:
        items = [item.get(attribute) for item in items if isinstance(item, Mapping)]
    return str(separator)[:100].join(_as_text(item)[:MAX_LENGTH] for item in items)


def fragments_of(rendered: str) -> RichText:
    """Return the rendered text as fragments: between sentinels untrusted, else trusted."""
    fragments: list[Fragment] = []
    position = 0
    for found in _FILLED_IN.finditer(rendered):
        if found.start() > position:
            fragments.append(Fragment(MARKS.sub("", rendered[position : found.start()]), trusted=True))
        if found[1]:
            fragments.append(Fragment(found[1], trusted=False))
        position = found.end()
    if position < len(rendered):
        fragments.append(Fragment(MARKS.sub("", rendered[position:]), trusted=True))
    return RichText(tuple(fragments))
