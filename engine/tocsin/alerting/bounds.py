"""What bounds how many alerts there are, ready to run: throttles and budgets by rule, and the valve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tocsin.alerting.keys import Keys
from tocsin.alerting.throttle import Clause
from tocsin.model import RuleId
from tocsin.rules.edits import Edits, Patched
from tocsin.rules.flood import Rate, Throttle
from tocsin.rules.printing import throttle_words
from tocsin.rules.ruleset import Rule, throttle_as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """None for a rule that is in no mapping; `valve` None lets everything through."""

    throttles: Mapping[RuleId, Clause] = field(default_factory=dict)
    budgets: Mapping[RuleId, Rate] = field(default_factory=dict)
    valve: Rate | None = None
    keys: Keys

    def may_hold(self, rule_id: RuleId) -> bool:
        """Whether anything here can hold back an alert of a rule."""
        return self.valve is not None or rule_id in self.throttles or rule_id in self.budgets

    def changed(self, edits: Edits, valve: Rate | None) -> "Bounds":
        """Return the bounds after a change of some rules, and with this valve."""
        put = make_bounds(edits.put.values(), valve, self.keys)
        ids = (*edits.gone, *edits.put)
        return replace(
            put,
            throttles=Patched(self.throttles, put.throttles, ids),
            budgets=Patched(self.budgets, put.budgets, ids),
        )


def make_bounds(rules: Iterable[Rule], valve: Rate | None, keys: Keys) -> Bounds:
    """Return the bounds of some rules. One in stage shadow sends nothing, and so has none."""
    live = [rule for rule in rules if rule.stage == "live"]
    return Bounds(
        throttles={rule.id: _clause(rule.throttle) for rule in live if rule.throttle is not None},
        budgets={rule.id: rule.budget for rule in live if rule.budget is not None},
        valve=valve,
        keys=keys,
    )


def _clause(throttle: Throttle) -> Clause:
    return Clause(
        text=throttle_as_text(throttle), words=throttle_words(throttle), every=throttle.every, then=throttle.then
    )
