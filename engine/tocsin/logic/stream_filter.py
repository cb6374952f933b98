"""What a rule's `match:` block, written in the stream's own filter words, means."""

from collections.abc import Sequence

from tocsin.logic.ast import Call, Expr, Literal, Path, Var


def filter_condition(
    keywords: Sequence[str], users: Sequence[str], language: str | None, min_retweets: int | None, at: Path = ()
) -> Expr:
    """Return the condition: values of a list are any-of, fields are and. Nothing given is always true."""
    parts: list[Expr] = []
    if keywords:
        parts.append(_any_of("word", "text", keywords, (*at, "keywords")))
    if users:
        parts.append(_any_of("from", "user.username", users, (*at, "users")))
    if language is not None:
        place = (*at, "language")
        parts.append(Call("==", (Var(Literal("lang", place), None, place), Literal(language, place)), place))
    if min_retweets is not None:
        place = (*at, "min_retweets")
        parts.append(
            Call(">=", (Var(Literal("metrics.retweets", place), None, place), Literal(min_retweets, place)), place)
        )
    if not parts:
        return Literal(True, at)
    return parts[0] if len(parts) == 1 else Call("and", tuple(parts), at)


def _any_of(op: str, field: str, values: Sequence[str], at: Path) -> Expr:
    return Call(op, (Var(Literal(field, at), None, at), *(Literal(value, at) for value in values)), at)
