"""An index that takes changes: a large one, the rules in it that no longer count, and a small one of those that came.

To build an index takes time for each rule. Here a change costs what it changes, a search a little more than in one
index, and the answers are the same. Once much has changed it is all to be built anew; see `changes`.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.logic.facts import Facts
from tocsin.logic.rarity import BUILT_IN, Rarity
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.index import CandidateIndex, make_presearch
from tocsin.matching.presearch import MatchAll, Presearch
from tocsin.model import RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaIndex:
    """Names and decides rules in order of their ids. Made by `delta_index`, never changed in place.

    `built` holds the rules of the index `whole`, and `left` is that index without the places `gone`. `came` are the
    rules of `small`, in order of their ids, too.
    """

    vocabulary: Vocabulary
    rarity: Rarity
    built: tuple[CompiledRule, ...]
    whole: MatchAll | CandidateIndex
    left: Presearch
    gone: frozenset[int] = frozenset()
    came: Mapping[RuleId, CompiledRule]
    small: Presearch | None = None

    @property
    def changes(self) -> int:
        """How many rules of the large index no longer count, and how many are in the small one."""
        return len(self.gone) + len(self.came)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """All rules, in order of their ids; where there are changes, put together at each call."""
        if not self.changes:
            return self.built
        left = [compiled for place, compiled in enumerate(self.built) if place not in self.gone]
        return tuple(sorted([*left, *self.came.values()], key=_id_of))

    def changed(self, put: Collection[CompiledRule], gone: Iterable[RuleId] = ()) -> "DeltaIndex":
        """Return the index without the rules `gone`, and with others that are new or take the place of one of their id.

        It takes time for these and for earlier changes, however large the index is.
        """
        ids = {*gone, *(compiled.rule.id for compiled in put)}
        came = {rule_id: compiled for rule_id, compiled in self.came.items() if rule_id not in ids}
        came |= {compiled.rule.id: compiled for compiled in put}
        came = dict(sorted(came.items()))
        places = self.gone.union(place for place in map(self._place, ids) if place is not None)
        return replace(
            self,
            left=self.left if places == self.gone else self.whole.without(places),
            gone=places,
            came=came,
            # Never one that looks at every rule, however few: it tells of failures that an index passes over.
            small=CandidateIndex([*came.values()], self.vocabulary, self.rarity) if came else None,
        )

    def candidates(self, facts: Facts) -> Sequence[CompiledRule]:
        """Return every rule that may be true of the tweet, in order of their ids."""
        found = self.left.candidates(facts)
        came = () if self.small is None else self.small.candidates(facts)
        return sorted([*found, *came], key=_id_of) if came else found

    def decided(self, facts: Facts) -> Sequence[tuple[CompiledRule, Matched | Failed]]:
        """Return each rule that is true of the tweet or failed on it, in order of their ids."""
        found = self.left.decided(facts)
        if self.small is None or not (came := self.small.decided(facts)):
            return found
        return sorted([*found, *came], key=_id_of_decided)

    def _place(self, rule_id: RuleId) -> int | None:
        """Return the place of a rule in the large index, None if it isn't there."""
        place = bisect_left(self.built, rule_id, key=_id_of)
        is_there = place < len(self.built) and self.built[place].rule.id == rule_id
        return place if is_there else None


def delta_index(rules: Iterable[CompiledRule], vocabulary: Vocabulary, rarity: Rarity = BUILT_IN) -> DeltaIndex:
    """Return an index of rules, of which no two have the same id, without changes yet."""
    built = tuple(sorted(rules, key=_id_of))
    whole = make_presearch(built, vocabulary, rarity)
    return DeltaIndex(vocabulary=vocabulary, rarity=rarity, built=built, whole=whole, left=whole, came={})


def _id_of(compiled: CompiledRule) -> RuleId:
    return compiled.rule.id


def _id_of_decided(decided: tuple[CompiledRule, Matched | Failed]) -> RuleId:
    return decided[0].rule.id
