"""In which order macros are read: each behind those that it refers to, however deep they nest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Order:
    """The names of all macros, those that others refer to first.

    `cycles` holds, for a macro, each one that it must not refer to, with the way around: `(b, a, b)` for `b` that `a`
    refers to. Only the first has its way; to tell the others would be to tell the same mistake again.
    """

    names: tuple[str, ...]
    cycles: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


def reading_order(macros: Mapping[str, object]) -> Order:
    """Return the order in which macros, JSON by name, can be read; the cost is that of looking through them once."""
    finished: dict[str, None] = {}
    cycles: dict[str, dict[str, tuple[str, ...]]] = {}
    for start in macros:
        # By hand, not by recursion: a file may hold a chain of thousands.
        trail: dict[str, Iterator[str]] = {} if start in finished else {start: _references(macros[start])}
        while trail:
            name, references = next(reversed(trail.items()))
            following = next(references, None)
            if following is None:
                del trail[name]
                finished[name] = None
            elif following in trail:
                around = cycles.setdefault(name, {})
                around[following] = () if around else _way(list(trail), following)
            elif following in macros and following not in finished:
                trail[following] = _references(macros[following])
    return Order(tuple(finished), cycles)


def _way(trail: list[str], back_to: str) -> tuple[str, ...]:
    return (*trail[trail.index(back_to) :], back_to)


def _references(value: object) -> Iterator[str]:
    """Return the names that an expression refers to, each once, in the order of the source."""
    found: dict[str, None] = {}
    waiting = [value]
    while waiting:
        match waiting.pop():
            case {"macro": str() as name, **rest} if not rest:
                found[name] = None
            case dict() as mapping:
                waiting += reversed(mapping.values())
            case list() | tuple() as items:
                waiting += reversed(items)
            case _:
                pass
    return iter(found)
