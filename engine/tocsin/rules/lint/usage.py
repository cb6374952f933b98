"""Lists, macros and destinations that nothing uses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from tocsin.model import Json
from tocsin.rules.diagnostics import Diagnostic
from tocsin.rules.document import Document
from tocsin.rules.lint.subject import Subject, warning

Kind: TypeAlias = Literal["list", "macro"]
Name: TypeAlias = tuple[Kind, str, str]
"""A definition: its kind, its name, and the file that it stands in."""

_SECTIONS: Final[tuple[tuple[Kind, str], ...]] = (("list", "lists"), ("macro", "macros"))
_NO_CONDITIONS: Final = frozenset({"tests", "title", "body", "description", "labels"})


def definition_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each list and macro that no rule uses, directly or through macros that are used."""
    usage = _Usage(subject.documents)
    for kind, name, file in sorted(usage.defined - usage.used):
        span = subject.documents[file].span((file, f"{kind}s", name), on_key=True)
        hint = "take it out; keys that begin with x- are your own" if kind == "list" else "take it out, or use it"
        yield warning(f"unused-{kind}", span, f"no rule uses {kind} {name!r}", hint)


def destination_findings(subject: Subject) -> Iterator[Diagnostic]:
    """Yield each destination of the configuration that no rule and no route names."""
    used = subject.routed.union(*(rule.notify for rule in subject.rules))
    for name, span in subject.declared.items():
        if name not in used:
            message = f"no rule and no route sends to destination {name!r}"
            yield warning("unused-destination", span, message, "name it in a rule's `notify` or in `routes:`")


class _Usage:
    """Which definitions there are, and which of them rules reach."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self.defined = {name for document in documents.values() for name in _definitions(document)}
        self._files: dict[tuple[Kind, str], list[str]] = {}
        for kind, name, file in sorted(self.defined):
            self._files.setdefault((kind, name), []).append(file)
        self.used: set[Name] = set()
        for document in documents.values():
            value = document.value if isinstance(document.value, dict) else {}
            for section in value.keys() - {"lists", "macros"}:
                self._follow(value[section], document.file)

    def _follow(self, value: Json, file: str) -> None:
        waiting = [(value, file)]
        while waiting:
            part, place = waiting.pop()
            for kind, name in _references(part):
                files = self._files.get((kind, name), [])
                definition = (kind, name, place if place in files else files[0] if files else "")
                if not files or definition in self.used:
                    continue
                self.used.add(definition)
                if kind == "macro":
                    waiting.append((_section(self._documents[definition[2]], "macros")[name], definition[2]))


def _definitions(document: Document) -> Iterator[Name]:
    if isinstance(document.value, dict) and document.value.get("overlay") is True:
        return  # what stands there is added to a list of another file
    for kind, section in _SECTIONS:
        for name in _section(document, section):
            yield kind, name, document.file


def _section(document: Document, name: str) -> dict[str, Json]:
    section = document.value.get(name) if isinstance(document.value, dict) else None
    if not isinstance(section, dict):
        return {}
    return {key: value for key, value in section.items() if not key.startswith("x-")}


def _references(value: Json) -> Iterable[tuple[Kind, str]]:
    """Yield what an expression, or anything that holds some, refers to."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        match part:
            case {"list": str() as name, **rest} if not rest:
                yield "list", name
            case {"macro": str() as name, **rest} if not rest:
                yield "macro", name
            case dict():
                waiting += [
                    item for key, item in part.items() if key not in _NO_CONDITIONS and not key.startswith("x-")
                ]
            case list():
                waiting += part
            case _:
                pass
