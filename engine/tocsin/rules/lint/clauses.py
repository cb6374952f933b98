"""Conditions that are never or always true, and clauses that can't change what a condition says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tocsin.logic.ast import Literal, Path
from tocsin.logic.reasoning.formula import AllOf, AnyOf, Formula, conjuncts
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.lint.premises import about_the_same, counting_for
from tocsin.rules.lint.subject import Subject, warning
from tocsin.rules.lint.wording import described
from tocsin.rules.ruleset import Rule


def clause_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what can be proved of each rule's condition; a bare true or false is taken as meant."""
    told: set[tuple[str, Span]] = set()
    for rule in subject.rules:
        for found in () if isinstance(rule.condition, Literal) else _of_rule(subject, rule):
            # One clause of a macro that some rules use and others negate is idle in two ways.
            if (found.code, found.span) not in told:
                told.add((found.code, found.span))
                yield found


def _of_rule(subject: Subject, rule: Rule) -> Iterator[Diagnostic]:
    formula = subject.formula(rule)
    if subject.is_never_true(rule):
        yield _never_true(subject, rule, formula)
    elif subject.is_always_true(rule):
        hint = "say what to look for; `when: true` says that every tweet is meant"
        span = subject.span(formula.at) or rule.span
        yield warning("always-true", span, f"rule {rule.id!r} matches every tweet", hint)
    else:
        yield from _Clauses(subject).findings(formula, ())


def _never_true(subject: Subject, rule: Rule, formula: Formula) -> Diagnostic:
    core = _core(subject, list(conjuncts(formula)))
    # A macro may be right, and only what this rule makes of it not.
    own = [part.at for part in core if part.at[:3] == formula.at[:3]]
    span = subject.span(own[-1] if own else formula.at) or rule.span
    if len(core) == 1:
        hint = f"{described(core[0])} is true of no tweet"
    else:
        hint = f"{' and '.join(described(part) for part in core)} exclude each other"
    return warning("never-true", span, f"rule {rule.id!r} can never match", hint)


def _core(subject: Subject, parts: list[Formula]) -> list[Formula]:
    """Return as few of the parts as still contradict each other."""
    for part in list(parts):
        fewer = [other for other in parts if other is not part]
        if fewer and subject.prover.is_never_true(*fewer):
            parts = fewer
    return parts


@dataclass(frozen=True, slots=True)
class _Clauses:
    subject: Subject

    def findings(self, formula: Formula, context: Sequence[Formula]) -> Iterator[Diagnostic]:
        """Yield the clauses that say nothing beside `context`, which is true wherever the formula matters."""
        match formula:
            case AllOf(parts):
                yield from self._of_all(parts, context)
            case AnyOf():
                yield from self._of_any(formula, context)
            case _:
                return

    def _of_all(self, parts: Sequence[Formula], context: Sequence[Formula]) -> Iterator[Diagnostic]:
        kept = list(parts)
        for part in reversed(parts):
            others = [*context, *(other for other in kept if other is not part)]
            premises = about_the_same(part, counting_for(part.at, others))
            if not _is_filter(part.at) and self.subject.prover.is_implied(premises, part):
                kept = [other for other in kept if other is not part]
                yield from self._redundant(part, premises)
        for part in kept:
            yield from self.findings(part, [*context, *(other for other in kept if other is not part)])

    def _of_any(self, formula: AnyOf, context: Sequence[Formula]) -> Iterator[Diagnostic]:
        kept = list(formula.parts)
        for part in reversed(formula.parts):
            others = [other for other in kept if other is not part]
            premises = about_the_same(part, counting_for(part.at, context))
            if self.subject.prover.is_never_true(*premises, part):
                yield from self._dead(part, premises)
            elif others and self._adds_nothing(premises, part, others):
                yield from self._redundant_alternative(part, others)
            else:
                continue
            kept = others
        for part in kept:
            yield from self.findings(part, context)

    def _adds_nothing(self, premises: Sequence[Formula], part: Formula, others: Sequence[Formula]) -> bool:
        near = about_the_same(part, others)
        return bool(near) and self.subject.prover.is_implied([*premises, part], AnyOf(tuple(near)))

    def _redundant(self, part: Formula, premises: Sequence[Formula]) -> Iterator[Diagnostic]:
        span = self.subject.span(part.at)
        if span is None:
            return
        prover = self.subject.prover
        reason = next((premise for premise in premises if prover.is_implied([premise], part)), None)
        why = f"{described(part)} follows from {self._told(reason, span.file)}"
        if not premises:
            why = f"{described(part)} is true of every tweet"
        yield _idle(span, why)

    def _redundant_alternative(self, part: Formula, others: Sequence[Formula]) -> Iterator[Diagnostic]:
        span = self.subject.span(part.at)
        if span is None:
            return
        prover = self.subject.prover
        reason = next((other for other in others if prover.is_implied([part], other)), None)
        why = f"where {described(part)} is true, so is {self._told(reason, span.file)}"
        yield _idle(span, why)

    def _dead(self, part: Formula, premises: Sequence[Formula]) -> Iterator[Diagnostic]:
        span = self.subject.span(part.at)
        if span is None:
            return
        why = f"{described(part)} is true of no tweet"
        if premises and not self.subject.prover.is_never_true(part):
            prover = self.subject.prover
            reason = next((premise for premise in premises if prover.is_never_true(premise, part)), None)
            why = f"{described(part)} contradicts {self._told(reason, span.file)}"
        yield _idle(span, why)

    def _told(self, reason: Formula | None, file: str) -> str:
        if reason is None:
            return "the clauses beside it"
        span = self.subject.span(reason.at)
        if span is None:
            return described(reason)
        place = f"line {span.line}" if span.file == file else f"{span.file}:{span.line}"
        return f"{described(reason)} in {place}"


def _idle(span: Span, why: str) -> Diagnostic:
    return warning("idle-clause", span, f"this clause can't change the result: {why}", "take it out, or correct it")


def _is_filter(at: Path) -> bool:
    """Whether a clause stands in `match:`, which serves the stream too: there it is never idle."""
    return at[1:2] == ("rules",) and at[3:4] == ("match",)
