"""The first sentences of the commands' help, read from their source: importing them all takes a second."""

import ast
from importlib.util import find_spec
from pathlib import Path


def summary(place: str) -> str:
    """Return the first sentence of the help of the command at a place, `module:function`; "" if there is none."""
    module, _, function = place.partition(":")
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return ""
    for node in ast.parse(Path(spec.origin).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""
