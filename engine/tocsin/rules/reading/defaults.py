"""Reads `defaults:`, of a rule file and of tocsin.yaml: what rules say where they say nothing themselves."""

from collections.abc import Callable, Collection
from typing import Literal

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.layers import Layer, read_layer
from tocsin.rules.reading.schema import LATER_RULE_KEYS, SharedShape, fit
from tocsin.rules.reading.wording import Wording
from tocsin.rules.syntax.document import Document


def read_defaults(
    teller: Literal["file", "configuration"],
    document: Document,
    value: Json,
    at: Path,
    *,
    destinations: Collection[str] | None,
    conditions: ConditionReader,
    discreet: Callable[[Problem], Problem] = lambda problem: problem,
) -> tuple[Layer, list[Diagnostic]]:
    """Return what `defaults:` says, as far as it can be told, and what is wrong with it.

    Templates may name the fields and filters that `conditions` know; the labels that they name are looked at with each
    rule. `discreet` takes out of a problem what must not be shown.
    """
    _, problems = fit(SharedShape, value, at, LATER_RULE_KEYS)
    layer, wrong = read_layer(teller, document, value if isinstance(value, dict) else {}, at, destinations, conditions)
    diagnostics = document.place(discreet(problem) for problem in problems + wrong)
    for key, text in (("title", layer.title), ("body", layer.body)):
        if text is not None:
            diagnostics += Wording(text, document, (*at, key)).mistakes(conditions.scope.vocabulary)
    return layer, diagnostics
