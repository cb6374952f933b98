"""Reads `plugins:` of tocsin.yaml: which may run, what exactly they must be, and the options of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import Field

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.reading.schema import Shape, fit, wrong_type
from tocsin.rules.reading.words import words

SOURCE_TYPES: Final = ("scrapest", "replay")
"""The types of `source:` that are tocsin's own: no plugin may bring one of these names."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class PinShape(Shape):
    """One entry of `plugins.pin`."""

    version: str
    sha256: str
    files: dict[str, str] = Field(default_factory=dict)


class PluginsShape(Shape):
    """What `plugins:` has beside the options of each plugin."""

    only: list[str] | str | None = None
    pin: dict[str, PinShape] | None = None


RESERVED: Final = frozenset(PluginsShape.model_fields)
"""Keys under `plugins:` that no plugin may have as its name."""


@dataclass(frozen=True, slots=True)
class PinSettings:
    """What a distribution must be: its version, and the hash of its files."""

    version: str
    sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """`plugins:`. `only` is None where every plugin may run, `pins` is None where nothing is pinned."""

    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    pins: Mapping[str, PinSettings] | None = None


def read_plugins(value: Json, at: Path) -> tuple[PluginSettings, list[Problem]]:
    """Return what the section says as far as it can be told, and what is wrong with it."""
    if not isinstance(value, dict):
        return PluginSettings(), []
    problems: list[Problem] = []
    options: dict[str, Mapping[str, Any]] = {}
    for name, given in value.items():
        if name in RESERVED or name.startswith("x-"):
            continue
        if isinstance(given, dict):
            options[name] = given
        else:
            problems.append(wrong_type("a mapping of options", given, (*at, name)))
    only: tuple[str, ...] | None = None
    if "only" in value:
        only, wrong = words(value["only"], (*at, "only"))
        problems += wrong
    pins: dict[str, PinSettings] | None = None
    if "pin" in value:
        pins, wrong = _pins(value["pin"], (*at, "pin"))
        problems += wrong
    return PluginSettings(options, only, pins), problems


def _pins(value: Json, at: Path) -> tuple[dict[str, PinSettings], list[Problem]]:
    if not isinstance(value, dict):
        return {}, [wrong_type("a mapping of distributions", value, at)]
    pins: dict[str, PinSettings] = {}
    problems: list[Problem] = []
    for name, given in value.items():
        shape, wrong = fit(PinShape, given, (*at, name))
        problems += wrong
        if shape is None:
            continue
        if not _SHA256.fullmatch(shape.sha256):
            hint = "`tocsin plugins pin` prints it"
            place = (*at, name, "sha256")
            problems.append(Problem(code="bad-option", message="no SHA-256 in hexadecimal", at=place, hint=hint))
            continue
        pins[name] = PinSettings(shape.version, shape.sha256, shape.files)
    return pins, problems
