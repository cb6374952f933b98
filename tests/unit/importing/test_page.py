"""The page about X rules has a row for every operator, with what the code makes of its example."""

from pathlib import Path
from typing import Any

from tocsin.importing.operators import OPERATORS, Untold
from tocsin.importing.parse import parse_query
from tocsin.importing.translate import translate
from tocsin.rules.writing import as_line

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "come-from-x-rules.md"


def row(name: str) -> str:
    """Return the row of an operator."""
    operator = OPERATORS[name]
    if isinstance(operator, Untold):
        hint = f"; {operator.hint}" if operator.hint else ""
        return f"| `{operator.example}` | refused, `{operator.reason}`: {operator.why}{hint} |"
    query = parse_query(operator.example).query
    assert query is not None
    condition: Any = translate(query).condition
    assert condition is not None
    note = f" {operator.note[0].upper()}{operator.note[1:]}." if operator.note else ""
    return f"| `{operator.example}` | `{as_line(condition).replace('|', chr(92) + '|')}`{note} |"


def test_every_operator_stands_on_the_page_as_the_code_has_it() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `") and "| becomes" not in line]
    assert rows == [row(name) for name in OPERATORS]
