"""The shape of a rule file, and how a wrong shape is told to its author."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.suggestions.synonyms import KEYS, SEVERITIES
from tocsin.logic.vocabulary import OPERATOR_NAMES, suggest
from tocsin.model import Severity

LATER_RULE_KEYS = frozenset({"window", "sequence", "first_seen", "resolve_after"})
"""Keys of the rule language that this version has not; refused, so that nothing is silently ignored."""

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "greater_than_equal": "0 or more",
}
_EXAMPLES: Mapping[str | int, str] = {
    "rules": "each rule under its id: `outage: {when: {word: [outage]}}`",
    "match": "{keywords: [outage]}",
    "labels": "{team: platform}",
    "lists": "{coins: [btc, eth]}",
    "macros": "{organic: {not: .is_retweet}}",
    "requires": '{plugins: {tocsin-langid: ">=0.1"}}',
    "plugins": '{tocsin-langid: ">=0.1"}',
}
_CONFIG_KEYS = frozenset({"source", "destinations", "routes", "state", "plugins", "http", "log"})

_SEVERITIES = tuple(severity.value for severity in Severity)
_CHOICES = {
    "severity": _SEVERITIES,
    "bypass": _SEVERITIES,
    "stage": ("live", "shadow"),
    "then": ("count", "update", "digest"),
}


class Shape(BaseModel):
    """A mapping whose keys are all known; values are taken as they are, never converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


class MatchShape(Shape):
    """`match:`; the lists are read by `words`."""

    keywords: Any = None
    users: Any = None
    language: str = ""
    min_retweets: int = Field(0, ge=0)


class ThrottleShape(Shape):
    """`throttle:`; the expression and the duration are read elsewhere."""

    per: Any = None
    every: Any = None
    then: Literal["count", "update", "digest"] = "count"


class SharedShape(Shape):
    """What a rule and `defaults:` may both say; templates, destinations and throttles are checked elsewhere."""

    title: str = ""
    body: str = ""
    severity: Literal["info", "low", "medium", "high", "critical"] = "medium"
    labels: dict[str, str] = Field(default_factory=dict)
    notify: Any = None
    stage: Literal["live", "shadow"] = "live"
    enabled: bool = True
    throttle: Any = None
    budget: Any = None


class RuleShape(SharedShape):
    """One rule. Its conditions are checked elsewhere."""

    description: str = ""
    match: MatchShape | None = None
    when: Any = None
    exceptions: Any = Field(None, alias="except")
    once_per: Any = None
    tests: list[dict[str, Any]] = Field(default_factory=list)


class OverlaidShape(Shape):
    """What an overlay may say of a rule that another file defines."""

    severity: Literal["info", "low", "medium", "high", "critical"] = "medium"
    labels: dict[str, str] = Field(default_factory=dict)
    notify: Any = None
    stage: Literal["live", "shadow"] = "live"
    enabled: bool = True
    throttle: Any = None
    budget: Any = None
    exceptions: Any = Field(None, alias="except")


class ExceptionShape(Shape):
    """One entry of `except:`; its condition and its date are read elsewhere."""

    id: str
    why: str
    until: Any = None
    when: Any


class RequiresShape(Shape):
    """`requires:`: version ranges by distribution."""

    plugins: dict[str, str] = {}


class FileShape(Shape):
    """A rule file; its rules are checked one by one against `RuleShape`."""

    tocsin: int = 1
    overlay: bool = False
    requires: RequiresShape = RequiresShape()
    defaults: Any = {}
    lists: dict[str, Any] = {}
    macros: dict[str, Any] = {}
    fixtures: dict[str, Any] = {}
    rules: dict[str, Any] = {}


class OverlayShape(Shape):
    """A file with `overlay: true`; its rules are checked one by one against `OverlaidShape`."""

    tocsin: int = 1
    overlay: bool = True
    lists: dict[str, Any] = {}
    rules: dict[str, Any] = {}


_Model = TypeVar("_Model", bound=BaseModel)


def fit(
    model: type[_Model], value: object, at: Path, later: frozenset[str] = frozenset()
) -> tuple[_Model | None, list[Problem]]:
    """Return the value as a model, or None and what is wrong with its shape.

    `later` are keys that exist but not in this version. Keys that begin with `x-` are the user's own and left out.
    """
    own = {k: v for k, v in value.items() if not str(k).startswith("x-")} if isinstance(value, Mapping) else value
    if model is FileShape and isinstance(own, dict) and own.get("rules") is None and _is_unindented(own):
        # `rules:` itself is then no second mistake.
        own.pop("rules", None)
    try:
        return model.model_validate(own), []
    except ValidationError as error:
        return None, list(_problems(error, at, keys_of(model), later))


