"""Reads `match:`, the stream's own filter words."""

from collections.abc import Callable

from tocsin.logic.ast import Call, Expr, Path
from tocsin.logic.problems import Problem
from tocsin.logic.stream_filter import filter_condition
from tocsin.model import Json
from tocsin.rules.reading.words import words
from tocsin.rules.ruleset import MatchBlock


def read_match(
    value: Json, at: Path, lookup: Callable[[str, Path], tuple[str, ...] | Problem]
) -> tuple[MatchBlock | None, list[Problem]]:
    """Return the filters, None where there is no mapping, and what is wrong with them past their shape."""
    if not isinstance(value, dict):
        return None, []
    problems: list[Problem] = []
    lists: dict[str, tuple[str, ...]] = {"keywords": (), "users": ()}
    for name in lists:
        if name in value:
            lists[name], wrong = words(value[name], (*at, name), lookup)
            problems += wrong
    language, min_retweets = value.get("language"), value.get("min_retweets")
    block = MatchBlock(
        keywords=lists["keywords"],
        users=lists["users"],
        language=language if isinstance(language, str) and language else None,
        min_retweets=min_retweets if isinstance(min_retweets, int) else 0,
    )
    if not value:
        hint = "name keywords, users, language or min_retweets, or leave 'match' out"
        problems.append(Problem(code="no-condition", message="this matches every tweet", at=at, hint=hint))
    return block, problems


def condition_of(match: MatchBlock | None, when: Expr | None, at: Path) -> Expr | None:
    """Return what must be true for the rule at a path: its filters and its `when`; None if it has neither."""
    if match is None:
        return when
    filtered = filter_condition(match.keywords, match.users, match.language, match.min_retweets or None, (*at, "match"))
    return filtered if when is None else Call("and", (filtered, when), at)
