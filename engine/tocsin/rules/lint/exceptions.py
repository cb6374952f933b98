"""Exceptions that have expired, that nothing can hit, or that leave nothing of their rule."""

from collections.abc import Iterator
from datetime import date

from tocsin.logic.reasoning.formula import formula_of
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning
from tocsin.rules.ruleset import Rule, RuleException


def exception_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what is odd about the exceptions of each rule."""
    for rule in subject.rules:
        for exception in rule.exceptions:
            found = _finding(subject, rule, exception)
            if found is not None:
                yield found


def _finding(subject: Subject, rule: Rule, exception: RuleException) -> Diagnostic | None:
    condition, formula = subject.formula(rule), formula_of(exception.condition)
    if has_expired(exception, subject.today):
        message = f"exception {exception.id!r} of rule {rule.id!r} has expired on {exception.until}: it holds no more"
        return warning("expired-exception", exception.span, message, "take it out, or give it a new date and a reason")
    if subject.is_never_true(rule):
        return None
    if subject.prover.is_never_true(condition, formula):
        message = f"exception {exception.id!r} can never apply: rule {rule.id!r} doesn't match such tweets anyway"
        return warning("idle-exception", exception.span, message, "take it out, or correct its condition")
    if subject.prover.is_implied([condition], formula):
        message = f"rule {rule.id!r} can never match: exception {exception.id!r} leaves out all that it matches"
        return warning(
            "never-true", exception.span, message, "narrow the exception; `enabled: false` switches a rule off"
        )
    return None


def has_expired(exception: RuleException, today: date) -> bool:
    """Whether the last day of an exception is past."""
    return exception.until is not None and exception.until < today
