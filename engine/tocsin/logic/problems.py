"""What is wrong with a condition, before it is placed in a file."""

from dataclasses import dataclass

from tocsin.logic.ast import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake: `code` is stable (`unknown-operator`), `at` the path of the node, `on_key` if its key is meant."""

    code: str
    message: str
    at: Path
    hint: str = ""
    on_key: bool = False
