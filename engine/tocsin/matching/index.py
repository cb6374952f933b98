"""The candidate index: finds the rules of whose cover a term holds, without looking at the others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from typing import Any, Final

from tocsin.logic.ast import Expr
from tocsin.logic.atoms import Term
from tocsin.logic.evaluation.fast import build_template
from tocsin.logic.exclusions import exclusions_of
from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching import looking
from tocsin.matching.automaton import Automaton
from tocsin.matching.blueprints import NOTHING, Blueprints, Test, not_sure
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.finder import make_find
from tocsin.matching.postings import (
    BoundPostings,
    ByTerm,
    KeyPostings,
    PartPostings,
    Postings,
    bounds_of,
)
from tocsin.matching.presearch import MATCHED, MatchAll
from tocsin.matching.rows import Row, Rows, Waiting, anew, joined, numbers_of
from tocsin.matching.told import Told
from tocsin.uncollected import uncollected

_FEW: Final = 8
_MANY: Final = 16
"""From so many rules on it pays to ask them one question together."""


class CandidateIndex:
    """Names the rules that have a term in the tweet, and those without terms, in the order of the rule set."""

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> None:
        self._rules = tuple(rules)
        self._vocabulary = vocabulary
        with uncollected():
            self._build(rarity)
        self._find = make_find(self._postings, self._everywhere, len(rules), vocabulary)

    def _build(self, rarity: Rarity) -> None:
        builder = _Builder(len(self._rules), self._vocabulary, rarity)
        for place, compiled in enumerate(self._rules):
            builder.take(place, compiled)
        self._always = builder.always
        self._told = Told(self._rules, builder.groups)
        self._everywhere = builder.everywhere()
        # What most tweets touch lies together: in a few pages of memory rather than in one of its own each.
        often_first = sorted(builder.waiting.items(), key=lambda item: rarity.share(item[0]), reverse=True)
        waiting = {term: row for term, each in often_first if (row := builder.row(each)) is not None}
        self._postings = tuple(postings_of(waiting, self._vocabulary))

    def without(self, places: AbstractSet[int]) -> "CandidateIndex":
        """Return this index but for the rules in these places of the rule set, which is made without building one."""
        other = copy(self)
        other._told = self._told.without(places)
        other._always = [place for place in self._always if place not in places]
        other._find = make_find(self._postings, self._everywhere, len(self._rules), self._vocabulary, places)
        return other

    @property
    def always(self) -> int:
        """How many rules have no necessary term."""
        return len(self._always)

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in the order of the rule set."""
        found = set(numbers_of(self._everywhere))
        for postings in self._postings:
            found |= postings.numbers(facts)
        return [self._rules[place] for place in sorted(self._told.left(found))]

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in the order of the rule set."""
        found, doubtful = self._find(facts.data, facts)
        if doubtful:
            return self._evaluated(found, doubtful, facts)
        if not found:
            return ()
        return self._told.matched(sorted(set(found)) if len(found) > 1 else found)

    def _evaluated(
        self, found: Iterable[int], doubtful: Iterable[int], facts: Facts
    ) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return the same where some rules have to be evaluated whole first."""
        matched, unsure = self._told.apart(found, doubtful)
        decided: list[tuple[CompiledRule, Matched | Failed]] = []
        for place in sorted(matched | unsure):
            compiled = self._rules[place]
            verdict = MATCHED if place in matched else compiled.condition.evaluate(facts)
            if not isinstance(verdict, NotMatched):
                decided.append((compiled, verdict))
        return decided


