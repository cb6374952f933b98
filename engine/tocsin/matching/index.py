"""The candidate index: finds the rules of whose cover a term holds, without looking at the others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tocsin.logic.ast import Expr
from tocsin.logic.atoms import Term
from tocsin.logic.evaluation.compile import Condition, compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.sufficient import NOTHING_LEFT, left_after
from tocsin.logic.terms import necessary_terms
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching import looking
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.postings import BoundPostings, ByTerm, KeyPostings, PartPostings, Postings, Read, SureByTerm
from tocsin.matching.presearch import MATCHED, MatchAll, Presearch, decided_among

_FEW: Final = 8


class CandidateIndex:
    """Finds the rules that have a term in the tweet, and those without terms, in the order of the rule set.

    `always` counts the rules that are candidates for every tweet. A term may say all that a rule does, or leave less to
    evaluate than the whole condition.
    """

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> None:
        self._rules = tuple(rules)
        self._vocabulary = vocabulary
        # By slot: the slots past the rules' own places are those of conditions of which only a part is left.
        self._left: list[tuple[int, Expr]] = []
        self._conditions: dict[int, Condition] = {}
        waiting: defaultdict[Term, list[int]] = defaultdict(list)
        sure: defaultdict[Term, list[tuple[int, int]]] = defaultdict(list)
        always: list[int] = []
        for place, compiled in enumerate(self._rules):
            cover = necessary_terms(compiled.rule.condition, vocabulary, rarity)
            if cover is None:
                always.append(place)
                continue
            left = left_after(compiled.rule.condition)
            for term in cover:
                if term in left:
                    sure[term].append((place, self._slot(place, left[term])))
                else:
                    waiting[term].append(place)
        self._always = tuple(always)
        self._always_rules = tuple(self._rules[place] for place in always)
        self._postings = tuple(postings_of(waiting, sure, vocabulary))

    @property
    def always(self) -> int:
        """How many rules have no necessary term."""
        return len(self._always)

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        found, sure = self._found(facts)
        if not found and not sure:
            return self._always_rules
        rules, count = self._rules, len(self._rules)
        places = (slot if slot < count else self._left[slot - count][0] for slot in sure)
        return [rules[place] for place in sorted({*self._always, *found, *places})]

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        found, sure = self._found(facts)
        if not found and not sure:
            return decided_among(self._always_rules, facts)
        rules, count = self._rules, len(self._rules)
        verdicts: dict[int, Matched | Failed] = {}
        whole = {*self._always, *found}
        for slot in sure:
            place = slot if slot < count else self._left[slot - count][0]
            whole.discard(place)
            verdict = MATCHED if slot < count else self._condition(slot - count).evaluate(facts)
            if not isinstance(verdict, NotMatched):
                verdicts[place] = verdict
        for place in whole:
            verdict = rules[place].condition.evaluate(facts)
            if not isinstance(verdict, NotMatched):
                verdicts[place] = verdict
        return [(rules[place], verdicts[place]) for place in sorted(verdicts)]

    def _slot(self, place: int, left: Expr) -> int:
        if left is NOTHING_LEFT:
            return place
        last = self._left[-1] if self._left else None
        if last is None or last[0] != place or last[1] is not left:
            self._left.append((place, left))
        return len(self._rules) + len(self._left) - 1

    def _condition(self, number: int) -> Condition:
        """Return what is left of a condition, compiled at its first use: most are never used."""
        condition = self._conditions.get(number)
        if condition is None:
            condition = self._conditions[number] = compile_condition(self._left[number][1], self._vocabulary)
        return condition

    def _found(self, facts: Facts) -> tuple[set[int], set[int]]:
        """Return the places of the rules of which a term holds, and the slots of those of which it says enough."""
        found: set[int] = set()
        sure: set[int] = set()
        for postings in self._postings:
            postings.add(facts, found, sure)
        return found, sure


def make_presearch(rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> Presearch:
    """Return an index of the rules, or none where there are so few that evaluating all of them is quicker."""
    return MatchAll(tuple(rules)) if len(rules) <= _FEW else CandidateIndex(rules, vocabulary, rarity)


def postings_of(
    waiting: Mapping[Term, Sequence[int]], sure: Mapping[Term, Sequence[tuple[int, int]]], vocabulary: Vocabulary
) -> Iterable[Postings]:
    """Yield the postings of each field and way of looking; `sure` are places and slots of rules that a term decides."""
    groups: defaultdict[tuple[str, str], tuple[ByTerm, SureByTerm]] = defaultdict(lambda: ({}, {}))
    for term, places in waiting.items():
        is_bound = term.kind in {">", ">=", "<", "<="}
        key = (term.kind, term.value) if is_bound else term.value
        groups[term.field, "bound" if is_bound else term.kind][0][key] = tuple(places)
    for term, pairs in sure.items():
        groups[term.field, term.kind][1][term.value] = (
            tuple(place for place, _ in pairs), tuple(slot for _, slot in pairs)
        )  # fmt: skip
    for (field, kind), (by_key, sure_by_key) in groups.items():
        yield _made(kind, looking.reader(field, vocabulary), by_key, sure_by_key)


def _made(kind: str, read: Read, by_key: ByTerm, sure: SureByTerm) -> Postings:
    match kind:
        case "bound":
            return BoundPostings(read, by_key)
        case "part":
            return PartPostings(read, looking.folded, by_key, {})
        case "raw":
            return PartPostings(read, looking.raw, by_key, sure)
        case _:
            return KeyPostings(read, _KEYS[kind], by_key, sure, is_plain=_PLAIN.get(kind, _always))


_KEYS: Final[Mapping[str, Callable[[Any, Facts], Any]]] = {
    "word": looking.words,
    "name": looking.names,
    "host": looking.hosts,
    "equal": looking.equals,
    "set": looking.truths,
    **{sign: looking.tags(sign) for sign in "#@$"},
}


def _always(value: Any, facts: Facts) -> bool:
    return True


def _is_plain_text(value: Any, facts: Facts) -> bool:
    """Whether a run of letters in a text is a word of it whatever stands around."""
    return isinstance(value, str) and facts.forms(value).folded.isascii()


_PLAIN: Final[Mapping[str, Callable[[Any, Facts], bool]]] = {"word": _is_plain_text}
"""Where a sufficient term may not suffice after all, what says that it does."""
