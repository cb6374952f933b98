"""What is said about a plugin's failure: short, on one line, and never a failure of its own."""

import re

from pydantic import BaseModel, SecretStr

from tocsin.model import Json

LIMIT = 300
"""How many characters of a plugin's own words are kept."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return the text on one line without control characters, at most `limit` characters."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * limit])
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def describe(error: BaseException) -> str:
    """Return the kind of the error and its message, cleaned; a message that raises is left out."""
    name = type(error).__name__
    try:
        message = clean(str(error))
    except BaseException:  # noqa: BLE001 - the error's own __str__ is the plugin's code too
        message = ""
    return f"{name}: {message}" if message else name


def discreet(error: BaseException) -> str:
    """Return the kind of the error and its message as far as that quotes nothing, since it may quote the tweet."""
    return _QUOTE.split(describe(error), maxsplit=1)[0].rstrip(" :")


def secrets_in(options: object) -> tuple[str, ...]:
    """Return the values of all `SecretStr` in a plugin's options, which no message may hold."""
    if isinstance(options, SecretStr):
        return tuple(filter(None, (options.get_secret_value(),)))
    if isinstance(options, BaseModel):
        return tuple(secret for _, value in options for secret in secrets_in(value))
    if isinstance(options, list | tuple | set | frozenset):
        return tuple(secret for value in options for secret in secrets_in(value))
    if isinstance(options, dict):
        return tuple(secret for value in options.values() for secret in secrets_in(value))
    return ()


def without(secrets: tuple[str, ...], text: str) -> str:
    """Return the text with each secret masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def name_of(value: object) -> str:
    """Return what kind of value it is, in the words of an error message."""
    return "None" if value is None else f"a {type(value).__name__}"


def copied(value: Json) -> Json:
    """Return a copy of JSON data that shares no list or dict with it. Several times quicker than `copy.deepcopy`."""
    kind = type(value)
    if kind is dict:
        return {key: copied(item) if type(item) in _CONTAINERS else item for key, item in value.items()}  # type: ignore[union-attr]
    if kind is list:
        return [copied(item) if type(item) in _CONTAINERS else item for item in value]  # type: ignore[union-attr]
    return value


_CONTAINERS = (dict, list)
_QUOTE = re.compile(r"['\"`\u2018-\u201f\u00ab]")
