"""An X rule once read: clauses, and how they are put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a part of a rule can't be taken over; `start` and `end` count its characters from 0.

    `reason` is the stable name. `is_untold` where the rule is in order and the stream can't tell what it asks.
    """

    reason: str
    message: str
    start: int
    end: int
    hint: str = ""
    is_untold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The smallest part: `operator` is `keyword`, `phrase`, `#`, `@`, `$`, `from:`, `is:retweet` and so on."""

    operator: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negation:
    """What a dash makes of a clause or a group."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Every:
    """Parts with spaces between them: all of them must hold."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Parts with OR between them: one of them must hold."""

    parts: tuple["Query", ...]


Query: TypeAlias = Clause | Negation | Every | Either


def clauses(query: Query) -> Iterator[Clause]:
    """Yield the clauses of a query, in order."""
    match query:
        case Clause():
            yield query
        case Negation(part):
            yield from clauses(part)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from clauses(part)
        case _:
            assert_never(query)