def make_presearch(
    rules: Sequence[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN
) -> MatchAll | CandidateIndex:
    """Return an index of the rules, or none where there are so few that evaluating all of them is quicker."""
    return MatchAll(tuple(rules)) if len(rules) <= _FEW else CandidateIndex(rules, vocabulary, rarity)


class _Builder:
    """Collects, rule by rule, what waits for each term, and what every tweet is asked."""

    def __init__(self, count: int, vocabulary: Vocabulary, rarity: Rarity) -> None:
        self._count = count
        self._vocabulary = vocabulary
        self._rarity = rarity
        self._blueprints = Blueprints(vocabulary, rarity)
        self._rows = Rows()
        self._guarded: defaultdict[Expr, list[tuple[int, Expr, frozenset[Term]]]] = defaultdict(list)
        self.waiting: defaultdict[Term, list[Waiting]] = defaultdict(list)
        self.groups: list[tuple[int, ...]] = []
        self.always: list[int] = []

    def take(self, place: int, compiled: CompiledRule) -> None:
        """Put a rule under its terms, or under those that exclude it."""
        found = self._blueprints.terms(compiled.rule)
        if found is None:
            self.always.append(place)
            condition = compiled.rule.condition
            apart = exclusions_of(condition, self._vocabulary, self._rarity)
            self._guarded[apart.guard].append((place, condition, apart.terms))
            return
        for term, (test, constants) in found:
            self.waiting[term].append((place, test, constants))

    def everywhere(self) -> Row | None:
        """Return the rows that every tweet is asked about; afterwards what excludes rules is waiting, too."""
        asked: list[Waiting] = []
        for guard, rules in self._guarded.items():
            if len(rules) < _MANY:
                asked += [(place, *self._test(condition)) for place, condition, _ in rules]
                continue
            asked.append((self._one([place for place, *_ in rules]), *self._test(guard)))
            for place, _, terms in rules:
                for term in terms:
                    self.waiting[term].append((~place, *NOTHING))
        return self._rows.of(asked)

    def row(self, waiting: Sequence[Waiting]) -> Row | None:
        """Return the rows of a term; where it leaves many rules the same open, or excludes many, they are one."""
        if len(waiting) == 1:
            return self._rows.of(waiting)
        # What is left open is kept once for all rules that have it in common: its constants are the very same then.
        alike: dict[tuple[object, int, bool], list[Waiting]] = {}
        for each in waiting:
            number, test, constants = each
            alike.setdefault((test, id(constants), number < 0), []).append(each)
        found: list[Waiting] = []
        for same in alike.values():
            together = len(same) >= (_MANY if same[0][0] >= 0 else 2)
            found += [(self._one([number for number, *_ in same]), *same[0][1:])] if together else same
        return self._rows.of(found)

    def _one(self, numbers: Sequence[int]) -> int:
        """Return the number that stands for several rules, all of which are named or all excluded."""
        excluded = numbers[0] < 0
        self.groups.append(tuple(~number for number in numbers) if excluded else tuple(numbers))
        group = self._count + len(self.groups) - 1
        return ~group if excluded else group

    def _test(self, condition: Expr) -> Test:
        template, constants = build_template(condition, self._vocabulary) or (not_sure, ())
        return template, tuple(constant.value for constant in constants)


def postings_of(waiting: Mapping[Term, Row], vocabulary: Vocabulary) -> Iterable[Postings]:
    """Yield the postings of each field and way of looking."""
    groups: defaultdict[tuple[str, str], dict[Any, Row]] = defaultdict(dict)
    for term, row in waiting.items():
        is_bound = term.kind in {">", ">=", "<", "<="}
        key = (term.kind, term.value) if is_bound else anew(term.value)
        groups[term.field, "bound" if is_bound else term.kind][key] = row
    # Words and runs are looked up together: what waits for a run waits for the word, too.
    for field in [field for field, kind in groups if kind == "run"]:
        words = groups[field, "word"]
        for run, row in groups[field, "run"].items():
            words[run] = joined(row, words[run]) if run in words else row
    for (field, kind), by_key in sorted(groups.items(), key=lambda item: item[0]):
        if kind != "run":
            yield _made(field, kind, by_key, groups.get((field, "run"), {}), vocabulary)


def _made(field: str, kind: str, by_key: ByTerm, of_runs: ByTerm, vocabulary: Vocabulary) -> Postings:
    read = looking.reader(field, vocabulary)
    match kind:
        case "bound":
            return BoundPostings(field, read, bounds_of(by_key))
        case "part" | "raw":
            texts = looking.folded if kind == "part" else looking.raw
            return PartPostings(field, kind, read, texts, Automaton(tuple(by_key)), tuple(by_key.values()))
        case "word":
            return KeyPostings(field, kind, read, looking.words, by_key, of_runs)
        case _:
            return KeyPostings(field, kind, read, _KEYS[kind], by_key)


_KEYS: Final[Mapping[str, Callable[[Any, Facts], Any]]] = {
    "name": looking.names,
    "host": looking.hosts,
    "equal": looking.equals,
    "set": looking.truths,
    **{sign: looking.tags(sign) for sign in "#@$"},
}
