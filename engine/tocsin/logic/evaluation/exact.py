"""From a tree to closures that compute exactly what json-logic-qubit does, and Kleene's logic where it raises.

This is the path that knows which term failed and that keeps to the limits; `fast` takes short cuts and comes here
whenever one doesn't lead through.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.evaluation.run import OutOfBudget, Run, TermFailed
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.evaluation.textcompile import subject_test
from tocsin.logic.evaluation.values import FUNCTIONS, is_list, lookup, missing, missing_some
from tocsin.logic.fields import DERIVED
from tocsin.logic.vocabulary import SCOPED, Vocabulary

Evaluate: TypeAlias = Callable[[Any, Run], Any]
"""From the data that `var` means here, and the run, to a value; raises nothing but `TermFailed`."""

_ERROR_MAX: Final = 300
_QUOTE: Final = re.compile("""['"]""")
_CHARACTERS_A_STEP: Final = 64


def build_exact(expr: Expr, vocabulary: Vocabulary) -> Evaluate:
    """Return what computes the value of a checked tree."""
    return _Builder(vocabulary).build(expr, root=True)


def weight(expr: Expr) -> int:
    """Return how many nodes a tree has, patterns included."""
    match expr:
        case Literal():
            return 1
        case Array(items):
            return 1 + sum(map(weight, items))
        case Var(path, default):
            return weight(path) + (weight(default) if default is not None else 0)
        case Call(_, args):
            return 1 + sum(map(weight, args))


def is_derived(name: object, vocabulary: Vocabulary) -> bool:
    """Whether a path at the root names a derived field; conditions about other things than tweets know none."""
    return isinstance(name, str) and name in DERIVED and name in vocabulary.fields


class _Builder:
    """Builds closures; `root` says whether `var` means the tweet or an element of a list."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def build(self, expr: Expr, *, root: bool) -> Evaluate:
        match expr:
            case Literal(value):
                return lambda data, run: value
            case Array(items):
                built = self._all(items, root=root)
                return lambda data, run: [item(data, run) for item in built]
            case Var():
                return _guarded(self._var(expr, root=root), "var", expr.at)
            case Call("and" | "or" as op, args):
                return _logical(op, self._all(args, root=root))
            case Call("if", args):
                return _choice(self._all(args, root=root))
            case Call(op, args, at) if op in SCOPED:
                return _guarded(self._scoped(op, args, root=root), op, at)
            case Call(op, args, at):
                return _guarded(self._call(op, args, root=root), op, at)

    def _all(self, exprs: Iterable[Expr], *, root: bool) -> list[Evaluate]:
        return [self.build(expr, root=root) for expr in exprs]

    def _var(self, expr: Var, *, root: bool) -> Evaluate:
        path = self.build(expr.path, root=root)
        default = self.build(expr.default, root=root) if expr.default is not None else None
        constant = expr.path.value if isinstance(expr.path, Literal) else None
        if root and is_derived(constant, self._vocabulary):
            name = str(constant)
            return lambda data, run: run.facts.derived(name)

        def read(data: Any, run: Run) -> Any:
            name = path(data, run)
            # The reference evaluates the default whether or not it is needed, and so fails with it.
            fallback = default(data, run) if default is not None else None
            run.weigh(name)
            return lookup(data, name, fallback)

        return read

    def _call(self, op: str, args: Sequence[Expr], *, root: bool) -> Evaluate:
        if op in TEXT_OPERATORS:
            return self._text(op, args, root=root)
        built = self._all(args, root=root)
        if op in {"missing", "missing_some"}:
            return self._missing(op, built, root=root)
        operator = self._vocabulary.operators.get(op)
        function = FUNCTIONS[op] if operator is None else operator.function

        def call(data: Any, run: Run) -> Any:
            values = [arg(data, run) for arg in built]
            for value in values:
                run.weigh(value)
            return _paid(function(*values), run)

        return call

    def _text(self, op: str, args: Sequence[Expr], *, root: bool) -> Evaluate:
        test = subject_test(op, [str(arg.value) for arg in args[1:] if isinstance(arg, Literal)])
        subject = self.build(args[0], root=root)
        if root and isinstance(args[0], Var):
            return lambda data, run: test(subject(data, run), run.facts)

        def search(data: Any, run: Run) -> bool:
            value = subject(data, run)
            # A text that the rule made, or one of many in a list: its forms are for this once, and not for nothing.
            for text in value if is_list(value) else (value,):
                if isinstance(text, str):
                    run.grow(len(text))
                    run.spend(len(text) * len(args) // _CHARACTERS_A_STEP)
            return test(value, run.facts.apart())

        return search

    def _missing(self, op: str, built: Sequence[Evaluate], *, root: bool) -> Evaluate:
        function = missing if op == "missing" else missing_some
        vocabulary = self._vocabulary

        def absent(data: Any, run: Run) -> Any:
            values = [arg(data, run) for arg in built]
            for value in values:
                run.weigh(value)
            names = [name for value in values for name in (value if is_list(value) else (value,))]
            derived = {name: run.facts.derived(name) for name in names if root and is_derived(name, vocabulary)}
            return function({**data, **derived} if derived else data, *values)

        return absent

    def _scoped(self, op: str, args: Sequence[Expr], *, root: bool) -> Evaluate:
        source = self.build(args[0], root=root)
        body = self.build(args[1], root=False)
        cost = 1 + weight(args[1])

        def items(data: Any, run: Run) -> Iterable[Any]:
            return _items(source(data, run), run, cost)

        match op:
            case "map":
                return lambda data, run: [body(item, run) for item in items(data, run)]
            case "filter":
                return lambda data, run: [item for item in items(data, run) if body(item, run)]
            case "all":
                return lambda data, run: _decided(False, body, items(data, run), run)
            case "some":
                return lambda data, run: _decided(True, body, items(data, run), run)
            case "none":
                return lambda data, run: not _decided(True, body, items(data, run), run)
            case _:
                start = as_written(args[2]) if len(args) == 3 else None
                return _reduction(items, body, start)


def as_written(expr: Expr) -> Any:
    """Return a tree of literals and lists as the JSON it was.

    Raises:
        ValueError: there is something to evaluate in it.
    """
    match expr:
        case Literal(value):
            return value
        case Array(items):
            return [as_written(item) for item in items]
        case _:
            raise ValueError("only literal values")


def _guarded(evaluate: Evaluate, op: str, at: Path) -> Evaluate:
    """Turn whatever a term raises into `TermFailed` with the term's path; costs nothing while nothing is raised."""

    def guarded(data: Any, run: Run) -> Any:
        try:
            return evaluate(data, run)
        except TermFailed as failure:
            # A limit is met somewhere below; the outermost place that knows its path speaks for it.
            if isinstance(failure, OutOfBudget) and not failure.at:
                failure.at = at
            raise
        except Exception as error:
            raise TermFailed(f"'{op}': {_in_words(error)}"[:_ERROR_MAX], at) from error

    return guarded


def _in_words(error: Exception) -> str:
    """Return what was raised, without a value that it quotes: what a tweet says has no place in journal and log."""
    words = str(error)
    if not isinstance(error, TypeError):  # these name types in quotes, never values
        words = _QUOTE.split(words, maxsplit=1)[0].rstrip(" :")
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _logical(op: str, args: Sequence[Evaluate]) -> Evaluate:
    decisive = op == "or"

    def logical(data: Any, run: Run) -> Any:
        value: Any = False
        failure: TermFailed | None = None
        for arg in args:
            try:
                value = arg(data, run)
            except OutOfBudget:
                raise
            except TermFailed as error:
                failure = failure or error
                continue
            if bool(value) is decisive:
                return value
        if failure is not None:
            raise failure
        return value

    return logical


def _choice(args: Sequence[Evaluate]) -> Evaluate:
    def choose(data: Any, run: Run) -> Any:
        for index in range(0, len(args) - 1, 2):
            if args[index](data, run):
                return args[index + 1](data, run)
        return args[-1](data, run) if len(args) % 2 else None

    return choose


def _items(value: Any, run: Run, cost: int) -> Iterable[Any]:
    """Yield the elements of a list, paying for each before it is looked at; what is no list has none."""
    for item in value if is_list(value) else ():
        run.spend(cost)
        yield item


def _decided(decisive: bool, body: Evaluate, items: Iterable[Any], run: Run) -> bool:
    """Return `or` (decisive true) or `and` over the elements, by Kleene; over none of them, false."""
    failure: TermFailed | None = None
    empty = True
    for item in items:
        empty = False
        try:
            if bool(body(item, run)) is decisive:
                return decisive
        except OutOfBudget:
            raise
        except TermFailed as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return not decisive and not empty


def _reduction(items: Callable[[Any, Run], Iterable[Any]], body: Evaluate, start: Any) -> Evaluate:
    # The reference takes the start value as it stands, unevaluated; the parser lets only literal values through.
    def reduce(data: Any, run: Run) -> Any:
        result = start
        for item in items(data, run):
            result = body({"accumulator": result, "current": item}, run)
        return result

    return reduce


def _paid(value: Any, run: Run) -> Any:
    if isinstance(value, str):
        run.grow(len(value))
    elif isinstance(value, list):
        run.grow(8 * len(value))
    return value
