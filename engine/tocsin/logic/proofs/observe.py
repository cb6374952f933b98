"""What a leaf of a condition saw of a tweet: values of fields, and patterns with their places in the text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.evaluation.compile import TermFailed, compile_condition, compile_value
from tocsin.logic.evaluation.exact import is_derived
from tocsin.logic.evaluation.text import SIGNS, TEXT_OPERATORS, fold
from tocsin.logic.evaluation.textcompile import subject_test, text_test
from tocsin.logic.evaluation.values import is_list
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.naming import name_of
from tocsin.logic.proofs.positions import position
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary

FOUND_MAX: Final = 10
"""How many patterns of one leaf are named at most."""

Value: TypeAlias = Callable[[Facts], Any]
"""What computes a value; raises `TermFailed`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that a leaf looked at, and its name: a field, or a sum of fields and the like."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern in a text. `start` and `end` count the text's characters as it was written, None if it has no place.

    `text` is what stands there: the element of a list where the pattern was found in one.
    """

    pattern: str
    field: str
    text: str
    start: int | None = None
    end: int | None = None


class Observer:
    """Looks at a tweet as one leaf does; built once for a rule, asked for each match."""

    def __init__(self, expr: Expr, vocabulary: Vocabulary) -> None:
        self.expr = expr
        self._condition = compile_condition(expr, vocabulary)
        self._watched = [(name_of(part), _value_of(part, vocabulary)) for part in _parts(expr)]
        self._patterns: _Patterns | None = None
        self.is_about_fixed_patterns = False
        """Whether it is a text operator, and every pattern is written out."""
        self.lines: dict[bool | None, str | Callable[[Facts], str]] = {}
        """How the leaf is told of, by what it is; kept once it was worked out."""
        self._element = _element(expr, vocabulary)
        if isinstance(expr, Call) and expr.op in TEXT_OPERATORS:
            patterns = [str(arg.value) for arg in expr.args[1:] if isinstance(arg, Literal)]
            self._patterns = _Patterns("word" if expr.op == "all_words" else expr.op, patterns)
            self.is_about_fixed_patterns = len(patterns) == len(expr.args) - 1

    def truth(self, facts: Facts) -> tuple[bool | None, str, Path]:
        """Return whether the leaf is true; None if it failed, then with the error and the path of what failed."""
        match self._condition.evaluate(facts):
            case Failed(error, at):
                return None, error, at
            case verdict:
                return isinstance(verdict, Matched), "", ()

    def seen(self, facts: Facts) -> tuple[Seen, ...]:
        """Return the values that the leaf looked at, in its order; those that can't be computed are left out."""
        return tuple(self._seen(facts))

    def _seen(self, facts: Facts) -> Iterator[Seen]:
        for name, compute in self._watched:
            try:
                yield Seen(name, compute(facts))
            except TermFailed:
                continue
        if self._element is not None:
            yield from self._element(facts)

    @property
    def only_value(self) -> tuple[str, Value] | None:
        """The name of the one value that the leaf looks at and what computes it, None where there are more or none."""
        return self._watched[0] if len(self._watched) == 1 and self._element is None else None

    def patterns(self, facts: Facts, most: int = FOUND_MAX, *, some: bool = False) -> tuple[str, ...]:
        """Return which patterns were found, in the order of the rule, at most so many; `some`: one at least is."""
        if self._patterns is None:
            return ()
        try:
            found = self._patterns.found(self._watched[0][1](facts), facts, some=some)
            return tuple(islice(found, most))
        except (TermFailed, TypeError):
            return ()

    def found(self, facts: Facts) -> tuple[Found, ...]:
        """Return which patterns were found, with their places."""
        patterns = self.patterns(facts)
        if not patterns or not isinstance(self.expr, Call):
            return ()
        name, compute = self._watched[0]
        subject = compute(facts)
        return tuple(_found(self.expr.op, pattern, name, subject, facts) for pattern in patterns)


def _value_of(expr: Expr, vocabulary: Vocabulary) -> Value:
    """Return what computes a value: a field that simply stands in the tweet is read, without more ado."""
    exact = compile_value(expr, vocabulary)
    match expr:
        case Var(Literal(str(path)), None) if path and not is_derived(path, vocabulary):
            keys = path.split(".")
        case _:
            return exact

    def read(facts: Facts) -> Any:
        value: Any = facts.data
        for key in keys:
            if type(value) is not dict:
                return exact(facts)
            value = value.get(key)
        is_small = len(value) < _SHORT if type(value) is str else type(value) in _NUMBERS
        return value if is_small else exact(facts)

    return read


_NUMBERS: Final = frozenset({int, float, bool})

_SHORT: Final = 10_000
"""A text that no limit of an evaluation has anything to say about."""

_FEW: Final = 32
"""Patterns that are looked for one by one."""


