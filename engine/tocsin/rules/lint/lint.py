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


def findings(subject: Subject) -> list[Diagnostic]:
    """Return every warning that lint has for rules without an error, in no order."""
    return [diagnostic for lint in LINTS for diagnostic in lint(subject)]


def without_minor(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics without what only matters to whoever writes the rules."""
    return [found for found in diagnostics if not found.number.startswith("T2") or found.code in URGENT]
