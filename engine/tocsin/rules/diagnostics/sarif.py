"""Diagnostics as SARIF 2.1.0, which code scanning and editors read.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0 plus Errata 01, OASIS Standard.
"""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from tocsin import __version__
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.diagnostics.meanings import MEANINGS, REMEDIES, page_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
"""What relative addresses count from: the folder that `tocsin check` ran in, known to whoever reads the log."""


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one SARIF log with one run; `rules` holds the diagnostics that occur, by number."""
    names = sorted({d.code for d in diagnostics}, key=NUMBERS.__getitem__)
    positions = {name: position for position, name in enumerate(names)}
    run = {
        "tool": {
            "driver": {
                "name": "tocsin",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(name) for name in names],
            }
        },
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that `tocsin check` ran in."}}},
        # Not the default: characters are counted, as in all other formats, and not UTF-16 code units.
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, positions[d.code]) for d in diagnostics],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n"


def _rule(name: str) -> dict[str, Any]:
    meaning = MEANINGS[name]
    number = NUMBERS[name]
    help_text = f"{meaning}\n\n{REMEDIES[name]}" if name in REMEDIES else meaning
    return {
        "id": number,
        "name": name,
        "shortDescription": {"text": meaning},
        "help": {"text": help_text, "markdown": help_text},
        "properties": {"docs": page_of(number)},
    }


def _result(diagnostic: Diagnostic, rule_index: int) -> dict[str, Any]:
    span = diagnostic.span
    text = f"{diagnostic.message}; {diagnostic.hint}" if diagnostic.hint else diagnostic.message
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.line,
        "endColumn": span.column + span.width,
    }
    return {
        "ruleId": diagnostic.number,
        "ruleIndex": rule_index,
        "level": diagnostic.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": _place(span.file), "region": region}}],
    }


def _place(file: str) -> dict[str, str]:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix(), errors="replace"), "uriBaseId": _BASE}
