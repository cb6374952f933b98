"""Text operators with their patterns, turned into tests of a text."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from tocsin.logic.facts import Facts
from tocsin.logic.patterns import searcher
from tocsin.logic.text import TextForms, find_word, fold

Test: TypeAlias = Callable[[TextForms], bool]


def text_test(op: str, patterns: Sequence[str]) -> Test:
    """Return the test that a text operator makes of one text."""
    folded = tuple(fold(pattern) for pattern in patterns)
    match op:
        case "word":
            return lambda text: any(find_word(pattern, text.folded) for pattern in folded)
        case "all_words":
            return lambda text: all(find_word(pattern, text.folded) for pattern in folded)
        case "contains":
            return lambda text: any(pattern in text.folded for pattern in folded)
        case "starts_with":
            return lambda text: text.folded.startswith(folded)
        case "ends_with":
            return lambda text: text.folded.endswith(folded)
        case "matches":
            search = searcher(patterns)
            return lambda text: search(text.raw)
        case "from":
            names = frozenset(name.removeprefix("@") for name in folded)
            return lambda text: text.folded.removeprefix("@") in names
        case "hashtag" | "mention" | "cashtag":
            sign = {"hashtag": "#", "mention": "@", "cashtag": "$"}[op]
            tags = frozenset(sign + name.removeprefix(sign) for name in folded)
            return lambda text: not tags.isdisjoint(text.tokens)
        case "link":
            return lambda text: any(_is_link_to(link, patterns) for link in text.links)
        case _:
            raise ValueError(f"no text operator {op!r}")


def subject_test(op: str, patterns: Sequence[str]) -> Callable[[Any, Facts], bool]:
    """Return the test of a subject as it was evaluated: null matches nothing, a list if one of its texts does."""
    test = text_test(op, patterns)

    def apply(subject: Any, facts: Facts) -> bool:
        if isinstance(subject, str):
            return test(facts.forms(subject))
        if subject is None:
            return False
        if isinstance(subject, list | tuple):
            return any(isinstance(item, str) and test(facts.forms(item)) for item in subject)
        raise TypeError(f"'{op}' looks at text, not at {type(subject).__name__}")

    return apply


def _is_link_to(link: str, patterns: Sequence[str]) -> bool:
    try:
        host = fold(urlsplit(link).hostname or "")
    except ValueError:
        return False
    bare = fold(link).removeprefix("https://").removeprefix("http://")
    for pattern in patterns:
        wanted = fold(pattern).removeprefix("https://").removeprefix("http://")
        if "/" in wanted:
            if bare.startswith(wanted):
                return True
        elif host == wanted or host.endswith("." + wanted):
            return True
    return False