class _Patterns:
    """The patterns of a leaf, in halves of halves: of a long list the few that are found are found soon."""

    def __init__(self, op: str, patterns: Sequence[str]) -> None:
        self._op = op
        self._patterns = patterns

    def found(self, subject: Any, facts: Facts, *, some: bool = False) -> Iterable[str]:
        """Return those that are in a subject, in order; raises TypeError where there is no looking for any.

        `some`: it is known that one at least is.
        """
        if len(self._patterns) > _FEW or not isinstance(subject, str):
            return self._found_by_halves(subject, facts)
        text = facts.forms(subject)
        folded = text.folded
        possible = [pattern for pattern, part in self._parts if part in folded]
        if some and len(possible) == 1:
            return possible
        return [pattern for pattern in possible if text_test(self._op, (pattern,))(text)]

    def _found_by_halves(self, subject: Any, facts: Facts) -> Iterator[str]:
        if len(self._patterns) == 1:
            if self._test(subject, facts):
                yield self._patterns[0]
        elif self._test(subject, facts):
            for half in self._halves:
                yield from half.found(subject, facts)

    @cached_property
    def _test(self) -> Callable[[Any, Facts], bool]:
        return subject_test(self._op, self._patterns)

    @cached_property
    def _parts(self) -> list[tuple[str, str]]:
        return [(pattern, _part_of(self._op, pattern)) for pattern in self._patterns]

    @cached_property
    def _halves(self) -> "tuple[_Patterns, _Patterns]":
        middle = len(self._patterns) // 2
        return _Patterns(self._op, self._patterns[:middle]), _Patterns(self._op, self._patterns[middle:])


def _part_of(op: str, pattern: str) -> str:
    """Return what the folded text has in it if the pattern is found there; empty where nothing is known to be."""
    if op in {"matches", "link"}:
        return ""
    return max(fold(pattern).split(), key=len, default="").lstrip(SIGNS)


def _found(op: str, pattern: str, name: str, subject: Any, facts: Facts) -> Found:
    if is_list(subject):
        test = subject_test(op, [pattern])
        item = next((item for item in subject if isinstance(item, str) and test([item], facts)), "")
        return _in_text(op, item, pattern, name, facts)
    where = position(op, pattern, facts.forms(subject))
    return Found(pattern, name, *_excerpt(subject, where))


def _in_text(op: str, item: str, pattern: str, name: str, facts: Facts) -> Found:
    """Return a tag or link with its place in the tweet's text; without one if only the stream names it."""
    text = facts.data.get("text")
    if op not in {"hashtag", "mention", "cashtag", "link"} or not isinstance(text, str):
        return Found(pattern, name, item)
    excerpt, start, end = _excerpt(text, position(op, pattern, facts.forms(text)))
    return Found(pattern, name, item if start is None else excerpt, start, end)


def _excerpt(text: str, where: tuple[int, int] | None) -> tuple[str, int | None, int | None]:
    return ("", None, None) if where is None else (text[where[0] : where[1]], *where)


def _parts(expr: Expr) -> list[Expr]:
    """Return what of a leaf has a value worth showing: its arguments that are computed, then the fields in them."""
    match expr:
        case Var():
            direct: list[Expr] = [expr]
        case Call(op, args):
            direct = [arg for arg in args[:1] if op in TEXT_OPERATORS or not isinstance(arg, Literal | Array)]
            if op not in TEXT_OPERATORS and op not in _SCOPED:
                direct += [arg for arg in args[1:] if isinstance(arg, Var | Call)]
        case _:
            direct = []
    fields = [field for part in direct if not isinstance(part, Var) for field in fields_of(part)]
    return list({name_of(part): part for part in [*direct, *fields]}.values())


_SCOPED: Final = frozenset({"map", "filter", "reduce", "all", "none", "some"})


def fields_of(expr: Expr) -> Iterator[Var]:
    """Yield the fields of the tweet that an expression reads by a fixed name."""
    match expr:
        case Var(Literal()):
            yield expr
        case Var(path, _):
            yield from fields_of(path)
        case Array(items):
            for item in items:
                yield from fields_of(item)
        case Call(op, args):
            for arg in args[:1] if op in _SCOPED else args:
                yield from fields_of(arg)


def _element(expr: Expr, vocabulary: Vocabulary) -> Callable[[Facts], Sequence[Seen]] | None:
    """Return what names the element of a list that decided `some`, `none` or `all`; None for other leaves."""
    match expr:
        case Call("some" | "none" | "all" as op, (source, body), at):
            wanted = Call("!", (body,), at) if op == "all" else body
            deciding = compile_value(Call("filter", (source, wanted), at), vocabulary)
        case _:
            return None
    name = f"the element of {name_of(source)} that decides"

    def element(facts: Facts) -> Sequence[Seen]:
        try:
            elements = deciding(facts)
        except TermFailed:
            return ()
        return [Seen(name, elements[0])] if elements else ()

    return element
