"""Letting go of what ran: piece by piece, since freeing a large rule set in one go would stop everything meanwhile."""

from tocsin.core.plan import Plan
from tocsin.runtime.reloading.replacement import InForce


def let_go(retired: list[InForce | Plan]) -> None:
    """Take apart what nobody uses any more; the list is emptied. Made to run in a thread."""
    pieces: list[object] = []
    while retired:
        match retired.pop():
            case InForce(project, _):
                pieces += project.ruleset.rules.values()
                pieces += project.places.documents.values()
            case plan:
                pieces += plan.compiled
    while pieces:
        pieces.pop()
