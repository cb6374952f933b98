"""From the path of a part of a condition back to the line where it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.logic.ast import Path
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.syntax.document import Document


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where every part of the rules stands, by the documents that they were read from."""

    documents: Mapping[str, Document] = field(default_factory=dict)

    def span(self, at: Path) -> Span | None:
        """Return the place of the key that a path ends in, or of what is nearest around it; None if it has none."""
        document = self.documents.get(str(at[0])) if at else None
        return None if document is None else document.span(at, on_key=True)

    def lists(self, at: Path) -> tuple[str, ...]:
        """Return the names of the lists that the value at a path refers to."""
        value = self._value(at)
        items = value if isinstance(value, list) else [value]
        names = [item["list"] for item in items if isinstance(item, dict) and list(item) == ["list"]]
        return tuple(name for name in names if isinstance(name, str))

    def _value(self, at: Path) -> Json:
        document = self.documents.get(str(at[0])) if at else None
        value = None if document is None else document.value
        for key in at[1:]:
            match value:
                case dict() if isinstance(key, str):
                    value = value.get(key)
                case list() if isinstance(key, int) and key < len(value):
                    value = value[key]
                case _:
                    return None
        return value


def macro_of(at: Path) -> str | None:
    """Return the macro in whose text a path lies, None if it lies in a rule's own."""
    return str(at[2]) if len(at) > 2 and at[1] == "macros" else None
