"""One evaluation of one condition: what it is about, and how much it may still do.

The reference evaluates whatever it is told to; a stream can't wait for that. Loops pay for every node that they
evaluate, and whatever puts texts or lists together pays for their size, so that one evaluation ends within about
10 ms and 1 MiB, whoever wrote the rule and whatever the tweet holds.
"""

from dataclasses import dataclass
from typing import Any, Final

from tocsin.logic.ast import Path
from tocsin.logic.facts import Facts


class TermFailed(Exception):
    """A term couldn't be evaluated; `at` is its path."""

    def __init__(self, error: str, at: Path = ()) -> None:
        super().__init__(error)
        self.error = error
        self.at = at


class OutOfBudget(TermFailed):
    """The evaluation as a whole would take too long or too much memory; no term's value can mend that."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one evaluation may do.

    `steps` are nodes evaluated inside `map`, `filter` and the like, about 0.5 µs each; `characters` is what may be put
    together in all.
    """

    steps: int = 10_000
    characters: int = 1024 * 1024


RULE_LIMITS: Final = Limits()
"""What a rule may do on one tweet."""

_ELEMENTS_A_STEP: Final = 2
_CHARACTERS_AN_ELEMENT: Final = 64
_CHARACTERS_A_STEP: Final = 512
_CONTAINERS: Final = (list, dict, tuple)


class Run:
    """The facts of the tweet, and what is left of the limits."""

    __slots__ = ("_characters", "_steps", "facts")

    def __init__(self, facts: Facts, limits: Limits = RULE_LIMITS) -> None:
        self.facts = facts
        self._steps = limits.steps
        self._characters = limits.characters

    def spend(self, steps: int) -> None:
        """Pay for work about to be done.

        Raises:
            OutOfBudget: that is more than is left.
        """
        self._steps -= steps
        if self._steps < 0:
            raise OutOfBudget("takes too many steps: it loops over too much")

    def grow(self, characters: int) -> None:
        """Pay for a text or list about to be kept.

        Raises:
            OutOfBudget: that is more than is left.
        """
        self._characters -= characters
        if self._characters < 0:
            raise OutOfBudget("puts together more than 1 MiB of text")

    def weigh(self, value: Any) -> None:
        """Pay for walking through a value, which comparing it and writing it out both do.

        A list may hold the same list many times over and so be far larger than the memory it takes.

        Raises:
            OutOfBudget: it is larger than what is left.
        """
        if isinstance(value, str):
            self.spend(len(value) // _CHARACTERS_A_STEP)
        if not isinstance(value, _CONTAINERS):
            return
        most = self._steps * _ELEMENTS_A_STEP
        seen = 0
        waiting: list[Any] = [value]
        while waiting:
            item = waiting.pop()
            for inner in item.values() if isinstance(item, dict) else item:
                if isinstance(inner, _CONTAINERS):
                    waiting.append(inner)
                elif isinstance(inner, str):
                    seen += len(inner) // _CHARACTERS_AN_ELEMENT
            seen += len(item)
            if seen > most:
                raise OutOfBudget("compares or writes out a list that is too large")
        self.spend(seen // _ELEMENTS_A_STEP)