def keys_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the keys that a model has, as they are written."""
    return frozenset(info.alias or name for name, info in model.model_fields.items())


def _problems(error: ValidationError, at: Path, known: frozenset[str], later: frozenset[str]) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=True):
        where: Path = (*at, *detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                siblings = known if len(detail["loc"]) == 1 else _siblings(detail["loc"])
                problem = unknown_key(str(detail["loc"][-1]), where, siblings, later)
                yield _hinted(problem, detail["input"])
            case "missing":
                yield Problem(code="missing-key", message=f"{detail['loc'][-1]!r} is missing", at=at)
            case "literal_error" if detail["loc"][-1] in _CHOICES:
                yield _bad_choice(str(detail["loc"][-1]), detail["input"], where)
            case "literal_error":
                yield wrong_type(str(detail.get("ctx", {}).get("expected")), detail["input"], where)
            case kind:
                expected = _EXPECTED.get(kind, str(detail["msg"]))
                yield wrong_type(expected, detail["input"], where)


def unknown_key(key: str, at: Path, known: frozenset[str], later: frozenset[str]) -> Problem:
    """Return the problem of a key that is not among those `known`."""
    if key in later:
        return Problem(
            code="unsupported-key",
            message=f"{key!r} is not in this version of tocsin",
            at=at,
            hint="take it out, or rename it to x-… to keep it as a note",
            on_key=True,
        )
    head = key.partition(":")[0]
    if head != key and head in known:
        hint = f"did you mean {head!r}? A space is missing behind the colon"
    else:
        near = suggest(key, known, KEYS)
        listed = f"known here: {', '.join(sorted(known))}"
        hint = _belongs_elsewhere(key, len(at)) or (f"did you mean {near!r}?" if near else listed)
    return Problem(code="unknown-key", message=f"no key {key!r} here", at=at, hint=hint, on_key=True)


def wrong_type(expected: str, value: object, at: Path) -> Problem:
    """Return the problem of a value of the wrong type; the value itself, which may be secret, is not told."""
    found = describe(value)
    hint = "quote it" if expected == "text" and isinstance(value, bool | int | float) else f"write {expected}"
    if expected == "a mapping" and at and at[-1] in _EXAMPLES:
        hint = f"write {_EXAMPLES[at[-1]]}"
    elif expected == "text" and isinstance(value, list) and at[-1:] == ("language",):
        hint = "for several write `when: {in: [.lang, [en, de]]}`"
    elif expected == "a mapping" and len(at) <= 1:
        hint = "rules stand under `rules:`, each by its id: `rules: {outage: {when: {word: [outage]}}}`"
    return Problem(code="wrong-type", message=f"expected {expected}, found {found}", at=at, hint=hint)


def _is_unindented(file: Mapping[str, object]) -> bool:
    """Whether rules stand beside `rules:` and not under it."""
    others = (value for key, value in file.items() if key not in FileShape.model_fields)
    return any(isinstance(value, Mapping) and value.keys() & {"when", "match"} for value in others)


def _hinted(problem: Problem, value: object) -> Problem:
    """Return the problem of an unknown key with a better hint where its value tells what was meant."""
    if "did you mean" not in problem.hint and value is None:
        return replace(problem, hint="for several values write brackets around them: [one, two]")
    if len(problem.at) == 2 and isinstance(value, Mapping) and value.keys() & {"when", "match"}:
        return replace(problem, hint="a rule stands under `rules:`, indented further")
    return problem


def _belongs_elsewhere(key: str, depth: int) -> str:
    """Return where a key belongs that is known, but not at this depth of the file."""
    if depth == 2 and key in _CONFIG_KEYS:
        return f"'{key}' belongs in tocsin.yaml"
    if depth == 2 and key in RuleShape.model_fields:
        return f"'{key}' belongs to a rule, under `rules:` and its id"
    if depth == 4 and key in MatchShape.model_fields:
        return f"'{key}' belongs under 'match'"
    return f"'{key}' is an operator: put it under 'when'" if depth == 4 and key in OPERATOR_NAMES else ""


def describe(value: object) -> str:
    """Return what kind of JSON value this is, in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _siblings(loc: tuple[int | str, ...]) -> frozenset[str]:
    parents: dict[str, type[Shape]] = {"match": MatchShape, "requires": RequiresShape}
    return frozenset(parents.get(str(loc[-2]), Shape).model_fields)


def _bad_choice(key: str, value: object, at: Path) -> Problem:
    choices, is_stage, is_then = _CHOICES[key], key == "stage", key == "then"
    synonyms = SEVERITIES if choices is _SEVERITIES else {}
    near = suggest(value, choices, synonyms) if isinstance(value, str) else None
    return Problem(
        code="bad-stage" if is_stage else "bad-then" if is_then else "bad-severity",
        message=f"no {key} {value!r}" if isinstance(value, str) else f"{describe(value)} is no {key}",
        at=at,
        hint=f"did you mean {near!r}?" if near else f"one of {', '.join(choices)}",
    )
