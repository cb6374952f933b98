"""What a field may hold, cut into regions within which no comparison of a condition can tell two values apart.

A comparison with constants cuts numbers and texts at those constants: `likes > 10` says the same of 3 and of 7. So it
is enough to ask it about one value from each region, by the very functions that evaluate it, null included with all the
quirks that it has there. Nothing is reimplemented here, and so nothing can drift.

**The assumption.** A field that the vocabulary gives a type (text, number, truth, list, object) holds a JSON value of
that type, or null, or is missing; numbers are finite, and true and false are no numbers. Derived fields other than
`url` are never null. Of a field without a type, or of type `any`, nothing is assumed. What arithmetic computes is a
number, or fails. And a condition stays within its budget.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from tocsin.logic.ast import Array, Call, Expr, Var
from tocsin.logic.ast import Literal as Constant
from tocsin.logic.evaluation.exact import as_written
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.evaluation.textcompile import subject_test
from tocsin.logic.evaluation.values import FUNCTIONS
from tocsin.logic.facts import Facts
from tocsin.logic.fields import DERIVED
from tocsin.logic.reasoning.formula import Holds, Scalar, Term, literals
from tocsin.logic.vocabulary import Vocabulary

Outcome: TypeAlias = Literal["true", "false", "failed", "unknown"]
Kind: TypeAlias = Literal["text", "number", "truth", "list", "object"]

MOST_CONSTANTS: Final = 64
"""With more than this, nothing is said: the work grows with their square."""

_LARGEST: Final = 1e300
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})
_EQUALITIES: Final = frozenset({"==", "==="})


@dataclass(frozen=True, slots=True)
class Domain:
    """What a subject may hold: values of a kind, and null if `nullable`. Reading it may fail unless `total`."""

    kind: Kind
    nullable: bool = True
    total: bool = True


@dataclass(frozen=True, slots=True)
class Region:
    """A set of values; `value` is one of them, and the only one if it is a `point`."""

    kind: Kind | None
    value: Any
    point: bool


def domain_of(subject: Expr, vocabulary: Vocabulary) -> Domain | None:
    """Return what a subject may hold, None where nothing is known of it."""
    match subject:
        case Var(Constant(str() as path), None):
            kind = vocabulary.fields.get(path)
            if kind is None or kind == "any":
                return None
            return Domain(kind, nullable=path == "url" or path not in DERIVED)
        case Call(op) if op in _ARITHMETIC:
            return Domain("number", nullable=False, total=False)
        case _:
            return None


def excluded(group: Sequence[Holds], domain: Domain) -> bool:
    """Whether no value of the domain can make terms about one subject what is wanted of them."""
    constants = [value for held in group for value in _constants(held.term)]
    if not _are_few_and_small(constants):
        return False
    return not any(
        all(_allows(outcome(held.term, region), held.wanted) for held in group) for region in regions(domain, constants)
    )


def is_total(term: Term, domain: Domain | None) -> bool:
    """Whether a term can't fail, whatever its subject holds."""
    if domain is None or not domain.total:
        return False
    constants = list(_constants(term))
    if not _are_few_and_small(constants):
        return False
    # What is unknown of a region is which of two values the term has there, but for orders of mixed kinds.
    told = term.op not in {"<", "<="}
    return all(
        found != "failed" and (told or found != "unknown")
        for found in (outcome(term, region) for region in regions(domain, constants))
    )


def regions(domain: Domain, constants: Iterable[Scalar]) -> list[Region]:
    """Return the regions into which constants cut a domain."""
    found = [Region(None, None, point=True)] if domain.nullable else []
    match domain.kind:
        case "truth":
            return [*found, Region("truth", True, point=True), Region("truth", False, point=True)]
        case "list":
            return [*found, Region("list", [], point=True), Region("list", [None], point=False)]
        case "object":
            return [*found, Region("object", {}, point=True), Region("object", {"": None}, point=False)]
        case "number":
            return found + _number_regions(constants)
        case "text":
            return found + _text_regions(constants)


def outcome(term: Term, region: Region) -> Outcome:
    """Return what a term says of every value of a region, `unknown` where that may differ."""
    if not region.point and not _is_uniform(term, region):
        return "unknown"
    try:
        return "true" if _evaluate(term, region.value) else "false"
    except Exception:  # noqa: BLE001 - whatever evaluation raises makes a term fail
        return "failed"


def _are_few_and_small(constants: Sequence[Scalar]) -> bool:
    return len(constants) <= MOST_CONSTANTS and not any(
        isinstance(value, int | float) and abs(value) > _LARGEST for value in constants
    )


def _allows(found: Outcome, wanted: bool) -> bool:
    return found == "unknown" or found == ("true" if wanted else "false")


def _number_regions(constants: Iterable[Scalar]) -> list[Region]:
    points: list[int | float] = sorted({0, 1, *(value for value in constants if isinstance(value, int | float))})
    found = [Region("number", value, point=True) for value in points]
    ends = [points[0] - 1, *((low + high) / 2 for low, high in pairwise(points)), points[-1] + 1]
    bounds = [None, *points, None]
    for between, (low, high) in zip(ends, pairwise(bounds), strict=True):
        # Numbers too large to have anything between them leave the region without a witness: nothing is said of it.
        inside = (low is None or low < between) and (high is None or between < high)
        found.append(Region("number" if inside else None, between, point=False))
    return found


def _text_regions(constants: Iterable[Scalar]) -> list[Region]:
    points = sorted({"", *(str(value) for value in constants)})
    found = [Region("text", value, point=True) for value in points]
    # The least text above another is that one and a null character.
    for low, high in pairwise([*points, None]):
        above = f"{low}\0"
        if above != high:
            found.append(Region("text", above, point=False))
    return found


def _is_uniform(term: Term, region: Region) -> bool:
    """Whether a term says the same of every value of an open region."""
    if term.op == "":
        return region.kind is not None
    if term.op in TEXT_OPERATORS:
        return region.kind in {"number", "object"}  # of these they make nothing, whatever the value
    if region.kind not in {"number", "text"}:
        return False
    constants = list(_constants(term))
    if region.kind == "number":
        if any(isinstance(value, str) for value in constants):
            return False
        return term.op in _EQUALITIES or _is_listed(term) or not any(isinstance(value, bool) for value in constants)
    return term.op in _EQUALITIES or _is_listed(term) or _is_order_of_texts(term, constants)


def _is_listed(term: Term) -> bool:
    """Whether a term asks if its subject is in a list of constants."""
    return term.op == "in" and isinstance(_args(term)[1], Array)


def _is_order_of_texts(term: Term, constants: Iterable[Scalar]) -> bool:
    return term.op in {"<", "<="} and all(value is None or isinstance(value, str) for value in constants)


def _constants(term: Term) -> Iterable[Scalar]:
    if term.op in TEXT_OPERATORS or term.op == "":
        return ()
    return (value for arg in _args(term) if arg is not term.subject for value in literals(arg))


def _args(term: Term) -> tuple[Expr, ...]:
    return term.expr.args if isinstance(term.expr, Call) else ()


def _evaluate(term: Term, value: Any) -> bool:
    if term.op == "":
        return bool(value)
    if term.op in TEXT_OPERATORS:
        return _text_test(term.op, term.patterns)(value, Facts({}))
    args = [value if arg is term.subject else as_written(arg) for arg in _args(term)]
    return bool(FUNCTIONS[term.op](*args))


_text_test = lru_cache(maxsize=1024)(subject_test)
