"""Titles and bodies: Jinja2, cut down to what can't surprise anybody at 3 a.m.

This module and `plaintemplates` are the only importers of jinja2.

What the author wrote and what a tweet filled in leave here as separate fragments, so that each destination can escape
the second and keep the first. Output, `if` and one level of `for` are all there is: no calls, no assignments, no
multiplication, so that a template can't run code, can't loop for long and can't build a long text.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tocsin.hookspecs import Filter, Type
from tocsin.logic.suggestions.synonyms import FIELDS, FILTERS
from tocsin.logic.vocabulary import suggest
from tocsin.model import Fragment, RichText
from tocsin.rules.plaintemplates import Plain, filled_in, plain_of

DEFAULT_TITLE = "{{ rule }}: {{ text | clip(120) }}"
DEFAULT_BODY = "{{ text }}\n\n{{ user.name }} ({{ user.username }}){% if url %}\n{{ url }}{% endif %}"

ALERT_NAMES: Mapping[str, Type] = {
    "rule": "text",
    "severity": "text",
    "labels": "object",
    "key": "text",
    "because": "list",
}
"""What templates may name beside the fields of the tweet."""

Filters: TypeAlias = tuple[tuple[str, Callable[..., Any]], ...]
"""Filters of plugins, by name."""

NO_FILTERS: Final[Mapping[str, Filter]] = MappingProxyType({})

MAX_LENGTH = 20_000
"""The longest text that a template may come to, in characters; what goes past it is cut off."""
MAX_SOURCE = 10_000
"""The longest template, in characters."""
_MAX_DEPTH = 50

# Around what an expression gave, within the rendered text. Stripped from templates and values first.
_OPEN, _CLOSE = "\x02", "\x03"
_SENTINELS = re.compile(f"[{_OPEN}{_CLOSE}]")
_FILLED_IN = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")

# The filters of Jinja2 whose work and result are bounded by what goes in; `clip`, `join` and `replace` are ours.
_FILTERS = re.findall(
    r"\w+",
    """
    abs capitalize count d default first float int last length list lower max min reverse round sort string striptags
    sum title trim truncate unique upper urlencode wordcount
    """,
)
_STATEMENTS: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Div,
    nodes.FloorDiv,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)
_WRITTEN: Mapping[type[nodes.Node], str] = {
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
}


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A mistake in a template: `line` counts from 1, `name` is the word that is meant, empty if none."""

    code: str
    message: str
    hint: str
    line: int
    name: str = ""


@dataclass(frozen=True)
class Template:
    """A checked template; equal to any other of the same source."""

    source: str
    names: frozenset[str] = field(default=frozenset(), compare=False)
    filters: Filters = field(default=(), compare=False)

    def render(self, context: Mapping[str, Any]) -> RichText:
        """Return the text for one alert. Never raises, and never gives more than `MAX_LENGTH` characters.

        `context` holds the tweet's fields at the top level and the names of `ALERT_NAMES`. What is missing or null
        renders as nothing. Should the template fail all the same, the result is a plain title with a note.
        """
        try:
            if self._constant is not None:
                return self._constant
            if self._plain is not None:
                fragments = filled_in(self._plain, context, _stripped, MAX_LENGTH)
                if fragments is not None:
                    return RichText(fragments)
            return self.render_by_jinja(context)
        except Exception as error:  # noqa: BLE001  a filter may raise anything, and an alert must not be lost for it
            return _fallback(context, error)

    def render_by_jinja(self, context: Mapping[str, Any]) -> RichText:
        """Return the same as `render`, by the way that every template can take; raises what its filters raise."""
        return _split("".join(self._pieces(context)))

    @cached_property
    def _plain(self) -> Plain | None:
        # A plugin may have a filter of the same name as one of ours.
        return None if self.filters else _plain(self.source)

    @cached_property
    def _constant(self) -> RichText | None:
        return self.render_by_jinja({}) if self._plain is not None and self._plain.is_constant else None

    @cached_property
    def _generate(self) -> Callable[[Mapping[str, Any]], Iterator[str]]:
        return _generator(self.source, self.filters)

    def _pieces(self, context: Mapping[str, Any]) -> Iterator[str]:
        left = MAX_LENGTH
        present = {name: value for name, value in context.items() if value is not None}
        for piece in self._generate(present):
            if len(piece) > left:
                # Never cut within the marks of an expression: what lies in it would pass as the author's.
                closing = _CLOSE if piece.startswith(_OPEN) and left > 0 else ""
                yield f"{piece[:left]}{closing}…"
                return
            left -= len(piece)
            yield piece


@lru_cache(maxsize=4096)
def _generator(source: str, filters: Filters) -> Callable[[Mapping[str, Any]], Iterator[str]]:
    # Many rules have the same title, and Jinja takes a millisecond for each.
    return _environment(filters).from_string(source).generate


