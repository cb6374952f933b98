"""Rules whose tests show only one side of them, or nothing."""

from collections.abc import Iterator

from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning


def expectation_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each rule without a test in which it matches, or without one in which it doesn't."""
    for rule in subject.rules:
        sides = {_is_positive(test.get("expect")) for test in rule.tests if isinstance(test, dict)}
        if {True, False} <= sides:
            continue
        if True in sides:
            missing, example = "no test in which it does not match", "{tweet: {…}, expect: no_match}"
        elif False in sides:
            missing, example = "no test in which it matches", "{tweet: {text: …}, expect: match}"
        else:
            missing, example = "no tests", "{tweet: {text: …}, expect: match} and one with no_match"
        hint = f"add {example} under `tests:`"
        yield warning("untested-rule", rule.span, f"rule {rule.id!r} has {missing}", hint)


def _is_positive(expected: Json) -> bool | None:
    """Whether an expectation is that there is an alert; None if it says nothing of the kind."""
    match expected:
        case "match":
            return True
        case "no_match":
            return False
        case {"alerts": int() as count}:
            return count > 0
        case dict():
            return bool(expected)  # a title, a severity or a key is that of an alert
        case _:
            return None
