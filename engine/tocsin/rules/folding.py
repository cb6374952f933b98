"""Rules folded up: where there are very many, what they have in common is kept once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tocsin.logic.folding import Folder
from tocsin.model import RuleId
from tocsin.rules.reading.origins import FileHome, Origins
from tocsin.rules.ruleset import FOLDED_UP, Home, Kept, Origin, Rule, RuleSet, condition_base


def fold_up(ruleset: RuleSet) -> None:
    """Put the rules into a fraction of the memory; each is equal to what it was, and the same object.

    To be used only while nobody else has them. What is folded up is made anew each time that it is asked for.
    """
    press = _Press()
    for rule in ruleset.rules.values():
        press.fold_up(rule)


@dataclass(frozen=True, slots=True)
class _GivenHome:
    """The home of a single rule, whose origins were not read from a document."""

    file: str
    given: Mapping[str, Origin]

    def origins(self, rule_id: RuleId) -> Mapping[str, Origin]:
        return self.given


@dataclass(frozen=True, slots=True)
class _Press:
    """Folds conditions up, and keeps one of several equal labels, lists of destinations and homes."""

    _folder: Folder = field(default_factory=Folder)
    _labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = field(default_factory=dict)
    _notify: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _homes: dict[tuple[int, int], FileHome] = field(default_factory=dict)

    def fold_up(self, rule: Rule) -> None:
        if rule.folded is not None:
            return
        folded, span = self._folder.fold(rule.condition, condition_base(rule)), rule.span
        kept = Kept(folded.shape, folded.literals, self._home(rule), span.line, span.column, span.width)
        _SET["labels"](rule, self._labels.setdefault(tuple(rule.labels.items()), rule.labels))
        _SET["notify"](rule, self._notify.setdefault(rule.notify, rule.notify))
        _SET["folded"](rule, kept)
        for name in FOLDED_UP:
            object.__delattr__(rule, name)

    def _home(self, rule: Rule) -> Home:
        if not isinstance(rule.origins, Origins) or rule.origins.home.file != rule.span.file:
            return _GivenHome(rule.span.file, rule.origins)
        home = rule.origins.home
        return self._homes.setdefault((id(home.document), id(home.recipe)), home)


_SET: Final[Mapping[str, Any]] = {name: getattr(Rule, name).__set__ for name in Rule.__slots__}


def moulds_of(values: Iterable[Mapping[str, Any]]) -> "list[RuleMould]":
    """Return what makes rules that have these values, but for their ids and what is folded up."""
    return [RuleMould(tuple((_SET[name], value) for name, value in each.items())) for each in values]


@dataclass(frozen=True, slots=True)
class RuleMould:
    """Makes rules that differ in their ids and in what is folded up."""

    puts: tuple[tuple[Any, object], ...]

    def rule(self, rule_id: RuleId, kept: Kept) -> Rule:
        """Return one of them."""
        rule: Rule = object.__new__(Rule)
        for put, value in self.puts:
            put(rule, value)
        _SET["id"](rule, rule_id)
        _SET["folded"](rule, kept)
        return rule
