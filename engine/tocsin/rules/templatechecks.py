"""What may stand in a template: a walk through its tree that finds everything that may not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from tocsin.hookspecs import Filter, Type
from tocsin.logic.suggestions.synonyms import FIELDS, FILTERS
from tocsin.logic.vocabulary import suggest
from tocsin.rules.sandbox import environment, filter_names

_MAX_DEPTH = 50
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


_HABITS = (
    (re.compile(r"(\{\{\{)"), "two braces are enough: {{ text }}"),
    (re.compile(r"\{\{[^}]*?(\$[\w.]+)"), "leave the $ out"),
    (re.compile(r"\{\{-?\s*(\.\w[\w.]*)"), "leave the dot in front out"),
)
"""What other languages of templates have and Jinja2 has not."""


def syntax_problem(source: str, error: TemplateSyntaxError) -> TemplateProblem:
    """Return what is wrong with a source that Jinja2 can't read."""
    line = (source.splitlines() or [""])[min(error.lineno, len(source.splitlines()) or 1) - 1]
    for habit, hint in _HABITS:
        found = habit.search(line)
        if found is not None:
            return TemplateProblem("bad-template", "this is no template of Jinja2", hint, error.lineno, found[1])
    hint = "see docs/reference/rule-files.md, templates"
    return TemplateProblem("bad-template", str(error.message), hint, error.lineno)


class Checker:
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
            case nodes.Test() if node.name not in environment().tests:
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
        if node.name in environment().filters:
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
