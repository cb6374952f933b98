"""Exclusions: of a condition without necessary terms, terms none of which may hold.

A rule that says only what must not be (`not word: rt`) may be true of any tweet. Where its parts that say so are
terms, an index need not evaluate it either: the rule is true wherever the rest of it, its *guard*, is, unless one of
the terms holds. Rules that share a guard are one group; each tweet takes the few out of it that one of its words
excludes.
"""

from dataclasses import dataclass
from typing import Final

from tocsin.logic.ast import Call, Expr, Var
from tocsin.logic.atoms import Term
from tocsin.logic.rarity import BUILT_IN, Estimate
from tocsin.logic.terms import NOTHING_LEFT, all_of, cover_of
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import subtrees

_MOST: Final = 0.1
"""The share of tweets up to which a term is told for each rule rather than asked once for all that share the guard."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """A condition in two parts: true where the guard is true and none of the terms holds.

    As with `NOTHING_LEFT`, this counts only for values of the kinds that the terms are about.
    """

    guard: Expr
    terms: frozenset[Term]


def exclusions_of(expr: Expr, vocabulary: Vocabulary, rarity: Estimate = BUILT_IN) -> Exclusions:
    """Return a condition as guard and excluding terms; the guard is all of it where there are none."""
    guard: list[Expr] = []
    terms: set[Term] = set()
    for part in expr.args if isinstance(expr, Call) and expr.op == "and" else (expr,):
        found = _excluding(part, vocabulary, rarity)
        if found is None:
            guard.append(part)
        else:
            terms |= found
    return Exclusions(all_of(guard), frozenset(terms)) if terms else Exclusions(expr, frozenset())


def _excluding(part: Expr, vocabulary: Vocabulary, rarity: Estimate) -> frozenset[Term] | None:
    """Return terms of which none holds exactly where a part of a condition is true; None if there are no such."""
    match part:
        case Call("!", (expr,)):
            denied = expr
        case Call("!=" | "!==" as op, args):
            denied = Call(op.replace("!", "=", 1), args)
        case _:
            return None
    # An operator may fail on a default; what isn't true for that is not false.
    if any(isinstance(node, Var) and node.default is not None for node in subtrees(denied)):
        return None
    cover = cover_of(denied, vocabulary, rarity)
    if not cover or any(left is not NOTHING_LEFT for left in cover.values()):
        return None
    return frozenset(cover) if sum(map(rarity.share, cover)) <= _MOST else None
