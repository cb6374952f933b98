"""Every code that the source can give has a number and a meaning, and no other has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tocsin
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.meanings import MEANINGS, REMEDIES

ENGINE = Path(tocsin.__file__).parent
SOURCES = [
    *ENGINE.glob("rules/**/*.py"),
    *ENGINE.glob("config/**/*.py"),
    *ENGINE.glob("logic/**/*.py"),
    *ENGINE.glob("runtime/**/*.py"),
    *ENGINE.glob("proving/**/*.py"),
    *ENGINE.glob("plugins/**/*.py"),
]
MAKERS = {
    "Trouble": 0,
    "TemplateProblem": 0,
    "_note": 0,
    "_add": 0,
    "refuse": 0,
    "warning": 0,
    "_at": 1,
    "_about": 1,
    "_unreadable": 1,
}
"""Functions that take a code, and which of their arguments it is."""
BUILT = {"ambiguous-list", "ambiguous-macro", "unused-list", "unused-macro"}
"""Codes that are put together where they are given."""


def codes_in(source: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        candidates = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        candidates += call.args[MAKERS[name] :][:1] if name in MAKERS else []
        for node in (part for candidate in candidates for part in ast.walk(candidate)):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z]+)*", str(node.value)):
                yield str(node.value)


def test_every_code_has_a_meaning_and_no_other_has() -> None:
    assert sorted(MEANINGS) == sorted(NUMBERS)
    assert set(REMEDIES) <= set(NUMBERS)


def test_every_code_that_is_given_has_a_number_and_no_other_has() -> None:
    given = {code for source in SOURCES for code in codes_in(source)} | BUILT
    assert sorted(NUMBERS) == sorted(given)


def test_no_number_is_used_twice() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)
