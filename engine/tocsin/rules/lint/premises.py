"""Which clauses may be held against another."""

from collections.abc import Iterable

from tocsin.logic.ast import Path
from tocsin.logic.reasoning.formula import Formula, leaves


def counting_for(at: Path, premises: Iterable[Formula]) -> list[Formula]:
    """Return what may be held against a clause: for one in a macro only the same macro, which is used elsewhere too."""
    if at[1:2] != ("macros",):
        return list(premises)
    return [premise for premise in premises if premise.at[:3] == at[:3]]


def about_the_same(part: Formula, premises: Iterable[Formula]) -> list[Formula]:
    """Return the premises that look at something that the part looks at too: no others can decide it alone."""
    topics = frozenset(_topics(part))
    return [premise for premise in premises if not topics.isdisjoint(_topics(premise))]


def _topics(formula: Formula) -> Iterable[str]:
    return (held.term.subject_key or held.term.key for held in leaves(formula))
