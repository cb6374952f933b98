"""Ids that authors give, to rules and to exceptions."""

import re

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def is_id(text: str) -> bool:
    """Whether the text is an id: `[a-z0-9][a-z0-9-]*`."""
    return _ID.fullmatch(text) is not None


def bad_id(text: str, at: Path, *, on_key: bool) -> Problem:
    """Return the problem of a text that is no id; `on_key` if it stands as the key at the path."""
    near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    hint = f"try {near!r}" if near else "use a-z, 0-9 and -"
    message = f"the id {text!r} has more in it than a-z, 0-9 and -"
    return Problem(code="bad-id", message=message, at=at, hint=hint, on_key=on_key)
