"""Regular expressions by RE2: linear time whatever the pattern and the text."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

_DOUBLED = re.compile(r"(?<!\\)\\\\[dDwWsSbB]")
_DELIMITED = re.compile(r"/.+/[gimsux]+", re.DOTALL)
MAX_PATTERN = 5_000
"""The longest regular expression, in characters: RE2 takes a second and 300 MB to refuse one of a megabyte."""


@lru_cache(maxsize=10_000)
def pattern_problem(pattern: str) -> str:
    """Return what RE2 has against a pattern, an empty text if nothing."""
    if len(pattern) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN:,} characters"
    import re2

    try:
        re2.compile(pattern, _options())
    except UnicodeEncodeError:
        return "half of a surrogate pair is no text"
    except re2.error as error:
        message = error.args[0] if error.args else error
        return message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    return ""


def odd_pattern(pattern: str) -> tuple[str, str] | None:
    """Return what is odd about a pattern that RE2 takes, and the remedy: it is written for another language."""
    doubled = _DOUBLED.search(pattern)
    if doubled is not None:
        shown = doubled[0]
        return f"{shown} is a backslash and the letter {shown[2]}", f"in single quotes one is enough: '{shown[1:]}'"
    if _DELIMITED.fullmatch(pattern):
        return "the slashes and what is behind them are part of the expression here", "leave them out: case is ignored"
    return None


def searcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a test of whether any of the patterns occurs in a text, case-insensitively."""
    import re2

    compiled = [re2.compile(pattern, _options()) for pattern in patterns]
    return lambda text: any(pattern.search(text) is not None for pattern in compiled)


def found_at(pattern: str, text: str) -> tuple[int, int] | None:
    """Return the first stretch of a text in which a pattern occurs, case-insensitively; None if it doesn't."""
    import re2

    found = re2.compile(pattern, _options()).search(text)
    return None if found is None else (found.start(), found.end())


def _options() -> object:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options
