"""Lists, macros and destinations that nothing uses."""

from collections.abc import Iterator
from typing import Final

from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import Subject, warning
from tocsin.rules.syntax.document import Document

_SECTIONS: Final = (("list", "lists"), ("macro", "macros"))


def definition_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each list and macro that no rule uses, directly or through macros that are used."""
    used = {(reference.kind, reference.span) for rule in subject.rules for reference in rule.references}
    for document in subject.documents.values():
        for kind, section in _SECTIONS:
            for name in _names(document, section):
                span = document.span((document.file, section, name), on_key=True)
                if (kind, span) not in used:
                    yield warning(f"unused-{kind}", span, f"no rule uses {kind} {name!r}", "take it out, or use it")


def destination_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each destination of the configuration that no rule and no route names."""
    used = subject.routed.union(*(rule.notify for rule in subject.rules))
    for name, span in subject.declared.items():
        if name not in used:
            message = f"no rule and no route sends to destination {name!r}"
            yield warning("unused-destination", span, message, "name it in a rule's `notify` or in `routes:`")


def _names(document: Document, section: str) -> list[str]:
    """Return what a section defines; keys that begin with `x-` are the user's own."""
    value = document.value.get(section) if isinstance(document.value, dict) else None
    return [name for name in value if not name.startswith("x-")] if isinstance(value, dict) else []
