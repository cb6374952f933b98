"""JSON, a line an object."""

import json
from collections.abc import Mapping

from tocsin.notify.escape import printable_json


def as_json_line(value: Mapping[str, object]) -> str:
    """Return the object as JSON that any terminal and pipe can take: what can't be printed is written as an escape."""
    return printable_json(json.dumps(value, ensure_ascii=False))
