"""Files with `overlay: true`: what they change of rules that other files define, and nothing but that."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import suggest
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.layers import Layer, read_layer
from tocsin.rules.reading.schema import (
    LATER_RULE_KEYS,
    FileShape,
    OverlaidShape,
    OverlayShape,
    RuleShape,
    fit,
    keys_of,
)
from tocsin.rules.syntax.document import Document


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one file lays over one rule: its values, and its list of exceptions as it stands in the file."""

    layer: Layer
    exceptions: Json


@dataclass(slots=True)
class Overlays:
    """What all overlays say, by rule. `defined` says where each rule stands that other files define."""

    defined: Mapping[str, Span]
    destinations: Collection[str] | None
    conditions: ConditionReader
    _by_rule: dict[str, list[Overlay]] = field(default_factory=lambda: defaultdict(list))
    _first: dict[tuple[str, tuple[str, ...]], Span] = field(default_factory=dict)

    def add(self, document: Document, rules: Mapping[str, Json]) -> list[Diagnostic]:
        """Take in the rules of one overlay; return what is wrong with them past their exceptions."""
        problems: list[Problem] = []
        for rule_id, value in rules.items():
            problems += self._add(document, rule_id, value)
        return document.place(problems)

    def of(self, rule_id: str) -> tuple[Overlay, ...]:
        """Return what is laid over a rule; no two of them say the same key, so their order is of no account."""
        return tuple(self._by_rule.get(rule_id, ()))

    def _add(self, document: Document, rule_id: str, value: Json) -> Iterator[Problem]:
        at: Path = (document.file, "rules", rule_id)
        if rule_id not in self.defined:
            yield self._unknown(rule_id, at)
        _, problems = fit(OverlaidShape, value, at)
        where = self.defined.get(rule_id)
        yield from (_refused(problem, where) for problem in problems)
        if not isinstance(value, dict):
            return
        layer, problems = read_layer("overlay", document, value, at, self.destinations, self.conditions)
        yield from problems
        yield from self._conflicts(rule_id, layer, value)
        self._by_rule[rule_id].append(Overlay(layer, value.get("except", [])))

    def _conflicts(self, rule_id: str, layer: Layer, value: Mapping[str, Json]) -> Iterator[Problem]:
        labels = [("labels", name) for name in layer.labels]
        for keys in [*((key,) for key in _CHANGED if key in value), *labels]:
            first = self._first.get((rule_id, keys))
            self._first.setdefault((rule_id, keys), layer.document.span((*layer.at, *keys), on_key=True))
            if first is not None:
                changed = f"{'.'.join(keys)!r} of rule {rule_id!r}"
                message = f"two overlays change {changed}; the other is {first.file}:{first.line}"
                hint = "keep one of them: neither is heard before the other"
                yield Problem(code="overlay-conflict", message=message, at=(*layer.at, *keys), hint=hint, on_key=True)

    def _unknown(self, rule_id: str, at: Path) -> Problem:
        near = suggest(rule_id, self.defined)
        hint = f"did you mean {near!r}?" if near else "an overlay changes rules that other files define"
        message = f"no rule {rule_id!r} to lay this over"
        return Problem(code="unknown-rule", message=message, at=at, hint=hint, on_key=True)


_CHANGED = ("severity", "notify", "stage", "enabled", "throttle", "budget")


def check_overlay(value: Json, at: Path) -> list[Problem]:
    """Return what is wrong with the shape of a file with `overlay: true`, its rules aside."""
    _, problems = fit(OverlayShape, value, at)
    known = keys_of(FileShape)
    return [
        replace(problem, code="overlay-key", message=f"an overlay has no {problem.at[-1]!r}", hint=_FILE_HINT)
        if problem.code == "unknown-key" and problem.at[-1] in known
        else problem
        for problem in problems
    ]


_FILE_HINT = "an overlay has 'lists' and 'rules'; put this into a rule file"


def _refused(problem: Problem, rule: Span | None) -> Problem:
    """Return the problem of a key that rules have and overlays don't as what it is."""
    if problem.code != "unknown-key" or problem.at[-1] not in keys_of(RuleShape) | LATER_RULE_KEYS:
        return problem
    where = f" in {rule.file}:{rule.line}" if rule is not None else ""
    changeable = ", ".join(sorted(keys_of(OverlaidShape)))
    hint = f"change the rule itself{where}; an overlay may say {changeable}"
    return replace(problem, code="overlay-key", message=f"an overlay can't change {problem.at[-1]!r}", hint=hint)
