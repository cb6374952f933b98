"""The index broken on purpose, in the ways in which one loses a match, so that tests can show that they would notice.

Each breakage takes the place of one function that the index is made with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tocsin.logic import atoms, outlines, terms
from tocsin.logic.atoms import Kind, Term
from tocsin.logic.evaluation.text import WORD_RUN
from tocsin.logic.outlines import Outline, Rest
from tocsin.matching import blueprints

Cover = Mapping[Term, Rest]

_cover = Outline.cover


def _with_cover(change: Callable[[Cover], Cover]) -> Callable[..., Cover | None]:
    def cover(*given: Any) -> Cover | None:
        found = _cover(*given)
        return None if found is None else change(found)

    return cover


def _without_one(cover: Cover) -> Cover:
    last = list(cover)[-1:] if len(cover) > 1 else []
    return {term: left for term, left in cover.items() if term not in last}


def _without_numbers_as_text(cover: Cover) -> Cover:
    numbers = {str(term.value) for term in cover if term.kind == "equal" and not isinstance(term.value, str)}
    return {term: left for term, left in cover.items() if term.value not in numbers}


def _strict(cover: Cover) -> Cover:
    strictly: dict[Kind, Kind] = {">=": ">", "<=": "<"}
    return {replace(term, kind=strictly.get(term.kind, term.kind)): left for term, left in cover.items()}


def _leaving_nothing(cover: Cover) -> Cover:
    return dict.fromkeys(cover, Rest(outlines.NOTHING_LEFT, lambda left: left))


def _all_runs(pattern: str) -> list[str]:
    return WORD_RUN.findall(pattern)


def _any_part(pattern: str, **edges: bool) -> list[str]:
    return WORD_RUN.findall(pattern)


def _sorts(values: Sequence[object]) -> tuple[object, ...]:
    return (None,) * len(values)


BREAKAGES: Mapping[str, tuple[object, str, object]] = MappingProxyType(
    {
        "patterns in small letters, not folded": (atoms, "fold", str.lower),
        "one term of several is not posted": (Outline, "cover", _with_cover(_without_one)),
        "a number is not looked for as text": (Outline, "cover", _with_cover(_without_numbers_as_text)),
        "a bound leaves itself out": (Outline, "cover", _with_cover(_strict)),
        "a term says all": (Outline, "cover", _with_cover(_leaving_nothing)),
        "any run of a pattern is a whole word": (atoms, "runs_of_words", _all_runs),
        "a word cut short is a whole word": (atoms, "whole_runs", _any_part),
        "the last letter of an expression stays": (atoms, "necessary_letters", lambda pattern: pattern.strip("^$")),
        "any default is as good as none": (terms._Deriver, "_is_false", lambda *given: True),
        "what is written out is taken for the whole": (outlines, "says_all", lambda *given: True),
        "constants are as equal as in Python": (blueprints, "sorts_of", _sorts),
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
