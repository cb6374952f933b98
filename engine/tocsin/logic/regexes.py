"""What a regular expression can't match without: letters that stand in every text in which it is found.

Only the plain beginning of the language is read; whatever else an expression holds ends a stretch of letters, and what
could change the meaning of the rest (groups with flags, alternatives, rare escapes) says nothing at all.
"""

import re
from typing import Final

_LETTERS: Final = re.compile(r"[a-z0-9]", re.IGNORECASE)
# Escapes of one letter that stand for a class or a place, and punctuation that stands for itself.
_KNOWN_ESCAPES: Final = frozenset("bBdDwWsSAz.?*+()[]{}|^$\\/-#@&,:;!%=<>~'\"_ ")
_QUANTIFIERS: Final = frozenset("?*+{")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


def necessary_letters(pattern: str) -> str:
    """Return the longest run of ASCII letters and digits, in lower case, that any folded text matched contains.

    Empty if none is known. The last letter of a stretch is left out: a mark behind it may have become one with it.
    """
    runs: list[str] = []
    run = ""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "|" or pattern.startswith("(?", at):
            return ""
        following = pattern[at + 1 : at + 2]
        if _LETTERS.fullmatch(char):
            if following in _QUANTIFIERS and following:
                runs.append(run + char if following == "+" else run)
                run = ""
            else:
                run += char
            at += 1
            continue
        runs.append(run)
        run = ""
        end = _passed(pattern, at)
        if end is None:
            return ""
        at = end
    runs.append(run)
    return max((found[:-1].lower() for found in runs), key=len)


def _passed(pattern: str, at: int) -> int | None:
    """Return where a pattern goes on behind something that is no letter, None if that can't be told."""
    char = pattern[at]
    if char == "\\":
        return at + 2 if pattern[at + 1 : at + 2] in _KNOWN_ESCAPES and at + 1 < len(pattern) else None
    if char == "[":
        return _behind_class(pattern, at)
    if char == "(":
        return _behind_group(pattern, at)
    if char == "{":
        end = pattern.find("}", at)
        return None if end < 0 else end + 1
    return at + 1


def _behind_class(pattern: str, at: int) -> int | None:
    if "[" in pattern[at + 1 :] or "\\" in pattern[at + 1 :].partition("]")[0]:
        return None  # classes in classes, escaped brackets: too much to be told by looking
    end = pattern.find("]", at + (3 if pattern.startswith("[^", at) else 2))
    return None if end < 0 else end + 1


def _behind_group(pattern: str, at: int) -> int | None:
    """Return where a group ends; only plain ones are passed over."""
    end = pattern.find(")", at)
    inside = pattern[at + 1 : end]
    return None if end < 0 or any(char in inside for char in "\\([") or inside.startswith("?") else end + 1
