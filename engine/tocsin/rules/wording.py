"""Reads a title or body where it stands: its mistakes get the place within the text."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tocsin.hookspecs import Type
from tocsin.logic.ast import Path
from tocsin.rules.diagnostics import Diagnostic
from tocsin.rules.document import Document
from tocsin.rules.templates import Template, parse_template


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a template and where it stands."""

    text: str
    document: Document
    at: Path


def read_template(
    wording: Wording, fields: Mapping[str, Type], labels: Collection[str]
) -> tuple[Template | None, list[Diagnostic]]:
    """Return the template, None where it has mistakes, and those of them that nobody told yet."""
    template, wrong = parse_template(wording.text, fields, labels)
    document, at = wording.document, wording.at
    if at in document.mistaken:
        return template, []
    return template, [
        Diagnostic(
            span=document.span_of(at, problem.name, after_line=problem.line - 1),
            severity="error",
            code=problem.code,
            message=problem.message,
            hint=problem.hint,
        )
        for problem in wrong
    ]
