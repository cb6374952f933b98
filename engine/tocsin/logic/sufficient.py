"""Sufficient terms: those that make a condition true by themselves, and what is left to evaluate beside others.

They hold of a value that is text (or, for derived fields, what `logic.fields` makes of it), and for words only where
the folded text is ASCII: elsewhere a run of letters may be a part of a word.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.atoms import Term, pattern_terms
from tocsin.logic.evaluation.text import WORD_RUN, fold

_ALONE = frozenset({"word", "hashtag", "mention", "cashtag", "from"})


def sufficient_terms(expr: Expr) -> frozenset[Term]:
    """Return terms each of which, where it holds, makes the condition true; perhaps none."""
    return frozenset(_of(expr))


def left_after(expr: Expr) -> Mapping[Term, Expr]:
    """Return, by term, what is left of a condition once the term holds: it is then exactly as true as the whole.

    A literal true where nothing is left; terms that say nothing by themselves are not there.
    """
    left: dict[Term, Expr] = dict.fromkeys(sufficient_terms(expr), NOTHING_LEFT)
    if isinstance(expr, Call) and expr.op == "and":
        for place, arg in enumerate(expr.args):
            rest = expr.args[:place] + expr.args[place + 1 :]
            more = Call("and", rest, expr.at) if len(rest) > 1 else rest[0] if rest else NOTHING_LEFT
            for term in sufficient_terms(arg):
                left.setdefault(term, more)
    return left


NOTHING_LEFT: Final = Literal(True)


def _of(expr: Expr) -> Iterator[Term]:
    match expr:
        case Call("or", args):
            for arg in args:
                yield from _of(arg)
        case Call("==", (Var(Literal(str() as field), None), Literal(str() as value))):
            yield Term("equal", field, value)
        case Call("in", (Literal(str() as value), Var(Literal(str() as field), None))) if value:
            yield Term("raw", field, value)
        case Call(op, (Var(Literal(str() as field), None), *patterns)) if op in _ALONE:
            yield from _of_patterns(op, field, patterns)
        case _:
            return


def _of_patterns(op: str, field: str, patterns: Sequence[Expr]) -> Iterator[Term]:
    for pattern in patterns:
        if not isinstance(pattern, Literal):
            continue
        text = str(pattern.value)
        if op != "word" or (text.isascii() and WORD_RUN.fullmatch(fold(text))):
            yield from pattern_terms(op, field, text)
