"""Gives rules what stands beside their conditions in the files: their tests, and the place of every clause."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from tocsin.logic.ast import Expr, Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary
from tocsin.logic.walk import fields_read, subtrees
from tocsin.model import Json
from tocsin.rules.casereader import CaseReader
from tocsin.rules.cases import RuleTests
from tocsin.rules.diagnostics import Diagnostic, Span
from tocsin.rules.document import Document
from tocsin.rules.ruleset import Rule


def with_tests(
    rules: Sequence[Rule],
    tested: Sequence[Document],
    documents: Mapping[str, Document],
    vocabulary: Vocabulary,
    lookup: Callable[[str, Path], tuple[str, ...] | Problem],
) -> tuple[list[Rule], list[Diagnostic]]:
    """Return the rules with their tests and places, and what is wrong with any test, also of rules not among them.

    Tests are read from the documents in `tested`; `documents` are all, by file, for places in exceptions and macros.
    """
    by_place = {(rule.span.file, str(rule.id)): rule for rule in rules}
    diagnostics: list[Diagnostic] = []
    for document in tested:
        reader = CaseReader(document, vocabulary, lookup)
        diagnostics += reader.read_fixtures(_section(document, "fixtures"))
        for rule_id, value in _section(document, "rules").items():
            rule = by_place.get((document.file, rule_id))
            tests = value.get("tests") if isinstance(value, dict) else None
            read, wrong = reader.read(rule_id, tests, None if rule is None else _fields_of(rule))
            diagnostics += wrong
            if rule is not None:
                by_place[document.file, rule_id] = _completed(rule, read, documents)
    return list(by_place.values()), diagnostics


def expressions_of(rule: Rule) -> Iterator[Expr]:
    """Yield the rule's condition, those of its exceptions, and `once_per`."""
    yield rule.condition
    for exception in rule.exceptions:
        yield exception.condition
    if rule.once_per is not None:
        yield rule.once_per


def _completed(rule: Rule, tests: RuleTests, documents: Mapping[str, Document]) -> Rule:
    places: dict[Path, Span] = {}
    for expression in expressions_of(rule):
        for part in subtrees(expression):
            if part.at and part.at not in places:
                places[part.at] = documents[str(part.at[0])].span(part.at, on_key=True)
    return replace(rule, cases=tests.cases, equivalents=tests.equivalents, places=places)


def _fields_of(rule: Rule) -> frozenset[str]:
    return frozenset().union(*map(fields_read, expressions_of(rule)))


def _section(document: Document, name: str) -> dict[str, Json]:
    section = document.value.get(name) if isinstance(document.value, dict) else None
    if not isinstance(section, dict):
        return {}
    return {key: value for key, value in section.items() if not key.startswith("x-")}
