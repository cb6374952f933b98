"""Rules folded up: where there are very many, what they have in common is kept once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.logic.folding import Folder
from tocsin.rules.ruleset import BESIDE_CONDITION, Rule, RuleSet, condition_base


def folded_up(ruleset: RuleSet) -> RuleSet:
    """Return the same rules in a fraction of the memory; each is equal to what it was.

    A condition is made anew each time that one is asked for.
    """
    press = _Press()
    return RuleSet({rule_id: press.pressed(rule) for rule_id, rule in ruleset.rules.items()}, ruleset.revision)


@dataclass(frozen=True, slots=True)
class _Press:
    """Folds conditions up, and keeps one of several equal labels and lists of destinations."""

    _folder: Folder = field(default_factory=Folder)
    _labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = field(default_factory=dict)
    _notify: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def pressed(self, rule: Rule) -> Rule:
        known = {name: getattr(rule, name) for name in BESIDE_CONDITION}
        known["labels"] = self._labels.setdefault(tuple(rule.labels.items()), rule.labels)
        known["notify"] = self._notify.setdefault(rule.notify, rule.notify)
        return rule_from({**known, "folded": self._folder.fold(rule.condition, condition_base(rule))})


def rule_from(values: Mapping[str, Any]) -> Rule:
    """Return the rule that has these values, its condition folded up among them."""
    rule: Rule = object.__new__(Rule)
    for name, value in values.items():
        object.__setattr__(rule, name, value)
    return rule
