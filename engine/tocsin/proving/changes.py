"""Small changes of a condition, each of which a rule's tests should notice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from typing import Literal as OneOf

from tocsin.logic.ast import Array, Call, Expr, Literal
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.evaluation.values import FUNCTIONS
from tocsin.logic.proofs.naming import name_of
from tocsin.logic.vocabulary import SCOPED
from tocsin.logic.walk import parts
from tocsin.proving.clauses import clause_words
from tocsin.rules.cases import sample

Sign: TypeAlias = OneOf[-1, 0, 1]
"""1 if the changed condition is true more often, -1 if less often, 0 where that can't be said."""

_SWAPPED: Final = MappingProxyType({"and": "or", "or": "and"})
_LOOSER: Final = MappingProxyType({">": ">=", "<": "<="})
_STRICTER: Final = MappingProxyType({">=": ">", "<=": "<"})
_NEGATED: Final = MappingProxyType(
    {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "==="}
)
_QUANTIFIERS: Final = MappingProxyType({"all": "some", "some": "all", "none": "some"})
_EXTREMES: Final = MappingProxyType({"max": "min", "min": "max"})
_COMPARISONS: Final = frozenset({">", ">=", "<", "<="})
_WORDS_MAX: Final = 90
_SAME_SIGN: Final = frozenset({"and", "or", "all", "some", "!!"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One node put in another's place.

    `label` names it among the changes of a rule, after the node's path. `situation` says in words what a tweet must be
    like to tell the two apart. `word` is the pattern that was taken out, `values` what a compared field might be.
    `of_tweet` is false where the node looks at the elements of a list.
    """

    node: Expr
    replacement: Expr
    label: str
    situation: str
    effect: Sign = 0
    part: int | None = None
    word: str | None = None
    values: tuple[int | float, ...] = field(default=())
    of_tweet: bool = True


def changes(condition: Expr) -> Iterator[Change]:
    """Yield all changes of a condition, outer before inner; none leaves its node as it was."""
    if not (isinstance(condition, Call) and condition.op in _SWAPPED) and not isinstance(condition, Literal):
        words = clause_words(condition)
        yield Change(node=condition, replacement=Literal(True, condition.at), label="always true", effect=1,
                     situation=f"this is false: {words}")  # fmt: skip
        yield Change(node=condition, replacement=Literal(False, condition.at), label="never true", effect=-1,
                     situation=f"this is true: {words}")  # fmt: skip
    yield from _walk(condition, 1, of_tweet=True)


def _walk(node: Expr, sign: Sign, of_tweet: bool) -> Iterator[Change]:
    for change in _of_node(node):
        effect: Sign = 1 if change.effect * sign > 0 else -1 if change.effect * sign < 0 else 0
        yield replace(change, effect=effect, of_tweet=of_tweet)
    for index, part in enumerate(parts(node)):
        of_element = isinstance(node, Call) and node.op in SCOPED and index > 0
        yield from _walk(part, _sign_inside(node, sign), of_tweet and not of_element)


def _sign_inside(node: Expr, sign: Sign) -> Sign:
    match node:
        case Call(op) if op in _SAME_SIGN:
            return sign
        case Call("!" | "none"):
            return 1 if sign < 0 else -1 if sign > 0 else 0
        case _:
            return 0


def _of_node(node: Expr) -> Iterator[Change]:
    match node:
        case Call("and" | "or"):
            yield from _of_connective(node)
        case Call("!", (inner,)):
            yield Change(node=node, replacement=inner, label="without not",
                         situation=f"this alone decides: {clause_words(inner)}")  # fmt: skip
        case Call(op, (subject, *patterns)) if op in TEXT_OPERATORS:
            yield from _of_patterns(node, subject, patterns)
        case Call("in", (needle, Array(items) as haystack)) if len(items) > 1:
            yield from _of_members(node, needle, haystack)
        case Call(op) if op in _NEGATED:
            yield from _of_comparison(node)
        case Call(op, args) if op in _QUANTIFIERS:
            other = _QUANTIFIERS[op]
            yield Change(node=node, replacement=Call(other, args, node.at), label=f"{other} for {op}",
                         situation=f"'{op}' and '{other}' come to different things")  # fmt: skip
        case Call("if", (_, first, second)):
            for branch, which in ((first, "first"), (second, "second")):
                yield Change(node=node, replacement=branch, label=f"always the {which} branch",
                             situation=f"the other branch decides than {clause_words(branch)}")  # fmt: skip
        case Call():
            yield from _of_arithmetic(node)
        case _:
            return


def _of_connective(node: Call) -> Iterator[Change]:
    if len(node.args) < 2:
        return
    other = _SWAPPED[node.op]
    sign: Sign = 1 if node.op == "and" else -1
    yield Change(
        node=node, replacement=Call(other, node.args, node.at), label=f"{other} for {node.op}", effect=sign,
        situation=f"one of these is true and another is not: {'; '.join(map(_brief, node.args))}",
    )  # fmt: skip
    for index, arg in enumerate(node.args):
        rest = (*node.args[:index], *node.args[index + 1 :])
        replacement = rest[0] if len(rest) == 1 else Call(node.op, rest, node.at)
        yield Change(
            node=node, replacement=replacement, label="dropped", part=index, effect=sign,
            situation=f"only this is {'false' if sign > 0 else 'true'}: {_brief(arg)}",
        )  # fmt: skip


def _of_patterns(node: Call, subject: Expr, patterns: list[Expr]) -> Iterator[Change]:
    if len(patterns) < 2:
        return
    sign: Sign = 1 if node.op == "all_words" else -1
    where = "the text" if name_of(subject) == "text" else name_of(subject)
    for index, word in _words(patterns):
        rest = (*patterns[:index], *patterns[index + 1 :])
        other = rest[0]
        none = (
            f"not '{other.value}'"
            if len(rest) == 1 and isinstance(other, Literal)
            else f"none of the other {len(rest)}"
        )
        situation = f"{where} has all but '{word}'" if sign > 0 else f"{where} has '{word}' and {none}"
        yield Change(
            node=node, replacement=Call(node.op, (subject, *rest), node.at), label=f"without '{word}'", word=word,
            effect=sign, situation=situation,
        )  # fmt: skip


def _of_members(node: Call, needle: Expr, haystack: Array) -> Iterator[Change]:
    for index, word in _words(haystack.items):
        rest = Array((*haystack.items[:index], *haystack.items[index + 1 :]), haystack.at)
        yield Change(
            node=node, replacement=Call("in", (needle, rest), node.at), label=f"without '{word}'", word=word,
            effect=-1, situation=f"{name_of(needle)} is {name_of(haystack.items[index])}",
        )  # fmt: skip


def _words(patterns: Sequence[Expr]) -> Iterator[tuple[int, str]]:
    """Yield the words that are left out one at a time, with their places; of a long list only some."""
    texts = {index: str(pattern.value) for index, pattern in enumerate(patterns) if isinstance(pattern, Literal)}
    taken = set(sample(tuple(texts.values())))
    yield from ((index, text) for index, text in texts.items() if text in taken)


def _of_comparison(node: Call) -> Iterator[Change]:
    negated = Call(_NEGATED[node.op], node.args, node.at)
    if len(node.args) == 2:
        yield Change(node=node, replacement=negated, label=f"{negated.op} for {node.op}",
                     situation=f"this alone decides: {clause_words(node)}")  # fmt: skip
    if node.op not in _COMPARISONS:
        return
    numbers = [(index, number) for index, arg in enumerate(node.args) if (number := _number(arg)) is not None]
    if not numbers:
        return
    boundary = _LOOSER.get(node.op) or _STRICTER[node.op]
    yield _compared(node, Call(boundary, node.args, node.at), f"{boundary} for {node.op}")
    for index, value in numbers:
        for shifted in (value + 1, value - 1):
            args = (*node.args[:index], Literal(shifted, node.args[index].at), *node.args[index + 1 :])
            yield _compared(node, Call(node.op, args, node.at), f"{shifted} for {value}")


def _compared(node: Call, replacement: Call, label: str) -> Change:
    """Return a change of a comparison with a number, with the values that tell the two apart."""
    numbers = [number for arg in (*node.args, *replacement.args) if (number := _number(arg)) is not None]
    around = sorted({value + step for value in numbers for step in (-1, 0, 1)})
    verdicts = [(value, _holds(node, value), _holds(replacement, value)) for value in around]
    telling = [(value, before) for value, before, after in verdicts if before is not after]
    compared = next((name_of(arg) for arg in node.args if not isinstance(arg, Literal)), "it")
    values = tuple(value for value, _ in telling)
    effect: Sign = 0 if not telling else -1 if telling[0][1] else 1
    return Change(
        node=node, replacement=replacement, label=label, values=values, effect=effect,
        situation=f"{compared} is exactly {values[0] if values else numbers[0]}",
    )  # fmt: skip


def _holds(comparison: Call, value: float) -> bool:
    """Return what a comparison comes to where everything in it that is no constant is this number."""
    function: Callable[..., Any] = FUNCTIONS[comparison.op]
    return bool(function(*(arg.value if isinstance(arg, Literal) else value for arg in comparison.args)))


def _of_arithmetic(node: Call) -> Iterator[Change]:
    if node.op in _EXTREMES and len(node.args) > 1:
        other = _EXTREMES[node.op]
        yield Change(node=node, replacement=Call(other, node.args, node.at), label=f"{other} for {node.op}",
                     situation=f"'{node.op}' and '{other}' come to different things")  # fmt: skip
    if node.op in {"+", "*", "cat", *_EXTREMES} and len(node.args) > 1:
        for index, arg in enumerate(node.args):
            rest = (*node.args[:index], *node.args[index + 1 :])
            yield Change(node=node, replacement=Call(node.op, rest, node.at), label="dropped", part=index,
                         situation=f"{name_of(arg)} makes the difference")  # fmt: skip
    elif node.op in {"-", "/", "%"} and len(node.args) == 2:
        yield Change(node=node, replacement=node.args[0], label="dropped", part=1,
                     situation=f"{name_of(node.args[1])} makes the difference")  # fmt: skip


def _brief(expr: Expr) -> str:
    words = clause_words(expr)
    return words if len(words) <= _WORDS_MAX else words[: _WORDS_MAX - 1] + "…"


def _number(expr: Expr) -> int | float | None:
    """Return the number that an expression is; None if it is anything else."""
    value = expr.value if isinstance(expr, Literal) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
