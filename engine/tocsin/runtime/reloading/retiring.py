"""Letting go of what ran: piece by piece, since freeing a large rule set in one go would stop everything meanwhile."""

import gc
from collections.abc import Iterable
from typing import Final

from tocsin.core.plan import Plan
from tocsin.runtime.reloading.replacement import InForce

_LARGE: Final = 200
_CONTAINERS: Final = (dict, list, tuple, set, frozenset)


def let_go(retired: list[InForce | Plan], plan: Plan | None = None) -> None:
    """Take apart what nobody uses any more, given the plan in force; the list is emptied. Made to run in a thread."""
    pieces: list[object] = []
    while retired:
        # Not in this function: a name for the whole would hold all of its pieces until the end.
        pieces += _pieces(retired.pop(), plan)
    while pieces:
        pieces.pop()


def _pieces(retired: InForce | Plan, plan: Plan | None) -> list[object]:
    match retired:
        case InForce(project, _):
            return [*project.ruleset.rules.values(), *within(project.places.documents.values())]
        case _ if plan is not None and plan.index.whole is retired.index.whole:
            return []  # nearly all of it goes on
        case _:
            return within([retired.index])


def within(roots: Iterable[object]) -> list[object]:
    """Return what large containers hold that are reached from some objects through ours and small containers.

    Who has it can drop the containers in no time, and then what was in them, one after the other.
    """
    found: list[object] = []
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if not isinstance(one, _CONTAINERS):
            waiting += gc.get_referents(one) if type(one).__module__.startswith("tocsin.") else ()
        elif len(one) < _LARGE:
            waiting += gc.get_referents(one)
        else:
            found += one
            found += one.values() if isinstance(one, dict) else ()
    return found
