"""All lints together."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.absence import absence_findings
from tocsin.rules.lint.clauses import clause_findings
from tocsin.rules.lint.exceptions import exception_findings
from tocsin.rules.lint.expectations import expectation_findings
from tocsin.rules.lint.lookup import lookup_findings
from tocsin.rules.lint.subject import Subject
from tocsin.rules.lint.subsumption import subsumption_findings
from tocsin.rules.lint.throttles import throttle_findings
from tocsin.rules.lint.usage import definition_findings, destination_findings

Lint: TypeAlias = Callable[[Subject], Iterable[Diagnostic]]

LINTS: Final[tuple[Lint, ...]] = (
    clause_findings,
    subsumption_findings,
    absence_findings,
    exception_findings,
    definition_findings,
    lookup_findings,
    expectation_findings,
    destination_findings,
    throttle_findings,
)

URGENT: Final = frozenset({"never-true", "always-true", "expired-exception"})
"""Lints that matter to whoever runs the rules: alerts that never come, or that always do. A run shows no others."""


PROOFS: Final[tuple[Lint, ...]] = (clause_findings,)
"""Lints that find the same as long as the rules and their words are the same, and take long to."""
_URGENT_LINTS: Final[tuple[Lint, ...]] = (*PROOFS, exception_findings)


def findings(subject: Subject, *, only_urgent: bool = False, are_proved: bool = False) -> list[Diagnostic]:
    """Return every warning that lint has for rules without an error, in no order.

    With `only_urgent` those that `without_minor` keeps, and few others. Of rules that `are_proved`, `PROOFS` have
    nothing urgent to say and aren't asked.
    """
    lints = [lint for lint in (_URGENT_LINTS if only_urgent else LINTS) if not (are_proved and lint in PROOFS)]
    return [diagnostic for lint in lints for diagnostic in lint(subject)]


def without_minor(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics without what only matters to whoever writes the rules."""
    return [found for found in diagnostics if not found.number.startswith("T2") or found.code in URGENT]
