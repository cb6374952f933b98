"""From JSON with sugar to a checked tree, or to everything that is wrong with it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from tocsin.logic.ast import Array, Call, Expr, FieldRef, Literal, Path, Var
from tocsin.logic.evaluation.patterns import odd_pattern, pattern_problem
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.fields import DERIVED
from tocsin.logic.macros import reading_order
from tocsin.logic.problems import Problem
from tocsin.logic.suggestions.installable import install_hint
from tocsin.logic.suggestions.suspicions import arity_hint, formula_hint, suspicion
from tocsin.logic.suggestions.synonyms import FIELDS, OPERATORS
from tocsin.logic.vocabulary import ARITY, FORBIDDEN, SCOPED, WORD_FORMS, Vocabulary, did_you_mean

MAX_DEPTH: Final = 64
MAX_NODES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may refer to. `macros` maps a name to its JSON and the path where that stands.

    `trees` are macros once read (`with_trees`), by name and whether `var` means the tweet in them; a macro that has
    none is read at each use.
    """

    vocabulary: Vocabulary
    macros: Mapping[str, tuple[object, Path]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    check_fields: bool = True
    trees: Mapping[tuple[str, bool], "Parsed"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, None where there are problems in it or in a macro that it uses; and its own problems, in source order.

    `size` counts its parts and `height` how deep they nest, macros written out.
    """

    expr: Expr | None
    problems: tuple[Problem, ...] = ()
    size: int = 0
    height: int = 0


SUBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {"from": "user.username", "hashtag": "hashtags", "mention": "mentions", "cashtag": "cashtags", "link": "links"}
)
"""What text operators look at where a rule doesn't say; the others look at `text`."""


class _Refused(Exception):
    """This part of the tree can't be used; its problem has been noted."""


def parse(value: object, scope: Scope, at: Path = ()) -> Parsed:
    """Return the tree of an expression, or every problem in it.

    JSON scalars, lists and one-key mappings as JSON-logic has them; `FieldRef`s, `{macro: …}`, `{list: …}`, `between`
    and the word forms are turned into what they stand for. The problems of macros that the scope has trees of are in
    those trees and not told again.
    """
    return _Parser(scope).parsed(value, at, root=True)


def with_trees(scope: Scope) -> Scope:
    """Return the scope with each of its macros read once, so that rules share their trees.

    Without it a few macros that use one another thrice would be written out millions of times.
    """
    order = reading_order({name: value for name, (value, _) in scope.macros.items()})
    trees: dict[tuple[str, bool], Parsed] = {}
    growing = replace(scope, trees=trees)
    for name in order.names:
        value, at = scope.macros[name]
        for root in (True, False):
            trees[name, root] = _Parser(growing, order.cycles.get(name, {})).parsed(value, at, root=root)
    return growing


class _Parser:
    """Reads one expression; `cycles` are the macros that it must not use, each with the way back to it."""

    def __init__(self, scope: Scope, cycles: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        self._scope = scope
        self._cycles = cycles
        self._nodes = 0
        self._height = 0
        self._open_macros: list[str] = []
        self.problems: list[Problem] = []

    def parsed(self, value: object, at: Path, *, root: bool) -> Parsed:
        """Return the tree of the value; to be asked once."""
        try:
            expr: Expr | None = self.expression(value, at, depth=0, root=root)
        except _Refused:
            expr = None
        problems = tuple(dict.fromkeys(self.problems))
        return Parsed(None if problems else expr, problems, self._nodes, self._height)

    def refuse(self, code: str, message: str, at: Path, hint: str = "", *, on_key: bool = False) -> _Refused:
        self.problems.append(Problem(code=code, message=message, at=at, hint=hint, on_key=on_key))
        return _Refused()

    def expression(self, value: object, at: Path, depth: int, *, root: bool) -> Expr:
        """Return the tree of a value; `root` says whether `var` means the tweet here."""
        self._reach(depth, 1, at)
        match value:
            case FieldRef():
                return self._var([str(value)], at, depth, root=root)
            case None | bool() | str():
                return Literal(value, at)
            case int() | float():
                if isinstance(value, float) and not math.isfinite(value):
                    raise self.refuse("not-json", "not a number that JSON knows", at, "write a finite number")
                return Literal(value, at)
            case list() | tuple():
                return Array(self._all(value, at, depth, root=root), at)
            case dict() | Mapping():
                return self._mapping(value, at, depth, root=root)
            case _:
                raise self.refuse("not-json", f"a {type(value).__name__} is no JSON value", at, "quote it")

    def _reach(self, depth: int, size: int, at: Path, how: str = "") -> None:
        """Note so many more parts, the deepest of them at a depth; refuse what is too deep or, once, too large."""
        if depth > MAX_DEPTH:
            raise self.refuse("too-deep", f"nested deeper than {MAX_DEPTH}{how}", at, "name its parts with macros")
        before = self._nodes
        self._nodes += size
        self._height = max(self._height, depth)
        if self._nodes > MAX_NODES:
            if before > MAX_NODES:
                raise _Refused
            raise self.refuse("too-large", f"more than {MAX_NODES} parts{how}", at, "split it into several rules")

    def _all(self, values: Iterable[object], at: Path, depth: int, *, root: bool) -> tuple[Expr, ...]:
        """Return the trees of several values; refuses after having looked at every one."""
        found: list[Expr] = []
        refused = False
        for index, value in enumerate(values):
            try:
                found.append(self.expression(value, (*at, index), depth + 1, root=root))
            except _Refused:
                refused = True
        if refused:
            raise _Refused
        return tuple(found)

    def _mapping(self, value: Mapping[Any, object], at: Path, depth: int, *, root: bool) -> Expr:
        if len(value) != 1:
            keys = ", ".join(f"'{key}'" for key in value)
            what = f"two operators in one mapping: {keys}" if value else "an empty mapping"
            hint = "put them in a list under 'and' or 'or'" if value else "write an operator, e.g. {word: [x]}"
            key = str(list(value)[1]) if len(value) > 1 else ""
            raise self.refuse("two-keys" if value else "empty-mapping", what, (*at, key) if key else at, hint,
                              on_key=bool(key))  # fmt: skip
        name, argument = next(iter(value.items()))
        if not isinstance(name, str):
            raise self.refuse("unknown-operator", f"an operator is a text, not {name!r}", at, "quote it")
        here: Path = (*at, name)
        match name:
            case "macro":
                return self._macro(argument, here, depth, root=root)
            case "list":
                return Array(tuple(Literal(item, here) for item in self._list(argument, here)), here)
            case "var":
                arguments = argument if isinstance(argument, list | tuple) else [argument]
                return self._var(arguments, here, depth, root=root)
            case "between":
                return self._between(argument, here, depth, root=root)
        self._check_name(name, here)
        if name in TEXT_OPERATORS:
            return self._text_call(name, argument, here, depth, root=root)
        return self._call(WORD_FORMS.get(name, name), name, argument, here, depth, root=root)

    def _check_name(self, name: str, at: Path) -> None:
        vocabulary = self._scope.vocabulary
        if name in FORBIDDEN:
            raise self.refuse("forbidden-operator", f"'{name}' is not allowed in rules: it runs code", at,
                              "use the standard operators; `tocsin plugins` lists others", on_key=True)  # fmt: skip
        if "." in name and not name.startswith("."):
            hint = self._as_other_kind(name) or "to read a field, write {var: " + name + "}"
            raise self.refuse("dotted-operator", f"operator names have no dots: '{name}'", at, hint, on_key=True)
        if not vocabulary.has_operator(name):
            listed = "docs/reference/operators.md lists all operators"
            hint = (
                self._as_other_kind(name)
                or install_hint("operator", name)
                or formula_hint(name)
                or did_you_mean(name, vocabulary.operator_names(), listed, OPERATORS)
            )
            raise self.refuse("unknown-operator", f"no operator '{name}'", at, hint, on_key=True)

    def _as_other_kind(self, name: str) -> str:
        """Return how to use a name, written where an operator is meant, that is a field's, a macro's or a list's."""
        field_name, fields = name.removeprefix("."), self._scope.vocabulary.fields
        if field_name in fields:
            example = {"number": f"{{gt: [.{field_name}, 100]}}", "truth": f"write .{field_name} alone"}
            shown = example.get(fields[field_name], f"{{eq: [.{field_name}, value]}}")
            return f"'{field_name}' is a field: {shown}"
        if name in self._scope.macros:
            return f"'{name}' is a macro: {{macro: {name}}}"
        return f"'{name}' is a list: {{word: {{list: {name}}}}}" if name in self._scope.lists else ""

    def _call(self, op: str, written: str, argument: object, at: Path, depth: int, *, root: bool) -> Expr:
        values = argument if isinstance(argument, list | tuple) else [argument]
        base = at if isinstance(argument, list | tuple) else at[:-1]
        self._check_arity(op, written, len(values), at)
        args: list[Expr] = []
        refused = False
        for index, value in enumerate(values):
            place = (*at, index) if base is at else at
            inner_root = root and not (op in SCOPED and index == 1)
            try:
                args.append(self.expression(value, place, depth + 1, root=inner_root))
            except _Refused:
                refused = True
        if refused:
            raise _Refused
        if op == "reduce" and len(args) == 3 and not _is_constant(args[2]):
            # The reference takes it as it stands, unevaluated, which nobody means.
            raise self.refuse("bad-argument", "the start value of 'reduce' must be a constant", args[2].at,
                              "write a number, a text or a list")  # fmt: skip
        if op in {"missing", "missing_some"} and root and self._scope.check_fields:
            self._check_missing(args)
        return self._meant(Call(op, tuple(args), at), written, root=root)

    def _meant(self, call: Call, written: str, *, root: bool) -> Call:
        """Return the call, unless nobody can mean it; what is about other things than tweets is taken as it is."""
        if root and self._scope.check_fields:
            scope = self._scope
            odd = suspicion(call.op, written, call.args, scope.vocabulary.fields, scope.lists, scope.macros)
            if odd is not None:
                self.problems.append(odd)
                raise _Refused
        return call

    def _check_arity(self, op: str, written: str, count: int, at: Path) -> None:
        operator = self._scope.vocabulary.operators.get(op)
        if operator is not None:
            least = len(operator.arguments)
            most = None if operator.variadic else least
        else:
            least, most = (3, 3) if written == "?:" else ARITY[op]
        if count < least or (most is not None and count > most):
            wanted = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            noun = "argument" if wanted == "1" else "arguments"
            raise self.refuse("wrong-arity", f"'{written}' takes {wanted} {noun}, not {count}", at,
                              arity_hint(op, written, least, count), on_key=True)  # fmt: skip

    def _check_missing(self, args: Sequence[Expr]) -> None:
        for arg in args:
            for item in arg.items if isinstance(arg, Array) else (arg,):
                if isinstance(item, Literal) and isinstance(item.value, str):
                    self._check_field(item.value, item.at, has_default=False)

    def _between(self, argument: object, at: Path, depth: int, *, root: bool) -> Expr:
        if not isinstance(argument, list | tuple) or len(argument) != 3:
            raise self.refuse(
                "wrong-arity", "'between' takes 3 arguments", at, "write {between: [1, .x, 9]}", on_key=True
            )
        call = Call("<=", self._all(argument, at, depth, root=root), at)
        return self._meant(call, "between", root=root)

    def _var(self, arguments: Sequence[object], at: Path, depth: int, *, root: bool) -> Expr:
        if len(arguments) > 2:
            raise self.refuse("wrong-arity", f"'var' takes 0 to 2 arguments, not {len(arguments)}", at,
                              "write {var: [field, default]}", on_key=True)  # fmt: skip
        if arguments and isinstance(arguments[0], FieldRef):
            raise self.refuse("bad-argument", "'var' takes a field's name without a dot in front", at,
                              f"write {{var: {arguments[0]}}}, or .{arguments[0]} alone")  # fmt: skip
        values = self._all(arguments, at, depth, root=root)
        path = values[0] if values else Literal("", at)
        default = values[1] if len(values) == 2 else None
        if root and isinstance(path, Literal) and isinstance(path.value, str):
            self._check_field(path.value, at, has_default=default is not None)
        return Var(path, default, at)

    def _check_field(self, name: str, at: Path, *, has_default: bool) -> None:
        fields = self._scope.vocabulary.fields
        if not self._scope.check_fields or name == "" or name in fields:
            return
        head, dot, _ = name.partition(".")
        parent = name.rpartition(".")[0]
        # An element of a list, or a field below an object that nobody described; with a default it can't surprise.
        if dot and (
            fields.get(parent) in {"list", "any"} or (has_default and fields.get(head) in {None, "object", "any"})
        ):
            return
        otherwise = f"to read it all the same, write {{var: [{name}, null]}}"
        hint = install_hint("field", name) or did_you_mean(name, fields, otherwise, FIELDS)
        raise self.refuse("unknown-field", f"no field '{name}'", at, hint)

    def _macro(self, name: object, at: Path, depth: int, *, root: bool) -> Expr:
        macros = self._scope.macros
        if not isinstance(name, str) or name not in macros:
            wanted = str(name)
            listed = f"'{name}' is a list: {{word: {{list: {name}}}}}" if wanted in self._scope.lists else ""
            hint = listed or did_you_mean(wanted, macros, "define it under macros:")
            raise self.refuse("unknown-macro", f"no macro '{name}'", at, hint)
        tree = self._scope.trees.get((name, root))
        if tree is not None:
            if tree.expr is None:
                raise _Refused
            self._reach(depth + 1 + tree.height, tree.size, at, ", its macros written out")
            return tree.expr
        chain = self._cycles.get(name)
        if name in self._open_macros:
            chain = [*self._open_macros[self._open_macros.index(name) :], name]
        if chain is not None:
            if not chain:
                raise _Refused
            what = f"macros refer to one another: {' → '.join(chain)}"
            raise self.refuse("macro-cycle", what, at, "take one of them out")
        value, place = macros[name]
        self._open_macros.append(name)
        try:
            return self.expression(value, place, depth + 1, root=root)
        finally:
            self._open_macros.pop()

    def _list(self, name: object, at: Path) -> tuple[str, ...]:
        lists = self._scope.lists
        if not isinstance(name, str) or name not in lists:
            wanted = str(name)
            macro = f"'{name}' is a macro: {{macro: {name}}}" if wanted in self._scope.macros else ""
            hint = macro or did_you_mean(wanted, lists, "define it under lists:")
            raise self.refuse("unknown-list", f"no list '{name}'", at, hint)
        return lists[name]

    def _text_call(self, op: str, argument: object, at: Path, depth: int, *, root: bool) -> Expr:
        values = list(argument) if isinstance(argument, list | tuple) else [argument]
        place = at if isinstance(argument, list | tuple) else None
        name = SUBJECTS.get(op, "text")
        # The elements of a list and other things than tweets have no derived fields, only perhaps a text.
        known = root and (name in self._scope.vocabulary.fields or name not in DERIVED)
        subject: Expr = Var(Literal(name if known or op == "from" else "text", at), None, at)
        start = 0
        if values and _is_subject(values[0]):
            subject = self.expression(values[0], (*at, 0) if place else at, depth + 1, root=root)
            start = 1
        patterns: list[Expr] = []
        for index, value in enumerate(values[start:], start=start):
            patterns += self._patterns(op, value, (*at, index) if place else at)
        if not patterns:
            raise self.refuse(
                "wrong-arity", f"'{op}' needs at least one pattern", at, f"write {{{op}: [text]}}", on_key=True
            )
        return Call(op, (subject, *patterns), at)

    def _patterns(self, op: str, value: object, at: Path) -> list[Expr]:
        if not isinstance(value, str) and isinstance(value, Mapping) and len(value) == 1 and "list" in value:
            return [Literal(item, at) for item in self._list(value["list"], (*at, "list"))]
        if isinstance(value, FieldRef) or not isinstance(value, str):
            hint = "quote it" if not isinstance(value, Mapping | list) else "patterns are texts or {list: name}"
            raise self.refuse("bad-pattern", f"a pattern of '{op}' is a text", at, hint)
        if not value.strip():
            raise self.refuse("bad-pattern", "an empty pattern would match everything or nothing", at, "write a text")
        if op == "matches":
            problem = pattern_problem(value)
            if problem:
                raise self.refuse("bad-pattern", f"not a regular expression that RE2 takes: {problem}", at,
                                  "RE2 has no look-around and no back-references")  # fmt: skip
            odd = odd_pattern(value)
            if odd is not None:
                raise self.refuse("bad-pattern", odd[0], at, odd[1])
        return [Literal(value, at)]


def _is_subject(value: object) -> bool:
    if isinstance(value, str):
        return isinstance(value, FieldRef)
    return isinstance(value, Mapping) and "list" not in value


def _is_constant(expr: Expr) -> bool:
    return isinstance(expr, Literal) or (isinstance(expr, Array) and all(_is_constant(item) for item in expr.items))
