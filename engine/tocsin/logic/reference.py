"""json-logic-qubit: what is right. The only module that imports it; nothing on the way of a tweet does."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tocsin.errors import TocsinError
from tocsin.logic.vocabulary import FORBIDDEN


def evaluate(rule: Any, data: Any) -> Any:
    """Return the value that json-logic-qubit gives; whatever it raises goes through.

    Raises:
        TocsinError: another distribution stands behind the import name json_logic.
        ValueError: the rule holds an operator that runs Python code.
    """
    import json_logic

    if not hasattr(json_logic, "rule_like") or not _is_installed():
        raise TocsinError("json_logic is another package's here: pip uninstall it, then pip install json-logic-qubit")
    _refuse_code(rule)
    return json_logic.jsonLogic(rule, data)


@cache
def _is_installed() -> bool:
    try:
        return bool(version("json-logic-qubit"))
    except PackageNotFoundError:
        return False


def _refuse_code(rule: Any) -> None:
    if isinstance(rule, dict):
        for key, value in rule.items():
            if len(rule) == 1 and (key in FORBIDDEN or "." in str(key)):
                raise ValueError(f"the operator {key!r} runs code")
            _refuse_code(value)
    elif isinstance(rule, list):
        for item in rule:
            _refuse_code(item)
