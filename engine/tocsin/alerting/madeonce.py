"""What is made of rules at their first use and kept."""

from collections.abc import Callable
from typing import Generic, TypeVar

from tocsin.rules.ruleset import Rule

T = TypeVar("T")


class MadeOnce(Generic[T]):
    """Makes something of a rule when it is first asked for, and again only for another rule of the same id.

    Most rules never match: made beforehand it would take time at each start and change, and memory for good.
    """

    def __init__(self, make: Callable[[Rule], T]) -> None:
        self._make = make
        self._made: dict[str, tuple[Rule, T]] = {}

    def of(self, rule: Rule) -> T:
        """Return what is made of the rule."""
        made = self._made.get(rule.id)
        if made is None or made[0] is not rule:
            made = self._made[rule.id] = (rule, self._make(rule))
        return made[1]
