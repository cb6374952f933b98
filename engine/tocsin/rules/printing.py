"""The keys of rules as they are written in files, without sugar."""

import json
from typing import Final

from tocsin.logic.ast import Expr
from tocsin.logic.printing import to_json
from tocsin.model import Json
from tocsin.rules.duration import duration_text
from tocsin.rules.flood import Throttle

_LONGEST: Final = 60


def throttle_as_json(throttle: Throttle) -> dict[str, Json]:
    """Return the mapping that reads as an equal throttle; what is as without it is left out."""
    per = {} if throttle.per is None else {"per": to_json(throttle.per)}
    then: dict[str, Json] = {} if throttle.then == "count" else {"then": throttle.then}
    return {**per, "every": duration_text(throttle.every), **then}


def expression_words(expr: Expr) -> str:
    """Return an expression on one line: a field by its path, anything else as JSON."""
    written = to_json(expr)
    if isinstance(written, dict) and isinstance(written.get("var"), str):
        return str(written["var"])
    return json.dumps(written, ensure_ascii=False)


def throttle_words(throttle: Throttle) -> str:
    """Return what a throttle does: `one alert every 30m per user.id`."""
    words = "" if throttle.per is None else expression_words(throttle.per)
    per = f" per {words if len(words) <= _LONGEST else words[: _LONGEST - 1] + '…'}" if words else ""
    return f"one alert every {duration_text(throttle.every)}{per}"
