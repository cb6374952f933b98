"""Whether what a plugin registers is what its type says; each problem is a sentence that names the remedy."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from inspect import iscoroutinefunction, signature
from typing import Any, Final, get_args

from pydantic import BaseModel

from tocsin.hookspecs import Action, Filter, Operator, Source, Transform, Type
from tocsin.plugins.contain import clean, name_of

Registrable = Operator | Transform | Action | Source | Filter

_TYPES: Final = frozenset(get_args(Type))
_OPERATOR_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")


def problem_with(value: object, kind: type[Registrable]) -> str | None:
    """Return what is wrong with a value given to the `register` callback of hooks for `kind`, or None."""
    if not isinstance(value, kind):
        return f"registered {name_of(value)} where {kind.__name__} is meant"
    problems = {Operator: _operator, Transform: _transform, Action: _action, Source: _source, Filter: _filter}
    return next(iter(problems[kind](value)), None)  # type: ignore[operator]


def _operator(operator: Operator) -> list[str]:
    what = _called("operator", operator.name)
    problems = _named(what, operator.name, _OPERATOR_NAME, "a-z, 0-9 and _, no dots")
    arguments: object = operator.arguments  # a plugin that isn't type-checked may give anything
    if not isinstance(arguments, tuple) or not _TYPES.issuperset(arguments):
        problems.append(f"{what}: arguments must be a tuple of {', '.join(sorted(_TYPES))}")
    if operator.result not in _TYPES:
        problems.append(f"{what}: result must be one of {', '.join(sorted(_TYPES))}")
    if operator.variadic and not operator.arguments:
        problems.append(f"{what}: variadic repeats the last argument, and there is none")
    problems += _synchronous(what, "function", operator.function)
    if not problems:
        count = len(operator.arguments)
        problems += _takes(what, "function", operator.function, count)
        problems += _takes(what, "function", operator.function, count + 2) if operator.variadic else []
    if operator.terms is not None:
        problems += _synchronous(what, "terms", operator.terms)
    return problems + _documented(what, operator.doc) + _documented(what, operator.example, "example")


def _transform(transform: Transform) -> list[str]:
    what = _called("transform", transform.name)
    problems = _named(what, transform.name, _NAME, "a-z, 0-9, _ and -")
    if not callable(transform.function):
        problems.append(f"{what}: function can't be called")
    elif taken := _takes(what, "function", transform.function, 1):
        problems += taken
    elif transform.slow and iscoroutinefunction(transform.function):
        problems.append(f"{what}: slow is for synchronous functions; an async one needs no thread")
    fields: object = transform.fields
    if not isinstance(fields, Mapping) or not all(map(_is_field, fields.items())):
        problems.append(f"{what}: fields must map dotted paths to types, such as {{'lang': 'text'}}")
    if transform.on_error not in {"skip", "drop", "halt"}:
        problems.append(f"{what}: on_error must be skip, drop or halt")
    if transform.prepare is not None:
        problems += _synchronous(what, "prepare", transform.prepare)
    return problems + _timed(what, "budget", transform.budget) + _documented(what, transform.doc)


def _action(action: Action) -> list[str]:
    what = _called("action", action.name)
    problems = _named(what, action.name, _NAME, "a-z, 0-9, _ and -")
    if action.options is not None and not _is_model(action.options):
        problems.append(f"{what}: options must be a pydantic model class")
    problems += _synchronous(what, "perform", action.perform) or _takes(what, "perform", action.perform, 2)
    return problems + _timed(what, "timeout", action.timeout) + _documented(what, action.doc)


def _source(source: Source) -> list[str]:
    what = _called("source", source.name)
    problems = _named(what, source.name, _NAME, "a-z, 0-9, _ and -")
    if source.options is not None and not _is_model(source.options):
        problems.append(f"{what}: options must be a pydantic model class")
    if not callable(source.run):
        problems.append(f"{what}: run can't be called")
    elif not iscoroutinefunction(source.run):
        problems.append(f"{what}: run must be an async function")
    else:
        problems += _takes(what, "run", source.run, 2)
    return problems + _documented(what, source.doc)


def _filter(wanted: Filter) -> list[str]:
    what = _called("filter", wanted.name)
    problems = _named(what, wanted.name, _OPERATOR_NAME, "a-z, 0-9 and _, no dots")
    problems += _synchronous(what, "function", wanted.function) or _takes(
        what, "function", wanted.function, 1, more=True
    )
    return problems + _documented(what, wanted.doc) + _documented(what, wanted.example, "example")


def is_options_model(value: object) -> bool:
    """Return whether the value is a class of pydantic models."""
    return _is_model(value)


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _called(kind: str, name: object) -> str:
    return f"{kind} {clean(name, 60)!r}" if isinstance(name, str) else f"{kind} without a name"


def _named(what: str, name: object, pattern: re.Pattern[str], allowed: str) -> list[str]:
    if isinstance(name, str) and pattern.fullmatch(name):
        return []
    return [f"{what}: a name begins with a letter and has only {allowed}"]


def _is_field(item: tuple[Any, Any]) -> bool:
    path, kind = item
    return isinstance(path, str) and _FIELD.fullmatch(path) is not None and kind in _TYPES


def _synchronous(what: str, name: str, function: object) -> list[str]:
    if not callable(function):
        return [f"{what}: {name} can't be called"]
    return [f"{what}: {name} must not be async"] if iscoroutinefunction(function) else []


def _takes(what: str, name: str, function: Callable[..., Any], count: int, *, more: bool = False) -> list[str]:
    """Return a problem if the function can't be called with so many arguments, or with these and more."""
    try:
        found = signature(function)
    except (ValueError, TypeError):
        return []  # some that are written in C don't say
    try:
        (found.bind_partial if more else found.bind)(*[None] * count)
    except TypeError:
        arguments = f"{count} argument{'' if count == 1 else 's'}"
        return [f"{what}: {name} is called with {arguments}{' and more' if more else ''}, and takes {found}"]
    return []


def _timed(what: str, name: str, value: object) -> list[str]:
    if isinstance(value, timedelta) and timedelta(0) < value <= timedelta(hours=1):
        return []
    return [f"{what}: {name} must be a timedelta above 0 and at most an hour"]


def _documented(what: str, doc: object, name: str = "doc") -> list[str]:
    return [] if isinstance(doc, str) and doc.strip() else [f"{what}: {name} is missing"]
