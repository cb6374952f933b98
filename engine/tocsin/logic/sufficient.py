"""Sufficient terms: those that make a condition true by themselves, so that nothing is left to evaluate.

They hold of a value that is text (or, for derived fields, what `logic.fields` makes of it), and for words only where
the folded text is ASCII: elsewhere a run of letters may be a part of a word.
"""

from collections.abc import Iterator, Sequence

from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.atoms import Term, pattern_terms
from tocsin.logic.evaluation.text import WORD_RUN, fold

_ALONE = frozenset({"word", "hashtag", "mention", "cashtag", "from"})


def sufficient_terms(expr: Expr) -> frozenset[Term]:
    """Return terms each of which, where it holds, makes the condition true; perhaps none."""
    return frozenset(_of(expr))


def _of(expr: Expr) -> Iterator[Term]:
    match expr:
        case Call("or", args):
            for arg in args:
                yield from _of(arg)
        case Call("==", (Var(Literal(str() as field), None), Literal(str() as value))):
            yield Term("equal", field, value)
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
