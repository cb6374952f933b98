"""What a throttle tells matches apart by: the rule alone, or what `per` computes of the tweet."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tocsin.logic.evaluation.compile import TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import RuleId
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Key:
    """The text that is the same for matches that are throttled together; `problem` says why `per` gave nothing."""

    text: str
    problem: str | None = None


class Keys:
    """Computes `per` of the rules whose throttle has it."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self._by_rule: dict[RuleId, Callable[[Facts], Any]] = {
            rule.id: compile_value(rule.throttle.per, vocabulary)
            for rule in rules
            if rule.throttle is not None and rule.throttle.per is not None
        }

    def of(self, rule_id: RuleId, facts: Facts) -> Key:
        """Return the key of a match. Tweets of which `per` gives null, or fails, have one key in common."""
        compute = self._by_rule.get(rule_id)
        if compute is None:
            return Key("")
        try:
            return Key(json.dumps(compute(facts), sort_keys=True))
        except TermFailed as failure:
            return Key("null", failure.error)
        except (ValueError, RecursionError):
            return Key("null", "a value that can't be written out")
