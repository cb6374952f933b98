"""Terms: what can be looked up in a tweet, and what a text operator's pattern says must be there.

A term is so simple that an index finds all the terms of a tweet without trying them one by one. Texts are compared in
the very forms that the operators see (`logic.evaluation.text`), so that whatever makes an operator true makes the term
hold.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias
from typing import Literal as OneOf

from tocsin.logic.evaluation.text import fold, runs_of_words, whole_runs
from tocsin.logic.evaluation.textcompile import TAG_SIGNS, host_of
from tocsin.logic.regexes import necessary_letters

Kind: TypeAlias = OneOf[
    "word", "run", "part", "raw", "#", "@", "$", "name", "host", "equal", "set", ">", ">=", "<", "<="
]  # fmt: skip
"""How a term's value stands in its field.

`word`: as a whole word of the folded text, the value being letters and digits; `run`: as a whole run of these, which
may be a part of a word where marks stand beside it; `part`: anywhere in the folded text; `raw`: in the
text as it is, or as an element of the list; `#`, `@`, `$`: as such a tag; `name`: as the name of an account; `host`: as
the host of a link or above it; `equal`: as the value itself, in text or number; `set`: as anything that is true, the
value being empty; the rest: as a bound of the number.
"""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that may be true of a field, a dotted path from the root of the tweet or a derived field."""

    kind: Kind
    field: str
    value: str | int | float


def pattern_terms(op: str, field: str, pattern: str) -> tuple[Term, ...]:
    """Return terms each of which holds wherever a text operator finds the pattern; nothing if none is known."""
    folded = fold(pattern)
    match op:
        case "word" | "all_words":
            return _word_terms(field, " ".join(folded.split()))
        case "contains" | "starts_with" | "ends_with":
            words = whole_runs(folded, from_edge=op == "starts_with", to_edge=op == "ends_with")
            return (Term("part", field, folded), *(Term("run", field, word) for word in words)) if folded else ()
        case "hashtag" | "mention" | "cashtag":
            return (_tag_term(field, TAG_SIGNS[op], folded),)
        case "from":
            return (Term("name", field, folded.removeprefix("@")),)
        case "link":
            host = host_of(pattern)
            return (Term("host", field, host),) if host else ()
        case "matches":
            letters = necessary_letters(pattern)
            return (Term("part", field, letters),) if len(letters) >= _FEW_LETTERS else ()
        case _:
            return ()


_FEW_LETTERS: Final = 3
"""Of fewer letters hardly a text is free."""

_TAG_KINDS: Final[MappingProxyType[str, Kind]] = MappingProxyType({"#": "#", "@": "@", "$": "$"})


def _tag_term(field: str, sign: str, folded: str) -> Term:
    return Term(_TAG_KINDS[sign], field, folded.removeprefix(sign))


def _word_terms(field: str, pattern: str) -> tuple[Term, ...]:
    if pattern.isalnum() and pattern.isascii():
        # As nearly all are; what is below comes to the same.
        return (Term("word", field, pattern),)
    runs = runs_of_words(pattern)
    if runs == [pattern]:
        return (Term("word", field, pattern),)
    if runs or not pattern:
        return tuple(Term("run", field, run) for run in runs)
    # Runs of white space are one space only in the form that phrases are found in: within a piece that can't matter.
    return (Term("part", field, max(pattern.split(), key=len)),)
