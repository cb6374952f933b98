"""What several places may say of a rule: itself, `defaults:` of its file and of tocsin.yaml, and overlays.

Each place is a `Layer`; of each key, the layer that comes first and names it is heard. Labels are heard one by one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import DestinationName, Json, Severity
from tocsin.rules.flood import Rate, Throttle
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.destinations import read_notify
from tocsin.rules.reading.flood import SILENT, FloodKeys, Off, read_flood
from tocsin.rules.reading.schema import wrong_type
from tocsin.rules.reading.wording import Wording
from tocsin.rules.ruleset import Stage, Teller
from tocsin.rules.syntax.document import Document
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE

_T = TypeVar("_T")
_SEVERITIES: Final = {severity.value: severity for severity in Severity}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """What one place says, at the path `at` of a document; None where it is silent. No two are equal."""

    teller: Teller
    document: Document
    at: Path
    title: str | None = None
    body: str | None = None
    severity: Severity | None = None
    stage: Stage | None = None
    enabled: bool | None = None
    notify: tuple[DestinationName, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    flood: FloodKeys = SILENT

    def wording(self, key: str, text: str) -> Wording:
        """Return a template of this layer with its place."""
        return Wording(text, self.document, (*self.at, key), is_own=self.teller == "rule")


BUILT_IN = Layer(
    teller="built-in",
    document=Document(file=""),
    at=(),
    title=DEFAULT_TITLE,
    body=DEFAULT_BODY,
    severity=Severity.MEDIUM,
    stage="live",
    enabled=True,
    notify=(),
    flood=FloodKeys(throttle=False, budget=False),
)
"""What holds where nobody says anything; it comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What holds for one rule once every layer was heard; `tellers` are the layers that say it, by key."""

    title: Wording
    body: Wording
    severity: Severity
    stage: Stage
    enabled: bool
    notify: tuple[DestinationName, ...]
    labels: Mapping[str, str]
    throttle: Throttle | None
    budget: Rate | None
    tellers: Mapping[str, Layer]


def read_layer(
    teller: Teller,
    document: Document,
    value: dict[str, Json],
    at: Path,
    destinations: Collection[str] | None,
    conditions: ConditionReader,
) -> tuple[Layer, list[Problem]]:
    """Return what a mapping says, and what is wrong with it past its shape, which the caller looks at.

    A value of the wrong shape counts as not said.
    """
    problems: list[Problem] = []
    notify = None
    if "notify" in value:
        if value["notify"] is None:
            problems.append(wrong_type("a destination", None, (*at, "notify")))
        else:
            notify, wrong = read_notify(value["notify"], (*at, "notify"), destinations)
            problems += wrong
    flood, wrong = read_flood(conditions, document, value, at)
    problems += wrong
    severity, enabled = value.get("severity"), value.get("enabled")
    layer = Layer(
        teller=teller,
        document=document,
        at=at,
        title=_text(value.get("title")),
        body=_text(value.get("body")),
        severity=_SEVERITIES.get(severity) if isinstance(severity, str) else None,
        stage=_stage(value.get("stage")),
        enabled=enabled if isinstance(enabled, bool) else None,
        notify=notify,
        labels=_labels(value.get("labels")),
        flood=flood,
    )
    return layer, problems


def settled(layers: Sequence[Layer]) -> Shared:
    """Return what holds where the layers speak, the first being heard first, and `BUILT_IN` last."""
    layers = (*layers, BUILT_IN)
    severity, by_severity = _heard(layers, lambda layer: layer.severity)
    stage: Stage
    stage, by_stage = _heard(layers, _stage_of)
    enabled, by_enabled = _heard(layers, lambda layer: layer.enabled)
    notify, by_notify = _heard(layers, lambda layer: layer.notify)
    title, by_title = _heard(layers, lambda layer: layer.title)
    body, by_body = _heard(layers, lambda layer: layer.body)
    throttle: Throttle | Off
    throttle, by_throttle = _heard(layers, _throttle_of)
    budget: Rate | Off
    budget, by_budget = _heard(layers, _budget_of)
    labels = _heard_labels(layers)
    by_key = {
        "title": by_title, "body": by_body, "severity": by_severity, "stage": by_stage, "enabled": by_enabled,
        "notify": by_notify,
    }  # fmt: skip
    said = {"throttle": by_throttle, "budget": by_budget}
    return Shared(
        title=by_title.wording("title", title),
        body=by_body.wording("body", body),
        severity=severity,
        stage=stage,
        enabled=enabled,
        notify=notify,
        labels={name: text for name, (text, _) in labels.items()},
        throttle=throttle or None,
        budget=budget or None,
        tellers={
            **by_key,
            **{key: layer for key, layer in said.items() if layer is not BUILT_IN},
            **{f"labels.{name}": layer for name, (_, layer) in labels.items()},
        },
    )


def _heard(layers: Sequence[Layer], of: Callable[[Layer], _T | None]) -> tuple[_T, Layer]:
    """Return the value that the first layer with one gives, and that layer."""
    for layer in layers:
        value = of(layer)
        if value is not None:
            return value, layer
    raise ValueError("no layer, not even the built-in one, says anything")


def _heard_labels(layers: Sequence[Layer]) -> dict[str, tuple[str, Layer]]:
    found: dict[str, tuple[str, Layer]] = {}
    for layer in layers:
        for name, text in layer.labels.items():
            found.setdefault(name, (text, layer))
    return found


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _stage_of(layer: Layer) -> Stage | None:
    # A lambda's result would be taken for any text.
    return layer.stage


def _throttle_of(layer: Layer) -> Throttle | Off | None:
    return layer.flood.throttle


def _budget_of(layer: Layer) -> Rate | Off | None:
    return layer.flood.budget


def _stage(value: Json) -> Stage | None:
    match value:
        case "live" | "shadow":
            return value
        case _:
            return None


def _labels(value: Json) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
