"""Where each value of a rule comes from, looked up in the files only when somebody asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tocsin.logic.ast import Path
from tocsin.model import RuleId
from tocsin.rules.ruleset import Origin, Teller
from tocsin.rules.syntax.document import Document


@dataclass(frozen=True, slots=True)
class Told:
    """A place that says something of rules: who tells it, and the path in a file. Two are equal in equal files."""

    teller: Teller
    file: str
    digest: bytes
    at: Path
    document: Document = field(compare=False)

    def origin(self, *keys: str) -> Origin:
        """Return where one of its values comes from."""
        if self.teller == "built-in":
            return Origin("built-in")
        return Origin(self.teller, self.document.span((*self.at, *keys), on_key=True))


def told(teller: Teller, document: Document, at: Path) -> Told:
    """Return a place in a document."""
    return Told(teller, document.file, document.digest, at, document)


Recipe: TypeAlias = tuple[tuple[str, Told | Origin | None], ...]
"""By key: what tells the value, None for the rule itself; or the origin where it is known already."""


@dataclass(frozen=True, slots=True, eq=False)
class FileHome:
    """Rules of one document whose values the same places tell."""

    document: Document
    recipe: Recipe

    @property
    def file(self) -> str:
        """The document's name."""
        return self.document.file

    def origins(self, rule_id: RuleId) -> "Origins":
        """Return where the values of one of these rules come from."""
        return Origins(self.document, rule_id, self.recipe)


class Origins(Mapping[str, Origin]):
    """The origins of one rule's values, by key; labels as `labels.NAME`, exceptions as `except.ID`.

    Of the places of values most are never asked for, and they cost more than the values: what is kept is only who
    tells which, and rules that say the same keys share that.
    """

    __slots__ = ("_document", "_recipe", "_rule_id")

    def __init__(self, document: Document, rule_id: str, recipe: Recipe) -> None:
        self._document = document
        self._rule_id = rule_id
        self._recipe = recipe

    def __getitem__(self, key: str) -> Origin:
        for name, teller in self._recipe:
            if name == key:
                return self._origin(name, teller)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._recipe)

    def __len__(self) -> int:
        return len(self._recipe)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Origins) and self._is_as_in(other):
            return True
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self))

    @property
    def home(self) -> FileHome:
        """The same but for the rule."""
        return FileHome(self._document, self._recipe)

    def _is_as_in(self, other: "Origins") -> bool:
        """Whether both are of the same rule of files that are the same to the letter."""
        return (
            self._rule_id == other._rule_id
            and self._document.digest == other._document.digest != b""
            and self._document.file == other._document.file
            and self._recipe == other._recipe
        )

    def _origin(self, key: str, teller: Told | Origin | None) -> Origin:
        if isinstance(teller, Origin):
            return teller
        keys = _steps(key)
        if teller is not None:
            return teller.origin(*keys)
        at = (self._document.file, "rules", self._rule_id, *keys)
        return Origin("rule", self._document.span(at, on_key=True))


def _steps(key: str) -> tuple[str, ...]:
    section, dot, name = key.partition(".")
    return (section, name) if dot else (section,)
