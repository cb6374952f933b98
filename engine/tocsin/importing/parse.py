"""From an X rule to its tree, or to everything that is wrong with it.

Spaces bind tighter than OR, a dash binds tightest; X's order of operations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tocsin.importing.query import Either, Every, Negation, Query, Refusal
from tocsin.importing.scan import Token, scan

MAX_LENGTH: Final = 4096
"""The longest rule that is read, in characters; X's own limit is 512, 1,024 or 2,048 by the kind of access."""
MAX_DEPTH: Final = 24
"""How deep groups may nest: deeper than anybody writes, and well within what a condition may have."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The tree of a rule, None if a refusal stands in its way; and the refusals, in order of place."""

    query: Query | None
    refusals: tuple[Refusal, ...] = ()


def parse_query(rule: str) -> ParsedQuery:
    """Return the tree of an X rule, or everything that is wrong with how it is written."""
    if len(rule) > MAX_LENGTH:
        message = f"{len(rule):,} characters; a rule has at most {MAX_LENGTH:,}"
        refusal = Refusal(reason="too-long", message=message, start=MAX_LENGTH, end=MAX_LENGTH + 1, hint="split it")
        return ParsedQuery(None, (refusal,))
    tokens, refusals = scan(rule)
    parser = _Parser(tokens, len(rule))
    query = parser.whole()
    refusals += parser.refusals
    refusals.sort(key=lambda refusal: (refusal.start, refusal.end))
    return ParsedQuery(None if refusals else query, tuple(refusals))


class _Parser:
    """Reads on after a mistake; a part that can't be read is None."""

    def __init__(self, tokens: list[Token], length: int) -> None:
        self._tokens = tokens
        self._length = length
        self._next = 0
        self._depth = 0
        self.refusals: list[Refusal] = []

    def whole(self) -> Query | None:
        if not self._tokens:
            self._refuse("empty", "an empty rule", 0, max(1, self._length), "write what to look for")
            return None
        parts = [self._either()]
        while (token := self._peek()) is not None:
            self._refuse("unopened-group", "no group is open here", token.start, token.end, "take out the )")
            self._next += 1
            if self._peek() is not None:
                parts.append(self._either())
        return _joined(parts, Every)

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _either(self) -> Query | None:
        parts = [self._every()]
        while (token := self._peek()) is not None and token.kind == "OR":
            self._next += 1
            if not self._starts_part(self._peek()):
                self._refuse("dangling-or", "nothing after OR", token.start, token.end, "write a clause on each side")
            else:
                parts.append(self._every())
        return _joined(parts, Either)

    def _every(self) -> Query | None:
        parts: list[Query | None] = []
        token = self._peek()
        if token is not None and token.kind == "OR":
            self._refuse("dangling-or", "nothing before OR", token.start, token.end, "write a clause on each side")
            return None
        while self._starts_part(self._peek()):
            parts.append(self._part())
        return _joined(parts, Every)

    def _starts_part(self, token: Token | None) -> bool:
        return token is not None and token.kind in {"(", "-", "clause"}

    def _part(self) -> Query | None:
        token = self._tokens[self._next]
        self._next += 1
        match token.kind:
            case "-":
                return self._negation(token)
            case "(":
                return self._group(token)
            case _:
                return token.clause

    def _negation(self, dash: Token) -> Query | None:
        token = self._peek()
        if token is None or token.kind not in {"(", "clause"} or token.start != dash.end:
            hint = "write the dash right before what must not be there: -cat"
            self._refuse("nothing-to-negate", "a dash with nothing right after it", dash.start, dash.end, hint)
            return self._part() if self._starts_part(token) else None
        part = self._part()
        return None if part is None else Negation(part)

    def _group(self, bracket: Token) -> Query | None:
        token = self._peek()
        if token is not None and token.kind == ")":
            self._next += 1
            self._refuse("empty-group", "an empty group", bracket.start, token.end, "take it out")
            return None
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse("too-deep", f"groups deeper than {MAX_DEPTH}", bracket.start, bracket.end, "split the rule")
            # What follows is not read: a thousand brackets are one mistake.
            self._next = len(self._tokens)
            return None
        inside = self._either()
        self._depth -= 1
        closing = self._peek()
        if closing is not None:
            self._next += 1
        elif self._depth < MAX_DEPTH and not any(refusal.reason == "too-deep" for refusal in self.refusals):
            self._refuse("unclosed-group", "this group is not closed", bracket.start, bracket.end, "close it with )")
        return inside

    def _refuse(self, reason: str, message: str, start: int, end: int, hint: str) -> None:
        self.refusals.append(Refusal(reason=reason, message=message, start=start, end=end, hint=hint))


def _joined(parts: list[Query | None], join: Callable[[tuple[Query, ...]], Query]) -> Query | None:
    known = [part for part in parts if part is not None]
    return known[0] if len(known) == 1 else join(tuple(known)) if known else None
