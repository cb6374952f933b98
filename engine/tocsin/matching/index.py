"""The candidate index: finds the rules of whose cover a term holds, without looking at the others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from typing import Any, Final

from tocsin.logic.atoms import Term
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.sufficient import sufficient_terms
from tocsin.logic.terms import necessary_terms
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching import looking
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.postings import BoundPostings, ByTerm, KeyPostings, PartPostings, Postings, Read
from tocsin.matching.presearch import MATCHED, MatchAll, decided_among

_FEW: Final = 8


class CandidateIndex:
    """Names the rules that have a term in the tweet, and those without terms, in the order of the rule set.

    `always` counts the rules that are candidates for every tweet.
    """

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> None:
        self._rules = tuple(rules)
        waiting: defaultdict[Term, list[int]] = defaultdict(list)
        sure: defaultdict[Term, list[int]] = defaultdict(list)
        always: list[int] = []
        for place, compiled in enumerate(self._rules):
            cover = necessary_terms(compiled.rule.condition, vocabulary, rarity)
            if cover is None:
                always.append(place)
                continue
            sufficient = sufficient_terms(compiled.rule.condition)
            for term in cover:
                (sure if term in sufficient else waiting)[term].append(place)
        self._always = tuple(always)
        self._always_rules = tuple(self._rules[place] for place in always)
        self._postings = tuple(postings_of(waiting, sure, vocabulary))
        self._gone: AbstractSet[int] = frozenset()

    def without(self, places: AbstractSet[int]) -> "CandidateIndex":
        """Return this index but for the rules in these places of the rule set, which is made without building one."""
        other = copy(self)
        other._gone = places
        other._always = tuple(place for place in self._always if place not in places)
        other._always_rules = tuple(self._rules[place] for place in other._always)
        return other

    @property
    def always(self) -> int:
        """How many rules have no necessary term."""
        return len(self._always)

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        found, sure = self._found(facts)
        if not found and not sure:
            return self._always_rules
        rules = self._rules
        return [rules[place] for place in sorted({*self._always, *found, *sure})]

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        found, sure = self._found(facts)
        rules = self._rules
        if not found and not sure:
            return decided_among(self._always_rules, facts)
        return [
            (rules[place], verdict)
            for place in sorted({*self._always, *found, *sure})
            if not isinstance(
                verdict := MATCHED if place in sure else rules[place].condition.evaluate(facts), NotMatched
            )
        ]

    def _found(self, facts: Facts) -> tuple[set[int], set[int]]:
        """Return the places of the rules of which a term holds, and of those of which it says all."""
        found: set[int] = set()
        sure: set[int] = set()
        for postings in self._postings:
            postings.add(facts, found, sure)
        gone = self._gone
        if gone and not (gone.isdisjoint(found) and gone.isdisjoint(sure)):
            return found - gone, sure - gone
        return found, sure


def make_presearch(
    rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN
) -> MatchAll | CandidateIndex:
    """Return an index of the rules, or none where there are so few that evaluating all of them is quicker."""
    return MatchAll(tuple(rules)) if len(rules) <= _FEW else CandidateIndex(rules, vocabulary, rarity)


def postings_of(
    waiting: Mapping[Term, Sequence[int]], sure: Mapping[Term, Sequence[int]], vocabulary: Vocabulary
) -> Iterable[Postings]:
    """Yield the postings of each field and way of looking; `sure` are rules that a term alone makes true."""
    groups: defaultdict[tuple[str, str], tuple[ByTerm, ByTerm]] = defaultdict(lambda: ({}, {}))
    for which, by_term in enumerate((waiting, sure)):
        for term, places in by_term.items():
            is_bound = term.kind in {">", ">=", "<", "<="}
            key = (term.kind, term.value) if is_bound else term.value
            groups[term.field, "bound" if is_bound else term.kind][which][key] = tuple(places)
    for (field, kind), (by_key, sure_by_key) in groups.items():
        yield _made(kind, looking.reader(field, vocabulary), by_key, sure_by_key)


def _made(kind: str, read: Read, by_key: ByTerm, sure: ByTerm) -> Postings:
    match kind:
        case "bound":
            return BoundPostings(read, by_key)
        case "part":
            return PartPostings(read, looking.folded, by_key)
        case "raw":
            return PartPostings(read, looking.raw, by_key)
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
