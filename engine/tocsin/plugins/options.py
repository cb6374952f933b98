"""A plugin's options: plain JSON from tocsin.yaml, checked strictly against the model that the plugin declares."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from tocsin.logic.vocabulary import did_you_mean
from tocsin.plugins.contain import clean, describe


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionProblem:
    """Something wrong under `plugins.NAME`: `path` leads to it from there, `hint` says what to type instead."""

    plugin: str
    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    code: str = "bad-option"


def read_options(
    plugin: str, model: type[BaseModel], given: Mapping[str, Any]
) -> tuple[BaseModel | None, tuple[OptionProblem, ...]]:
    """Return the options as an instance of the model, or None and every problem with them, in the model's order.

    Strict: a number is not text, and a key that the model doesn't have is a problem.
    """
    try:
        # By way of JSON, where strict still lets text become a path, a duration or a date, which JSON has no type for.
        return model.model_validate_json(json.dumps(given), strict=True, extra="forbid"), ()
    except ValidationError as error:
        return None, tuple(_problem(plugin, model, item["type"], item["loc"], item["msg"]) for item in error.errors())
    except BaseException as error:  # noqa: BLE001 - the model's validators are the plugin's code
        return None, (OptionProblem(plugin=plugin, path=(), message=f"checking the options raised {describe(error)}"),)


def _problem(
    plugin: str, model: type[BaseModel], kind: str, path: tuple[str | int, ...], message: str
) -> OptionProblem:
    if kind == "extra_forbidden":
        known = [field.alias or name for name, field in model.model_fields.items()]
        listed = f"known here: {', '.join(known)}" if known else ""
        hint = did_you_mean(str(path[-1]), known, listed) if len(path) == 1 else ""
        return OptionProblem(plugin=plugin, path=path, message=f"no option '{path[-1]}'", hint=hint)
    if kind == "missing":
        return OptionProblem(plugin=plugin, path=path, message=f"option '{path[-1]}' is missing")
    return OptionProblem(plugin=plugin, path=path, message=clean(message))
