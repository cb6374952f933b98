"""Ways from a tweet to the rules that it makes true, each a function that can be timed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.reference import evaluate
from tocsin.logic.terms import necessary_terms
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.automaton import Automaton
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.index import CandidateIndex
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MATCHED, MatchAll, Presearch
from tocsin.model import RuleId, Severity
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Rule
from tocsin.rules.templates import parse_template

Tweet: TypeAlias = dict[str, Any]
Contender: TypeAlias = Callable[[Tweet], Sequence[int]]
"""From a tweet to the places of the rules that it makes true, ascending."""

_VOCABULARY = standard_vocabulary()


def compiled(conditions: Sequence[Any]) -> list[CompiledRule]:
    """Return rules with these conditions, compiled; each rule's id is its place.

    Raises:
        ValueError: a condition has a mistake.
    """
    scope = Scope(_VOCABULARY)
    blank = _blank_rule()
    rules = []
    for place, condition in enumerate(conditions):
        parsed = parse(condition, scope)
        if parsed.expr is None:
            raise ValueError(parsed.problems[0].message)
        rule = replace(blank, id=RuleId(str(place)), condition=parsed.expr)
        rules.append(CompiledRule(rule, compile_condition(parsed.expr, _VOCABULARY)))
    return rules


def indexed(rules: Sequence[CompiledRule]) -> Contender:
    """Return matching as `run` does it: the index, then the candidates."""
    return _matching(CandidateIndex(rules, _VOCABULARY))


def looped(rules: Sequence[CompiledRule]) -> Contender:
    """Return the same without the index: every compiled rule is evaluated."""
    return _matching(MatchAll(tuple(rules)))


def _matching(presearch: Presearch) -> Contender:
    matcher = Matcher(presearch)

    def match(tweet: Tweet) -> list[int]:
        decided = matcher.decided(Facts(tweet))
        return [int(compiled.rule.id) for compiled, verdict in decided if isinstance(verdict, Matched)]

    return match


def reference(conditions: Sequence[Any]) -> Contender:
    """Return json-logic-qubit, rule by rule."""
    return lambda tweet: [place for place, condition in enumerate(conditions) if evaluate(condition, tweet)]


def datalogic(conditions: Sequence[Any]) -> Contender | None:
    """Return datalogic-py, all rules in one call; None where it isn't installed."""
    try:
        import datalogic_py
    except ImportError:
        return None
    engine = datalogic_py.Engine()
    rules = [engine.compile(condition) for condition in conditions]
    session = engine.session()

    def match(tweet: Tweet) -> list[int]:
        values = session.evaluate_many(rules, datalogic_py.DataHandle(tweet))
        return [place for place, value in enumerate(values) if value == "true"]

    return match


def floor(rules: Sequence[CompiledRule], answers: Mapping[str, Sequence[int]]) -> Callable[[Tweet], object]:
    """Return what no matching can do without: fold, cut into words, look up words and parts, write the answer down.

    `answers` has what is true of each tweet by its id, since finding that out is what the floor leaves out.
    """
    terms = [term for rule in rules for term in necessary_terms(rule.rule.condition, _VOCABULARY) or ()]
    known = frozenset(term.value for term in terms if term.kind == "word" and term.field == "text").intersection
    parts = dict.fromkeys(str(term.value) for term in terms if term.kind == "part" and term.field == "text")
    scan = Automaton(tuple(parts)).found if parts else None

    def work(tweet: Tweet) -> object:
        forms = Facts(tweet).forms(tweet["text"])
        known(forms.runs)
        if scan is not None:
            scan(forms.folded)
        return [(rules[place], MATCHED) for place in answers[tweet["id"]]]

    return work


def decided(rules: Sequence[CompiledRule]) -> Callable[[Tweet], object]:
    """Return matching by the index as `run` does it, its verdicts as they are."""
    presearch = CandidateIndex(rules, _VOCABULARY)
    return lambda tweet: presearch.decided(Facts(tweet))


def _blank_rule() -> Rule:
    template, problems = parse_template("{{ text }}", _VOCABULARY.fields)
    parsed = parse(False, Scope(_VOCABULARY))
    if template is None or parsed.expr is None:
        raise ValueError(str(problems))
    return Rule(
        id=RuleId("0"), title=template, body=template, description="", severity=Severity.MEDIUM, labels={},
        condition=parsed.expr, match=None, only_match=False, notify=(), enabled=True, span=Span("bench", 1, 1),
    )  # fmt: skip
