"""What leads from one set of rules to another, and mappings by rule that take it without being copied."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tocsin.model import RuleId
from tocsin.rules.ruleset import Rule

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edits:
    """Rules that are new or differ, and the ids of those that are no longer there."""

    put: Mapping[RuleId, Rule] = field(default_factory=dict)
    gone: frozenset[RuleId] = frozenset()

    def __len__(self) -> int:
        """Return how many rules these are."""
        return len(self.put) + len(self.gone)

    def among_enabled(self) -> "Edits":
        """Return what this means for the rules that run: one that is disabled is not there."""
        put = {rule_id: rule for rule_id, rule in self.put.items() if rule.enabled}
        return self if len(put) == len(self.put) else Edits(put, self.gone.union(self.put.keys() - put.keys()))


def edits_between(old: Mapping[RuleId, Rule], new: Mapping[RuleId, Rule]) -> Edits:
    """Return what leads from one to the other: rules stay only as the very same objects; see `ruleset.sharing`."""
    return Edits(
        {rule_id: rule for rule_id, rule in new.items() if old.get(rule_id) is not rule},
        frozenset(rule_id for rule_id in old if rule_id not in new),
    )


class Patched(Mapping[RuleId, T]):
    """A mapping with some entries added, replaced and taken out. To make one takes time for these, not for the rest.

    In no order: first what is left of the old entries, then the new ones.
    """

    __slots__ = ("_base", "_gone", "_put")

    def __init__(self, base: Mapping[RuleId, T], put: Mapping[RuleId, T], gone: Iterable[RuleId]) -> None:
        """Take `gone`, which may name more than there is, out of a mapping that never changes; then add `put`."""
        ids = {*gone, *put}
        self._base: Mapping[RuleId, T] = base
        self._put: dict[RuleId, T] = dict(put)
        self._gone: frozenset[RuleId] = frozenset(rule_id for rule_id in ids if rule_id in base)
        if isinstance(base, Patched):
            # Of one level however often it is done: a look-up must not become slower with every change.
            self._base = base._base
            self._put = {rule_id: value for rule_id, value in base._put.items() if rule_id not in ids} | self._put
            self._gone = base._gone.union(rule_id for rule_id in ids if rule_id in base._base)

    def __getitem__(self, rule_id: RuleId) -> T:
        """Return the newest entry."""
        if rule_id in self._put:
            return self._put[rule_id]
        if rule_id in self._gone:
            raise KeyError(rule_id)
        return self._base[rule_id]

    def __iter__(self) -> Iterator[RuleId]:
        """Yield the ids."""
        yield from (rule_id for rule_id in self._base if rule_id not in self._gone)
        yield from self._put

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._base) - len(self._gone) + len(self._put)
