"""What can be proved of conditions: that one is never or always true, or that one implies another.

A proof holds for every tweet under the assumption that `regions` states. Where there is none the answer is no, which
says nothing: conditions that look at two fields at once, computed values and loops are only ever compared with
themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tocsin.logic.reasoning.formula import AllOf, AnyOf, Formula, Holds, Known, Term, leaves, negated
from tocsin.logic.reasoning.regions import Domain, domain_of, excluded, is_total
from tocsin.logic.reasoning.textual import contradict, is_text
from tocsin.logic.vocabulary import Vocabulary

MOST_CASES: Final = 200
"""How many cases of `or` one question may be cut into before it is given up."""


@dataclass(slots=True)
class Prover:
    """Answers questions about formulas over one vocabulary, remembering what it worked out."""

    vocabulary: Vocabulary
    _domains: dict[str, Domain | None] = field(default_factory=dict)
    _totals: dict[str, bool] = field(default_factory=dict)
    _conflicts: dict[frozenset[tuple[str, bool]], bool] = field(default_factory=dict)

    def is_never_true(self, *formulas: Formula) -> bool:
        """Whether no tweet makes all the formulas true."""
        return not self._is_possible({}, list(formulas), _Budget(MOST_CASES))

    def is_always_true(self, formula: Formula) -> bool:
        """Whether the formula is true of every tweet, and fails on none."""
        return self.is_implied([], formula)

    def is_implied(self, premises: Iterable[Formula], conclusion: Formula) -> bool:
        """Whether the conclusion is true of every tweet of which all premises are."""
        known = list(premises)
        if isinstance(conclusion, AllOf):
            return all(self.is_implied(known, part) for part in conclusion.parts)
        # Never false is true only of what can't fail.
        return self.is_never_true(*known, negated(conclusion)) and all(
            self._is_total(held.term) for held in leaves(conclusion)
        )

    def domain(self, term: Term) -> Domain | None:
        """Return what the subject of a term may hold, None where nothing is known of it."""
        if term.subject is None:
            return None
        if term.subject_key not in self._domains:
            self._domains[term.subject_key] = domain_of(term.subject, self.vocabulary)
        return self._domains[term.subject_key]

    def _is_total(self, term: Term) -> bool:
        if term.key not in self._totals:
            self._totals[term.key] = is_total(term, self.domain(term))
        return self._totals[term.key]

    def _is_possible(self, facts: dict[str, Holds], claims: Sequence[Formula], budget: "_Budget") -> bool:
        """Whether no contradiction was found in facts and claims together; tries the cases of `or` one by one."""
        facts = dict(facts)
        choices = _gathered(claims, facts)
        if choices is None or self._is_contradiction(facts.values()):
            return False
        open_choices = [choice for choice in choices if not any(_is_among(part, facts) for part in choice.parts)]
        if not open_choices or not budget.spend():
            return True
        first, *rest = sorted(open_choices, key=lambda choice: len(choice.parts))
        return any(self._is_possible(facts, [part, *rest], budget) for part in first.parts)

    def _is_contradiction(self, facts: Iterable[Holds]) -> bool:
        groups: dict[str, list[Holds]] = {}
        for held in facts:
            if held.term.subject is not None:
                groups.setdefault(held.term.subject_key, []).append(held)
        return any(self._conflict(group) for group in groups.values())

    def _conflict(self, group: list[Holds]) -> bool:
        name = frozenset((held.term.key, held.wanted) for held in group)
        if name not in self._conflicts:
            self._conflicts[name] = self._found_conflict(group)
        return self._conflicts[name]

    def _found_conflict(self, group: list[Holds]) -> bool:
        domain = self.domain(group[0].term)
        # Of text terms alone, regions of a text can't say that they exclude each other.
        told_by_regions = domain is not None and not (
            domain.kind in {"text", "list"} and all(is_text(held.term) for held in group)
        )
        if domain is not None and told_by_regions and excluded(group, domain):
            return True
        true = [held.term for held in group if held.wanted and is_text(held.term)]
        false = [held.term for held in group if not held.wanted and is_text(held.term)]
        return bool(true) and contradict(true, false, one_text=domain is not None and domain.kind == "text")


@dataclass(slots=True)
class _Budget:
    left: int

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _gathered(claims: Iterable[Formula], facts: dict[str, Holds]) -> list[AnyOf] | None:
    """Add what claims say for certain to the facts and return the rest; None if they contradict the facts."""
    choices: list[AnyOf] = []
    waiting = list(claims)
    while waiting:
        match waiting.pop():
            case Known(value):
                if not value:
                    return None
            case AllOf(parts):
                waiting += parts
            case AnyOf() as choice:
                choices.append(choice)
            case Holds(term, wanted) as held:
                if facts.setdefault(term.key, held).wanted is not wanted:
                    return None
    return choices


def _is_among(part: Formula, facts: dict[str, Holds]) -> bool:
    if not isinstance(part, Holds) or part.term.key not in facts:
        return False
    return facts[part.term.key].wanted is part.wanted
