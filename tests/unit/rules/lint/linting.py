"""Lint over rules that stand in no file."""

from datetime import date

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.diagnostics.diagnostic import Diagnostic, in_order
from tocsin.rules.lint.lint import findings
from tocsin.rules.lint.subject import Subject
from tocsin.rules.ruleset import Rule
from tocsin.testing import make_ruleset

VOCABULARY = standard_vocabulary()


def lint(*rules: Rule, today: date = date(2026, 7, 1)) -> list[Diagnostic]:
    """Return what lint finds of some rules, by place."""
    return in_order(findings(Subject(ruleset=make_ruleset(*rules), documents={}, vocabulary=VOCABULARY, today=today)))


def codes(*rules: Rule) -> list[tuple[str, str]]:
    """Return what lint finds of some rules, but for their tests, as codes and messages."""
    return [(found.code, found.message) for found in lint(*rules) if found.code != "untested-rule"]
