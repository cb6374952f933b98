"""From a tree to Python: closures that compute what json-logic-qubit does, and Kleene's logic where it raises."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Literal, Path, Var
from tocsin.logic.facts import Facts
from tocsin.logic.fields import DERIVED
from tocsin.logic.text import TEXT_OPERATORS
from tocsin.logic.textcompile import subject_test
from tocsin.logic.values import FUNCTIONS, is_list, lookup, missing, missing_some
from tocsin.logic.verdict import Failed, Matched, NotMatched, Verdict
from tocsin.logic.vocabulary import Vocabulary

Evaluate: TypeAlias = Callable[[Any, Facts], Any]
"""From the data that `var` means here, and the facts of the tweet, to a value; raises `TermFailed`."""


class TermFailed(Exception):
    """A term couldn't be evaluated; `at` is its path."""

    def __init__(self, error: str, at: Path) -> None:
        super().__init__(error)
        self.error = error
        self.at = at


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that runs."""

    value: Evaluate

    def evaluate(self, facts: Facts) -> Verdict:
        """Return what the condition says of a tweet; never raises."""
        try:
            return Matched() if self.value(facts.data, facts) else NotMatched()
        except TermFailed as failure:
            return Failed(failure.error, failure.at)


def compile_condition(expr: Expr, vocabulary: Vocabulary) -> Condition:
    """Return the condition of a checked tree."""
    return Condition(_build(expr, vocabulary, root=True))


def compile_value(expr: Expr, vocabulary: Vocabulary) -> Callable[[Facts], Any]:
    """Return what computes the value of a checked tree; it raises `TermFailed`."""
    evaluate = _build(expr, vocabulary, root=True)
    return lambda facts: evaluate(facts.data, facts)


def _build(expr: Expr, vocabulary: Vocabulary, *, root: bool) -> Evaluate:
    match expr:
        case Literal(value):
            return lambda data, facts: value
        case Array(items):
            built = [_build(item, vocabulary, root=root) for item in items]
            return lambda data, facts: [item(data, facts) for item in built]
        case Var():
            return _build_var(expr, vocabulary, root=root)
        case Call("and" | "or" as op, args):
            return _build_logical(op, [_build(arg, vocabulary, root=root) for arg in args])
        case Call("if", args):
            return _build_if([_build(arg, vocabulary, root=root) for arg in args])
        case Call("map" | "filter" | "reduce" | "all" | "none" | "some"):
            return _guarded(_build_scoped(expr, vocabulary, root=root), expr)
        case Call():
            return _guarded(_build_call(expr, vocabulary, root=root), expr)


def _guarded(evaluate: Evaluate, expr: Call) -> Evaluate:
    """Turn whatever a term raises into `TermFailed` with the term's path; free of cost while nothing is raised."""
    op, at = expr.op, expr.at

    def guarded(data: Any, facts: Facts) -> Any:
        try:
            return evaluate(data, facts)
        except TermFailed:
            raise
        except Exception as error:
            raise TermFailed(f"'{op}': {type(error).__name__}: {error}"[:300], at) from error

    return guarded


def _build_var(expr: Var, vocabulary: Vocabulary, *, root: bool) -> Evaluate:
    at = expr.at
    default = _build(expr.default, vocabulary, root=root) if expr.default is not None else None
    path = _build(expr.path, vocabulary, root=root)
    constant = expr.path.value if isinstance(expr.path, Literal) else None
    derived = constant if root and isinstance(constant, str) and constant in DERIVED else None

    def read(data: Any, facts: Facts) -> Any:
        # The reference evaluates the default whether or not it is needed, and so fails with it.
        fallback = default(data, facts) if default is not None else None
        if derived is not None and isinstance(data, dict) and derived not in data:
            return facts.derived(derived)
        try:
            return lookup(data, path(data, facts), fallback)
        except IndexError as error:
            raise TermFailed(f"'var': {error}", at) from error

    if default is None and derived is None and isinstance(constant, str) and constant and "." not in constant:
        return lambda data, facts: data.get(constant) if type(data) is dict else read(data, facts)
    return read


def _build_logical(op: str, args: Sequence[Evaluate]) -> Evaluate:
    stops_at = op == "or"

    def logical(data: Any, facts: Facts) -> Any:
        value: Any = False
        failure: TermFailed | None = None
        for arg in args:
            try:
                value = arg(data, facts)
            except TermFailed as error:
                failure = failure or error
                continue
            if bool(value) is stops_at:
                return value
        if failure is not None:
            raise failure
        return value

    return logical


def _build_if(args: Sequence[Evaluate]) -> Evaluate:
    def choose(data: Any, facts: Facts) -> Any:
        for index in range(0, len(args) - 1, 2):
            if args[index](data, facts):
                return args[index + 1](data, facts)
        return args[-1](data, facts) if len(args) % 2 else None

    return choose


def _build_scoped(expr: Call, vocabulary: Vocabulary, *, root: bool) -> Evaluate:
    source = _build(expr.args[0], vocabulary, root=root)
    body = _build(expr.args[1], vocabulary, root=False)
    match expr.op:
        case "map":
            return lambda data, facts: [body(item, facts) for item in _items(source(data, facts))]
        case "filter":
            return lambda data, facts: [item for item in _items(source(data, facts)) if body(item, facts)]
        case "all":
            return lambda data, facts: (
                bool(items := _items(source(data, facts))) and all(body(item, facts) for item in items)
            )
        case "some" | "none" as op:
            wanted = op == "some"
            return lambda data, facts: (
                bool([item for item in _items(source(data, facts)) if body(item, facts)]) is wanted
            )
        case _:
            return _build_reduce(expr, source, body)


def _build_reduce(expr: Call, source: Evaluate, body: Evaluate) -> Evaluate:
    # The reference takes the start value as it stands, unevaluated; only JSON scalars and lists mean the same here.
    start = literal_json(expr.args[2]) if len(expr.args) == 3 else None

    def fold_up(data: Any, facts: Facts) -> Any:
        items = source(data, facts)
        result = start
        for item in items if is_list(items) else ():
            result = body({"accumulator": result, "current": item}, facts)
        return result

    return fold_up


def literal_json(expr: Expr) -> Any:
    """Return a tree of literals and lists as the JSON it was."""
    match expr:
        case Literal(value):
            return value
        case Array(items):
            return [literal_json(item) for item in items]
        case _:
            raise ValueError("only literal values")


def _items(value: Any) -> Sequence[Any]:
    return value if is_list(value) else ()


def _build_call(expr: Call, vocabulary: Vocabulary, *, root: bool) -> Evaluate:
    op = expr.op
    args = [_build(arg, vocabulary, root=root) for arg in expr.args]
    if op in TEXT_OPERATORS:
        test = subject_test(op, [str(arg.value) for arg in expr.args[1:] if isinstance(arg, Literal)])
        subject = args[0]
        return lambda data, facts: test(subject(data, facts), facts)
    if op == "missing":
        return lambda data, facts: missing(data, *(arg(data, facts) for arg in args))
    if op == "missing_some":
        return lambda data, facts: missing_some(data, *(arg(data, facts) for arg in args))
    operator = vocabulary.operators.get(op)
    function = FUNCTIONS[op] if operator is None else operator.function
    if len(args) == 2:
        first, second = args
        return lambda data, facts: function(first(data, facts), second(data, facts))
    return lambda data, facts: function(*[arg(data, facts) for arg in args])
