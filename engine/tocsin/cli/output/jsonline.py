"""JSON, a line an object."""

import json
from collections.abc import Mapping


def as_json_line(value: Mapping[str, object]) -> str:
    """Return the object as JSON that any terminal and pipe can take: a lone surrogate is written as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text) else json.dumps(value)
