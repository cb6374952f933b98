"""The candidate index: finds the rules of whose cover a term holds, without looking at the others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from typing import Any, Final

from tocsin.logic.ast import Expr
from tocsin.logic.atoms import Term
from tocsin.logic.evaluation.fast import Fast, NotSure, build_fast
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.terms import NOTHING_LEFT, cover_of
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching import looking
from tocsin.matching.automaton import Automaton
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.finder import make_find
from tocsin.matching.postings import BoundPostings, ByTerm, Entries, KeyPostings, PartPostings, Postings, bounds_of
from tocsin.matching.presearch import MATCHED, MatchAll

_FEW: Final = 8


class CandidateIndex:
    """Names the rules that have a term in the tweet, and those without terms, in the order of the rule set.

    `always` counts the rules that are candidates for every tweet.
    """

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> None:
        self._rules = tuple(rules)
        self._vocabulary = vocabulary
        residuals = _Residuals(vocabulary)
        waiting: defaultdict[Term, list[tuple[int, Fast | None]]] = defaultdict(list)
        always: list[tuple[int, Fast | None]] = []
        for place, compiled in enumerate(self._rules):
            # Asked for once: of a rule that is folded up, the condition is made anew each time.
            condition = compiled.rule.condition
            cover = cover_of(condition, vocabulary, rarity)
            if cover is None:
                always.append((place, compiled.condition.fast or _not_sure))
                continue
            for term, left in cover.items():
                waiting[term].append((place, residuals.test(left, condition, compiled)))
        self._always = tuple(always)
        self._postings = tuple(postings_of({term: tuple(entries) for term, entries in waiting.items()}, vocabulary))
        self._find = make_find(self._postings, self._always, len(self._rules), vocabulary)
        self._gone: AbstractSet[int] = frozenset()

    def without(self, places: AbstractSet[int]) -> "CandidateIndex":
        """Return this index but for the rules in these places of the rule set, which is made without building one."""
        other = copy(self)
        other._gone = places
        other._find = make_find(self._postings, self._always, len(self._rules), self._vocabulary, places)
        return other

    @property
    def always(self) -> int:
        """How many rules have no necessary term."""
        return sum(place not in self._gone for place, _ in self._always)

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        found = {place for place, _ in self._always}
        for postings in self._postings:
            found |= postings.places(facts)
        return [self._rules[place] for place in sorted(found - self._gone)]

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        found, doubtful = self._find(facts.data, facts)
        if doubtful:
            return self._evaluated(set(found), doubtful, facts)
        if not found:
            return ()
        rules = self._rules
        return [(rules[place], MATCHED) for place in (sorted(set(found)) if len(found) > 1 else found)]

    def _evaluated(
        self, found: set[int], doubtful: Iterable[int], facts: Facts
    ) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return the same where some rules have to be evaluated whole first."""
        decided: list[tuple[CompiledRule, Matched | Failed]] = []
        for place in sorted(found.union(doubtful) - self._gone):
            compiled = self._rules[place]
            verdict = MATCHED if place in found else compiled.condition.evaluate(facts)
            if not isinstance(verdict, NotMatched):
                decided.append((compiled, verdict))
        return decided


def make_presearch(
    rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN
) -> MatchAll | CandidateIndex:
    """Return an index of the rules, or none where there are so few that evaluating all of them is quicker."""
    return MatchAll(tuple(rules)) if len(rules) <= _FEW else CandidateIndex(rules, vocabulary, rarity)


def _not_sure(data: Any, facts: Facts) -> Any:
    """Stand for a condition that there is no short way for."""
    raise NotSure


class _Residuals:
    """Turns what terms leave open into functions; rules that leave the same open share one."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[Expr, Fast] = {}

    def test(self, left: Expr, condition: Expr, compiled: CompiledRule) -> Fast | None:
        """Return the function of what is left of a rule's condition, None if that is nothing."""
        if left is NOTHING_LEFT:
            return None
        if left is condition:
            return compiled.condition.fast or _not_sure
        test = self._known.get(left)
        if test is None:
            test = self._known[left] = build_fast(left, self._vocabulary) or _not_sure
        return test


def postings_of(waiting: Mapping[Term, Entries], vocabulary: Vocabulary) -> Iterable[Postings]:
    """Yield the postings of each field and way of looking."""
    groups: defaultdict[tuple[str, str], dict[Any, Entries]] = defaultdict(dict)
    for term, entries in waiting.items():
        is_bound = term.kind in {">", ">=", "<", "<="}
        key = (term.kind, term.value) if is_bound else term.value
        groups[term.field, "bound" if is_bound else term.kind][key] = entries
    for (field, kind), by_key in sorted(groups.items(), key=lambda item: item[0]):
        yield _made(field, kind, by_key, vocabulary)


def _made(field: str, kind: str, by_key: ByTerm, vocabulary: Vocabulary) -> Postings:
    read = looking.reader(field, vocabulary)
    match kind:
        case "bound":
            return BoundPostings(field, read, bounds_of(by_key))
        case "part" | "raw":
            texts = looking.folded if kind == "part" else looking.raw
            return PartPostings(field, kind, read, texts, Automaton(tuple(by_key)), tuple(by_key.values()))
        case _:
            return KeyPostings(field, kind, read, _KEYS[kind], by_key)


_KEYS: Final[Mapping[str, Callable[[Any, Facts], Any]]] = {
    "word": looking.words,
    "name": looking.names,
    "host": looking.hosts,
    "equal": looking.equals,
    "set": looking.truths,
    **{sign: looking.tags(sign) for sign in "#@$"},
}
