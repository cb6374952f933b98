"""Reads one rule of a file: its conditions and exceptions, and what other places say of it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from tocsin.logic.ast import Expr, Path
from tocsin.logic.problems import Problem
from tocsin.model import Json, RuleId
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.exceptions import read_exceptions
from tocsin.rules.reading.filters import condition_of, read_match
from tocsin.rules.reading.identifiers import bad_id, is_id
from tocsin.rules.reading.layers import Layer, Shared, read_layer, settled
from tocsin.rules.reading.origins import Origins, Recipe, Told, told
from tocsin.rules.reading.overlays import Overlay
from tocsin.rules.reading.schema import LATER_RULE_KEYS, RuleShape, fit, wrong_type
from tocsin.rules.reading.wording import TemplateReader
from tocsin.rules.ruleset import MatchBlock, Origin, Reference, Rule, RuleException, Teller
from tocsin.rules.syntax.document import Document
from tocsin.rules.templates import Template

_OWN_KEYS = ("description", "match", "when", "once_per")
"""What nobody but the rule itself says."""

_Read: TypeAlias = Callable[[Document, Json, Path], tuple[Expr | None, list[Problem]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReader:
    """Reads the rules of all files.

    `destinations` are the names that `notify` may use, None where they are not known.
    """

    conditions: ConditionReader
    destinations: Collection[str] | None
    templates: TemplateReader
    recipes: dict[Recipe, Recipe] = field(default_factory=dict)
    tellers: dict[Layer, Told] = field(default_factory=dict)

    def read(
        self,
        document: Document,
        rule_id: str,
        value: Json,
        *,
        defaults: Sequence[Layer] = (),
        overlays: Sequence[Overlay] = (),
    ) -> tuple[Rule | None, list[Diagnostic]]:
        """Return the rule, or None and everything that is wrong with it.

        `overlays` are heard before the rule, `defaults` after it, the first of them first.
        """
        at: Path = (document.file, "rules", rule_id)
        shape, problems = fit(RuleShape, value, at, LATER_RULE_KEYS)
        if not is_id(rule_id):
            problems.append(bad_id(rule_id, at, on_key=True))
        if not isinstance(value, dict):
            return None, document.place(problems)
        clauses = self._clauses(document, value, at, problems)
        own, wrong = read_layer("rule", document, value, at, self.destinations, self.conditions)
        exceptions: tuple[RuleException, ...] = ()
        found: list[Diagnostic] = []
        if overlays or "except" in value:
            exceptions, found = read_exceptions(self.conditions, _exception_places(own, value, overlays))
        shared = settled([*(overlay.layer for overlay in overlays), own, *defaults])
        title, body, found_too = self._templates(shared, rule_id)
        diagnostics = [*document.place(problems + wrong), *found, *found_too]
        if diagnostics or shape is None or clauses is None or title is None or body is None:
            return None, diagnostics
        rule = Rule(
            id=RuleId(rule_id),
            title=title,
            body=body,
            description=shape.description,
            severity=shared.severity,
            labels=shared.labels,
            condition=clauses.condition,
            match=clauses.match,
            only_match="when" not in value,
            notify=shared.notify,
            enabled=shared.enabled,
            span=document.span(at, on_key=True),
            exceptions=exceptions,
            stage=shared.stage,
            once_per=clauses.once_per,
            throttle=shared.throttle,
            budget=shared.budget,
            tests=tuple(cast("list[Json]", shape.tests)),
            origins=Origins(document, rule_id, self._recipe(own, shared, value, exceptions)),
            references=self._references(own, value, overlays),
        )
        return rule, []

    def _clauses(
        self, document: Document, value: dict[str, Json], at: Path, problems: list[Problem]
    ) -> "_Clauses | None":
        """Return what the rule says of tweets; None if it has no condition, or one that can't be read."""
        problems += [wrong_type("filters", None, (*at, "match"))] if value.get("match", ()) is None else []
        match, wrong = read_match(value.get("match"), (*at, "match"), self.conditions.definitions.words)
        problems += wrong
        expressions: dict[str, Expr | None] = {}
        for key, (expected, read) in self._expressions().items():
            place = (*at, key)
            if key in value and value[key] is None:
                problems.append(wrong_type(expected, None, place))
            elif key in value:
                expressions[key], wrong = read(document, value[key], place)
                problems += wrong
        if not value.keys() & {"match", "when"} and not any("'when'?" in problem.hint for problem in problems):
            problems.append(_no_condition(at))
        condition = condition_of(match, expressions.get("when"), at)
        return None if condition is None else _Clauses(match, condition, expressions.get("once_per"))

    def _expressions(self) -> dict[str, tuple[str, _Read]]:
        return {
            "when": ("a condition", self.conditions.condition),
            "once_per": ("a field or an expression", self.conditions.occasion),
        }

    def _recipe(
        self, own: Layer, shared: Shared, value: dict[str, Json], exceptions: Sequence[RuleException]
    ) -> Recipe:
        """Return who tells what of the rule; the same object for all rules of which it is the same."""
        recipe: list[tuple[str, Told | Origin | None]] = [
            (key, None if layer is own else self._told(layer)) for key, layer in shared.tellers.items()
        ]
        recipe += [(key, None) for key in _OWN_KEYS if key in value]
        for entry in exceptions:
            teller: Teller = "rule" if entry.span.file == own.document.file else "overlay"
            recipe.append((f"except.{entry.id}", Origin(teller, entry.span)))
        return self.recipes.setdefault(tuple(recipe), tuple(recipe))

    def _told(self, layer: Layer) -> Told:
        known = self.tellers.get(layer)
        if known is None:
            known = self.tellers[layer] = told(layer.teller, layer.document, layer.at)
        return known

    def _references(self, own: Layer, value: dict[str, Json], overlays: Sequence[Overlay]) -> tuple[Reference, ...]:
        definitions = self.conditions.definitions
        return () if definitions.is_empty else definitions.references(_conditions_of(own, value, overlays))

    def _templates(self, shared: Shared, rule_id: str) -> tuple[Template | None, Template | None, list[Diagnostic]]:
        title, wrong_title = shared.title.template(rule_id, self.templates, shared.labels)
        body, wrong_body = shared.body.template(rule_id, self.templates, shared.labels)
        return title, body, wrong_title + wrong_body


@dataclass(frozen=True, slots=True)
class _Clauses:
    """What a rule says of tweets, its exceptions aside."""

    match: MatchBlock | None
    condition: Expr
    once_per: Expr | None


def _exception_places(
    own: Layer, value: dict[str, Json], overlays: Sequence[Overlay]
) -> list[tuple[Document, Json, Path]]:
    """Return the lists of exceptions of a rule with their places: its own, then those laid over it."""
    given = [(own, value.get("except", [])), *((overlay.layer, overlay.exceptions) for overlay in overlays)]
    return [(layer.document, entries, (*layer.at, "except")) for layer, entries in given]


def _conditions_of(own: Layer, value: dict[str, Json], overlays: Sequence[Overlay]) -> list[tuple[Json, Path]]:
    """Return every value that may refer to macros and lists, with its place."""
    own_values = [(value[key], (*own.at, key)) for key in ("match", "when", "once_per") if key in value]
    own_values += [(value["throttle"], (*own.at, "throttle"))] if "throttle" in value else []
    return own_values + [(entries, at) for _, entries, at in _exception_places(own, value, overlays)]


def _no_condition(at: Path) -> Problem:
    hint = "say when it is true: `when: {word: [outage]}`"
    return Problem(code="no-condition", message="neither 'match' nor 'when'", at=at, hint=hint, on_key=True)
