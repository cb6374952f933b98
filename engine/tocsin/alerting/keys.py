"""What a throttle tells matches apart by: the rule alone, or what `per` computes of the tweet."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.alerting.madeonce import MadeOnce
from tocsin.logic.evaluation.compile import TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Key:
    """The text that is the same for matches that are throttled together; `problem` says why `per` gave nothing."""

    text: str
    problem: str | None = None


class Keys:
    """Computes `per` of the rules whose throttle has it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        def compiled(rule: Rule) -> Callable[[Facts], Any] | None:
            per = None if rule.throttle is None else rule.throttle.per
            return None if per is None else compile_value(per, vocabulary)

        self._made = MadeOnce(compiled)

    def of(self, rule: Rule, facts: Facts) -> Key:
        """Return the key of a match. Tweets of which `per` gives null, or fails, have one key in common."""
        compute = self._made.of(rule)
        if compute is None:
            return Key("")
        try:
            return Key(json.dumps(compute(facts), sort_keys=True))
        except TermFailed as failure:
            return Key("null", failure.error)
        except (ValueError, RecursionError):
            return Key("null", "a value that can't be written out")
