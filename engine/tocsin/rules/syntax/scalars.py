"""Plain YAML scalars by the core schema of YAML 1.2, kept to what JSON can say.

YAML 1.1, which most libraries still read, turns `no` into false, `12:30` into 750 and 2026-11-24 into a date. Here
they stay text.
"""

import math
import re

from tocsin.model import Json

AMBIGUOUS = frozenset({"yes", "no", "on", "off"})
"""Words that YAML 1.1 reads as true or false, in any case; `y` and `n` alone hardly any reader does."""

_CONSTANTS: dict[str, None | bool] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMERIC_START = frozenset("0123456789-+.")

MAX_DIGITS = 300
"""The longest number that is read; JSON's own readers start to fail past 308 digits."""


class NotJson(ValueError):
    """The scalar is a number that JSON has no way to write."""


def plain_scalar(text: str) -> Json:
    """Return what an unquoted scalar stands for: null, a truth value, a number, else the text itself.

    Raises:
        NotJson: infinity, not-a-number, or a number too long to be meant.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC_START:
        return text
    if _NOT_JSON.fullmatch(text):
        raise NotJson(f"{text} is a number that JSON can't say")
    if not (_INTEGER.fullmatch(text) or _BASED.fullmatch(text) or _FLOAT.fullmatch(text)):
        return text
    if len(text) > MAX_DIGITS:
        raise NotJson(f"a number of {len(text)} characters")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    number = float(text)
    if math.isinf(number):
        raise NotJson(f"{text} is too large for a number")
    return number
