"""Letting go of what ran: piece by piece, since freeing a large rule set in one go would stop everything meanwhile."""

from tocsin.core.plan import Plan
from tocsin.runtime.reloading.replacement import InForce


def let_go(retired: list[InForce | Plan]) -> None:
    """Take apart what nobody uses any more; the list is emptied. Made to run in a thread."""
    pieces: list[object] = []
    while retired:
        # Not in this function: a name for the whole would hold all of its pieces until the end.
        pieces += _pieces(retired.pop())
    while pieces:
        pieces.pop()


def _pieces(retired: InForce | Plan) -> list[object]:
    match retired:
        case InForce(project, _):
            return [*project.ruleset.rules.values(), *project.places.documents.values()]
        case plan:
            return [*plan.index.built]
