"""Rules that must be evaluated on every tweet, since nothing in them can be looked up."""

from collections.abc import Iterator

from tocsin.logic.ast import Literal
from tocsin.logic.terms import necessary_terms
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning


def lookup_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each rule that has no word, name or value without which it can't match; a bare true is meant so."""
    for rule in subject.rules:
        if not rule.enabled or isinstance(rule.condition, Literal) or subject.is_always_true(rule):
            continue
        if necessary_terms(rule.condition, subject.vocabulary) is None:
            message = f"rule {rule.id!r} will be evaluated on every tweet: it can match without any word or value"
            hint = "give it a clause such as `word`, `from` or `eq`, outside `not`, that is true whenever it matches"
            yield warning("unindexed-rule", subject.span(subject.formula(rule).at) or rule.span, message, hint)
