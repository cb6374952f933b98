"""`notify:`: the names of destinations."""

from collections.abc import Collection

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import suggest
from tocsin.model import DestinationName, Json
from tocsin.rules.reading.words import words


def read_notify(
    value: Json, at: Path, known: Collection[str] | None
) -> tuple[tuple[DestinationName, ...], list[Problem]]:
    """Return the destinations that one text or a list of texts names, and what is wrong with it.

    `known` are the destinations of the configuration, None where they are not known.
    """
    names, problems = words(value, at)
    return tuple(DestinationName(name) for name in names), problems + unknown_destinations(value, at, known)


def unknown_destinations(value: Json, at: Path, known: Collection[str] | None) -> list[Problem]:
    """Return a problem for each name, in one text or a list of texts, that is none of the destinations."""
    if known is None:
        return []
    items = value if isinstance(value, list) else [value]
    problems: list[Problem] = []
    for index, name in enumerate(items):
        if not isinstance(name, str) or name in known:
            continue
        near = suggest(name, known)
        hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
        place = (*at, index) if isinstance(value, list) else at
        message = f"no destination {name!r} in the configuration"
        problems.append(Problem(code="unknown-destination", message=message, at=place, hint=hint))
    return problems