@lru_cache(maxsize=1_024)
def _plain(source: str) -> Plain | None:
    return plain_of(_tree(source), _clip)


Checked: TypeAlias = tuple[Template | None, tuple[TemplateProblem, ...]]
"""A template, or None and all that is wrong with it."""


def parse_template(
    source: str, fields: Mapping[str, Type], labels: Collection[str] = (), filters: Mapping[str, Filter] = NO_FILTERS
) -> Checked:
    """Return the template, or None and all that is wrong with it.

    `fields` are the declared fields of a tweet by dotted path; `labels` the labels that its rule has; `filters` those
    of plugins, guarded, by name.
    """
    source = _SENTINELS.sub("", source)
    if len(source) > MAX_SOURCE:
        return None, (TemplateProblem("bad-template", f"longer than {MAX_SOURCE:,} characters", "shorten it", 1),)
    try:
        tree = _tree(source)
    except TemplateSyntaxError as error:
        return None, (_syntax_problem(source, error),)
    except RecursionError:
        return None, (TemplateProblem("bad-template", "nested too deep", "simplify it", 1),)
    known: dict[str, Type] = {**fields, **ALERT_NAMES}
    known.update({f"labels.{label}": "text" for label in labels})
    checker = _Checker(known, filters)
    checker.check(tree, frozenset(), loops=0)
    if checker.problems:
        return None, tuple(dict.fromkeys(checker.problems))
    return Template(source, frozenset(checker.names), tuple(sorted(checker.filters.items()))), ()


def filter_names() -> list[str]:
    """Return the filters that templates have, sorted."""
    return sorted(_environment().filters)


_HABITS = (
    (re.compile(r"(\{\{\{)"), "two braces are enough: {{ text }}"),
    (re.compile(r"\{\{[^}]*?(\$[\w.]+)"), "leave the $ out"),
    (re.compile(r"\{\{-?\s*(\.\w[\w.]*)"), "leave the dot in front out"),
)
"""What other languages of templates have and Jinja2 has not."""


def _syntax_problem(source: str, error: TemplateSyntaxError) -> TemplateProblem:
    line = (source.splitlines() or [""])[min(error.lineno, len(source.splitlines()) or 1) - 1]
    for habit, hint in _HABITS:
        found = habit.search(line)
        if found is not None:
            return TemplateProblem("bad-template", "this is no template of Jinja2", hint, error.lineno, found[1])
    hint = "see docs/reference/rule-files.md, templates"
    return TemplateProblem("bad-template", str(error.message), hint, error.lineno)


@lru_cache(maxsize=1_024)
def _tree(source: str) -> nodes.Template:
    """Return the tree of a template, to be looked at only: most rules share theirs, the defaults."""
    return _environment().parse(source)


