"""Rules that tell nobody anything new: another one matches whenever they do, and notifies the same places.

Rules are compared only where one could imply the other: an index leads from the patterns of a rule, and whatever is
part of them, to the rules that look for those. What the index doesn't lead to is not found, and that is all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tocsin.logic.evaluation.text import TEXT_OPERATORS, fold
from tocsin.logic.reasoning.formula import Formula, Holds, Term, conjuncts, formula_of, leaves, literals
from tocsin.logic.reasoning.textual import contradict, forms, is_text
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.exceptions import has_expired
from tocsin.rules.lint.subject import Subject, warning
from tocsin.rules.ruleset import Rule

MOST_COMPARED: Final = 20
"""With how many others one rule is compared at most."""

_LONGEST_PATTERN: Final = 64


@dataclass(frozen=True, slots=True)
class _Candidate:
    rule: Rule
    formula: Formula
    topics: frozenset[str]


def subsumption_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each rule whose alerts another rule sends to the same places anyway, with no less severity."""
    by_place: dict[object, list[_Candidate]] = defaultdict(list)
    for rule in subject.rules:
        formula = subject.formula(rule)
        # What is never or always true implies every other rule, or is implied by it.
        if rule.enabled and rule.once_per is None and not (subject.is_never_true(rule) or subject.is_always_true(rule)):
            topics = frozenset(held.term.subject_key or held.term.key for held in leaves(formula))
            by_place[_place(subject, rule)].append(_Candidate(rule, formula, topics))
    for candidates in by_place.values():
        if len(candidates) > 1:
            yield from _among(subject, candidates)


def _place(subject: Subject, rule: Rule) -> object:
    """Return what two rules have in common that are heard of in the same places."""
    if subject.destinations is not None:
        # What is heard of nowhere, or in places that can't be told, has them in common with no other.
        return (rule.stage, subject.destinations.get(rule.id) or rule.id)
    if rule.notify:
        return (rule.stage, frozenset(rule.notify))
    # Routes, which were not read, decide by these.
    return (rule.stage, rule.severity, tuple(sorted(rule.labels.items())))


def _among(subject: Subject, candidates: Sequence[_Candidate]) -> Iterator[Diagnostic]:
    index = _Index(candidates)
    pairs: set[tuple[str, str]] = set()
    for narrow in candidates:
        for wide in islice(index.likely_wider(narrow), MOST_COMPARED):
            if (wide.rule.id, narrow.rule.id) in pairs or not _is_subsumed(subject, narrow, wide):
                continue
            pairs.add((narrow.rule.id, wide.rule.id))
            yield _finding(narrow.rule, wide.rule)
            break


def _is_subsumed(subject: Subject, narrow: _Candidate, wide: _Candidate) -> bool:
    if wide.rule.severity.rank < narrow.rule.severity.rank:
        return False  # the narrower rule says of some tweets that they are graver
    if wide.rule.throttle is not None or wide.rule.budget is not None:
        return False  # the narrower rule speaks while the wider one is held back
    left_out = [exception for exception in wide.rule.exceptions if not has_expired(exception, subject.today)]
    without = [formula_of(exception.condition, wanted=False) for exception in left_out]
    return all(subject.prover.is_implied([narrow.formula], claim) for claim in (wide.formula, *without))


def _finding(narrow: Rule, wide: Rule) -> Diagnostic:
    place = f"line {wide.span.line}" if wide.span.file == narrow.span.file else f"{wide.span.file}:{wide.span.line}"
    message = f"rule {narrow.id!r} tells nobody anything new: {wide.id!r} in {place} matches whenever it does"
    hint = "take one of them out, make this one more severe, or notify somebody else"
    return warning("subsumed-rule", narrow.span, message, hint)


class _Index:
    """Leads from a rule to those that may be true whenever it is."""

    def __init__(self, candidates: Sequence[_Candidate]) -> None:
        popularity = Counter(
            held.term.key
            for candidate in candidates
            for held in conjuncts(candidate.formula)
            if isinstance(held, Holds)
        )
        self._by_pattern: dict[str, list[tuple[Term, _Candidate]]] = defaultdict(list)
        self._by_topic: dict[str, list[_Candidate]] = defaultdict(list)
        for candidate in candidates:
            anchor = _anchor(candidate.formula, popularity)
            if anchor is None:
                for topic in islice(sorted(candidate.topics), 1):
                    self._by_topic[topic].append(candidate)
            else:
                for pattern in forms(anchor.op, anchor.patterns):
                    self._by_pattern[pattern].append((anchor, candidate))

    def likely_wider(self, narrow: _Candidate) -> Iterator[_Candidate]:
        """Yield each rule once that may be true whenever this one is, never itself."""
        seen = {narrow.rule.id}
        for candidate in self._found(narrow):
            if candidate.rule.id not in seen and candidate.topics <= narrow.topics:
                seen.add(candidate.rule.id)
                yield candidate

    def _found(self, narrow: _Candidate) -> Iterator[_Candidate]:
        for held in leaves(narrow.formula):
            for pattern in _clues(held):
                for anchor, candidate in self._by_pattern.get(pattern, ()):
                    if not is_text(held.term) or _is_implied_by(held.term, anchor):
                        yield candidate
        for topic in sorted(narrow.topics):
            yield from self._by_topic.get(topic, ())


def _is_implied_by(term: Term, anchor: Term) -> bool:
    return term.subject_key == anchor.subject_key and contradict([term], [anchor], one_text=False)


def _anchor(formula: Formula, popularity: Mapping[str, int]) -> Term | None:
    """Return the text term that a rule can't do without and that fewest others have; None if it has none."""
    needed = [
        part.term
        for part in conjuncts(formula)
        if isinstance(part, Holds) and part.wanted and part.term.op in TEXT_OPERATORS
    ]
    return min(needed, key=lambda term: (popularity[term.key], len(term.patterns), term.key), default=None)


def _clues(held: Holds) -> Iterator[str]:
    """Yield patterns of which one must be among those of a text term that this one implies."""
    if not held.wanted:
        return
    term = held.term
    if term.op in TEXT_OPERATORS:
        # Each pattern of an any-of must imply the other term, so the first tells; of all_words, any.
        for pattern in forms(term.op, term.patterns)[: None if term.op == "all_words" else 1]:
            yield from _parts(pattern)
    else:
        for value in literals(term.expr):
            if isinstance(value, str):
                yield from _parts(fold(value))


def _parts(pattern: str) -> Iterator[str]:
    yield pattern
    if len(pattern) <= _LONGEST_PATTERN:
        for start in range(len(pattern)):
            for end in range(len(pattern), start, -1):
                yield pattern[start:end]
