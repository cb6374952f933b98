"""The index broken on purpose, in the ways in which one loses a match, so that tests can show that they would notice.

Each breakage takes the place of one function that the index is made with.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tocsin.logic import atoms, terms
from tocsin.logic.ast import Expr, Literal
from tocsin.logic.atoms import Kind, Term
from tocsin.logic.evaluation.text import WORD_RUN
from tocsin.matching import index

Covered = Callable[..., Mapping[Term, Expr] | None]

_cover_of = terms.cover_of


def _with_cover(change: Callable[[Mapping[Term, Expr]], Mapping[Term, Expr]]) -> Covered:
    def cover_of(*given: Any) -> Mapping[Term, Expr] | None:
        cover = _cover_of(*given)
        return None if cover is None else change(cover)

    return cover_of


def _without_one(cover: Mapping[Term, Expr]) -> Mapping[Term, Expr]:
    last = list(cover)[-1:] if len(cover) > 1 else []
    return {term: left for term, left in cover.items() if term not in last}


def _without_numbers_as_text(cover: Mapping[Term, Expr]) -> Mapping[Term, Expr]:
    numbers = {str(term.value) for term in cover if term.kind == "equal" and not isinstance(term.value, str)}
    return {term: left for term, left in cover.items() if term.value not in numbers}


def _strict(cover: Mapping[Term, Expr]) -> Mapping[Term, Expr]:
    strictly: dict[Kind, Kind] = {">=": ">", "<=": "<"}
    return {replace(term, kind=strictly.get(term.kind, term.kind)): left for term, left in cover.items()}


def _leaving_nothing(cover: Mapping[Term, Expr]) -> Mapping[Term, Expr]:
    return dict.fromkeys(cover, terms.NOTHING_LEFT)


def _all_runs(pattern: str) -> list[str]:
    return WORD_RUN.findall(pattern)


def _any_part(pattern: str, **edges: bool) -> list[str]:
    return WORD_RUN.findall(pattern)


def _equal_in_python(one: Literal, other: object) -> bool:
    return isinstance(other, Literal) and one.value == other.value


BREAKAGES: Mapping[str, tuple[object, str, object]] = MappingProxyType(
    {
        "patterns in small letters, not folded": (atoms, "fold", str.lower),
        "one term of several is not posted": (index, "cover_of", _with_cover(_without_one)),
        "a number is not looked for as text": (index, "cover_of", _with_cover(_without_numbers_as_text)),
        "a bound leaves itself out": (index, "cover_of", _with_cover(_strict)),
        "a term says all": (index, "cover_of", _with_cover(_leaving_nothing)),
        "any run of a pattern is a whole word": (atoms, "runs_of_words", _all_runs),
        "a word cut short is a whole word": (atoms, "whole_runs", _any_part),
        "the last letter of an expression stays": (atoms, "necessary_letters", lambda pattern: pattern.strip("^$")),
        "any default is as good as none": (terms._Deriver, "_is_false", lambda *given: True),
        "what is written out is taken for the whole": (terms, "_left_open", lambda *given: terms.NOTHING_LEFT),
        "constants are as equal as in Python": (Literal, "__eq__", _equal_in_python),
    }
)
"""By what is broken: where the function is found, its name, and what takes its place."""


@contextmanager
def broken(what: str) -> Iterator[None]:
    """Break the index while the block runs; rules must be put into it inside."""
    place, name, instead = BREAKAGES[what]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, name, instead)
        yield