class _Checker:
    """Walks a template's tree and collects what may not stand in it."""

    def __init__(self, known: Mapping[str, Type], filters: Mapping[str, Filter]) -> None:
        self._known = known
        self._filters = filters
        self.filters: dict[str, Callable[..., Any]] = {}
        self._roots = {path.partition(".")[0] for path in known}
        self._parents = {path[:index] for path in known for index, sign in enumerate(path) if sign == "."}
        self.problems: list[TemplateProblem] = []
        self.names: set[str] = set()
        self._depth = 0

    def check(self, node: nodes.Node, local: frozenset[str], *, loops: int) -> None:
        """Check a node and all below it; `local` are the names that loops around it define."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._add("bad-template", "nested too deep", "simplify it", node.lineno, "")
        else:
            self._check(node, local, loops)
        self._depth -= 1

    def _check(self, node: nodes.Node, local: frozenset[str], loops: int) -> None:
        if not isinstance(node, _STATEMENTS):
            self._refuse_node(node)
            return
        match node:
            case nodes.For():
                self._loop(node, local, loops)
                return
            case nodes.Getattr() | nodes.Getitem() | nodes.Name():
                path = _dotted(node)
                if path is not None:
                    self._path(path, node.lineno, local)
                    return
            case nodes.Filter():
                self._filter(node)
            case nodes.Test() if node.name not in _environment().tests:
                self._add("unknown-filter", f"no test {node.name!r}", "try `is defined`", node.lineno, node.name)
            case _:
                pass
        for child in node.iter_child_nodes():
            self.check(child, local, loops=loops)

    def _loop(self, node: nodes.For, local: frozenset[str], loops: int) -> None:
        if loops or node.recursive:
            self._add("bad-template", "a loop in a loop", "templates have one level of `for`", node.lineno, "for")
            return
        defined = {name.name for name in node.target.find_all(nodes.Name)}
        if isinstance(node.target, nodes.Name):
            defined.add(node.target.name)
        self.check(node.iter, local, loops=loops)
        inner = local | defined | {"loop"}
        for child in (*node.body, *([node.test] if node.test is not None else [])):
            self.check(child, inner, loops=loops + 1)
        for child in node.else_:
            self.check(child, local, loops=loops)

    def _path(self, path: str, line: int, local: frozenset[str]) -> None:
        root = path.partition(".")[0]
        if root in local:
            return
        self.names.add(root)
        if path in self._known or path in self._parents:
            return
        above = path
        while "." in above:
            above = above.rpartition(".")[0]
            if self._known.get(above) in {"object", "any", "list"} and above not in self._parents and above != "labels":
                return
        missing = path if root in self._roots else root
        near = suggest(path, {*self._known, *self._roots}, FIELDS) or suggest(missing, self._roots)
        hint = f"did you mean {near!r}?" if near else "docs/reference/rule-files.md lists what templates may name"
        self._add("unknown-name", f"no {missing!r} to fill in", hint, line, missing)

    def _filter(self, node: nodes.Filter) -> None:
        if node.name in _environment().filters:
            return
        if node.name in self._filters:
            self.filters[node.name] = self._filters[node.name].function
            return
        known = sorted({*filter_names(), *self._filters})
        near = suggest(node.name, known, FILTERS)
        hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(known)}"
        if node.name in {"e", "escape", "safe", "forceescape"}:
            hint = "leave it out: each destination escapes what tweets fill in"
        self._add("unknown-filter", f"no filter {node.name!r}", hint, node.lineno, node.name)

    def _refuse_node(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Call):
            called = _dotted(node.node) or ""
            hint = "use a filter, such as {{ text | upper }}"
            self._add("bad-template", "templates call no functions", hint, node.lineno, called.rpartition(".")[2])
            return
        written = _WRITTEN.get(type(node), type(node).__name__.lower())
        hint = "templates have output, `if` and `for`"
        self._add("bad-template", f"{written!r} is not part of templates here", hint, node.lineno, written)

    def _add(self, code: str, message: str, hint: str, line: int | None, name: str) -> None:
        # Jinja2 gives no line to the nodes that it adds by itself, e.g. for `autoescape`.
        self.problems.append(TemplateProblem(code, message, hint, line or 1, name))


def _dotted(node: nodes.Node) -> str | None:
    """Return `user.name` for the nodes of `user.name` and `user["name"]`; None for anything computed."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            parent, leaf = _dotted(node.node), node.attr
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            parent, leaf = _dotted(node.node), key
        case _:
            return None
    return None if parent is None else f"{parent}.{leaf}"


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
def _environment(more: Filters = ()) -> _Environment:
    environment = _Environment(undefined=_Missing, finalize=_fill_in, cache_size=0, autoescape=False)
    filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters.clear()
    environment.filters.update(filters, clip=_clip, join=_join, replace=_replace)
    environment.filters.update((name, _present(function)) for name, function in more)
    environment.globals.clear()
    return environment


def _present(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plugin's filter that gets None for what is missing, instead of something that only Jinja2 knows."""

    def call(value: Any, *arguments: Any, **named: Any) -> Any:
        return function(None if isinstance(value, Undefined) else value, *arguments, **named)

    return call


def _fill_in(value: Any) -> str:
    """Return what an expression gave as text between the sentinels."""
    return f"{_OPEN}{_stripped(value)}{_CLOSE}"


def _stripped(value: Any) -> str:
    text = _as_text(value)[:MAX_LENGTH]
    return _SENTINELS.sub("", text) if _OPEN in text or _CLOSE in text else text


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


def _clip(value: Any, length: int = 140) -> str:
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


def _split(rendered: str) -> RichText:
    """Return the rendered text as fragments: between sentinels untrusted, else trusted."""
    fragments: list[Fragment] = []
    position = 0
    for found in _FILLED_IN.finditer(rendered):
        if found.start() > position:
            fragments.append(Fragment(_SENTINELS.sub("", rendered[position : found.start()]), trusted=True))
        if found[1]:
            fragments.append(Fragment(found[1], trusted=False))
        position = found.end()
    if position < len(rendered):
        fragments.append(Fragment(_SENTINELS.sub("", rendered[position:]), trusted=True))
    return RichText(tuple(fragments))


def _fallback(context: Mapping[str, Any], error: Exception) -> RichText:
    return RichText(
        (
            Fragment(f"{context.get('rule', '')}: ", trusted=True),
            Fragment(_SENTINELS.sub("", _clip(context.get("text"), 120)), trusted=False),
            Fragment(f" [the template failed: {type(error).__name__}]", trusted=True),
        )
    )
