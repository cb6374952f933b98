"""Gives rules the tests that stand beside their conditions in the files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tocsin.logic.ast import Expr, Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import fields_read
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.reading.casereader import CaseReader
from tocsin.rules.ruleset import Rule
from tocsin.rules.syntax.document import Document


def with_tests(
    rules: Sequence[Rule],
    documents: Sequence[Document],
    vocabulary: Vocabulary,
    lookup: Callable[[str, Path], tuple[str, ...] | Problem],
) -> tuple[list[Rule], list[Diagnostic]]:
    """Return the rules with their tests, and what is wrong with any test, also of rules not among them."""
    by_place = {(rule.span.file, str(rule.id)): rule for rule in rules}
    diagnostics: list[Diagnostic] = []
    for document in documents:
        reader = CaseReader(document, vocabulary, lookup)
        diagnostics += reader.read_fixtures(_section(document, "fixtures"))
        for rule_id, value in _section(document, "rules").items():
            rule = by_place.get((document.file, rule_id))
            tests = value.get("tests") if isinstance(value, dict) else None
            if tests is None:
                continue
            read, wrong = reader.read(rule_id, tests, None if rule is None else _fields_of(rule))
            diagnostics += wrong
            if rule is not None:
                by_place[document.file, rule_id] = replace(rule, cases=read.cases, equivalents=read.equivalents)
    return list(by_place.values()), diagnostics


def _expressions_of(rule: Rule) -> Iterator[Expr]:
    """Yield the rule's condition, those of its exceptions, and `once_per`."""
    yield rule.condition
    for exception in rule.exceptions:
        yield exception.condition
    if rule.once_per is not None:
        yield rule.once_per


def _fields_of(rule: Rule) -> frozenset[str]:
    return frozenset().union(*map(fields_read, _expressions_of(rule)))


def _section(document: Document, name: str) -> dict[str, Json]:
    section = document.value.get(name) if isinstance(document.value, dict) else None
    if not isinstance(section, dict):
        return {}
    return {key: value for key, value in section.items() if not key.startswith("x-")}
