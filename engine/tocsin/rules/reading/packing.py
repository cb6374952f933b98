"""Very many rules as bytes and back, about 5 µs each: what a cache keeps of them.

What many rules have in common (their words aside, nearly everything) is there once; a rule is a row of numbers that
say which, its id, its place and its words. Nothing is packed that couldn't be unpacked to the same: see `packed`.
"""

import io
import marshal
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from tocsin.model import RuleId
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.folding import moulds_of
from tocsin.rules.reading.origins import FileHome, Recipe, Told, told
from tocsin.rules.ruleset import BESIDE_CONDITION, Kept, Origin, Rule, RuleSet
from tocsin.rules.syntax.document import Document

_SHARED: Final = tuple(name for name in BESIDE_CONDITION if name not in {"id", "span", "origins"})
_Row: TypeAlias = tuple[str, int, int, int, int, int, int, bytes]
"""Id, home, line, column, width, what is shared, shape, and the words."""

_TRUSTED: Final = frozenset({"tocsin.logic.ast", "tocsin.model", "tocsin.rules.cases", "tocsin.rules.flood",
                             "tocsin.rules.ruleset", "tocsin.rules.templates",
                             "tocsin.rules.diagnostics.diagnostic"})  # fmt: skip
_DATES: Final = frozenset({"date", "datetime", "timedelta", "timezone"})


def packed(ruleset: RuleSet) -> bytes | None:
    """Return rules that are folded up as bytes; None if one has something that can't be written down."""
    packer = _Packer()
    try:
        rows = [packer.row(rule) for rule in ruleset.rules.values()]
    except _CannotPack:
        return None
    shared = pickle.dumps(list(packer.shared.values()), protocol=5)
    parts = (
        ruleset.revision, list(packer.files), shared, list(packer.recipes), packer.places, list(packer.shapes), rows
    )  # fmt: skip
    return marshal.dumps(parts)


def unpacked(raw: bytes, documents: Mapping[str, Document]) -> RuleSet:
    """Return the rules that bytes stand for, with the documents that they were read from.

    To be used only for what `packed` gave and nobody else could have changed: `marshal` isn't safe for other bytes.

    Raises:
        ValueError, TypeError, LookupError, EOFError, AttributeError, pickle.UnpicklingError: that is not what they are.
    """
    revision, files, shared, recipes, places, shapes, rows = marshal.loads(raw)  # noqa: S302 - see above
    commons: list[dict[str, Any]] = _Unpickler(io.BytesIO(shared)).load()
    told_by: list[Recipe] = [_recipe(entries, documents) for entries in recipes]
    homes = [FileHome(documents[files[file]], told_by[recipe]) for file, recipe in places]
    moulds = moulds_of(commons)
    rules: dict[RuleId, Rule] = {}
    for rule_id, home, line, column, width, common, shape, words in rows:
        named = RuleId(rule_id)
        rules[named] = moulds[common].rule(named, Kept(shapes[shape], words, homes[home], line, column, width))
    return RuleSet(rules, revision)


class _CannotPack(Exception):
    """Something of a rule is of this process alone."""


@dataclass(slots=True)
class _Packer:
    """Numbers what rules share; each mapping is in order of these numbers."""

    files: dict[str, int] = field(default_factory=dict)
    shapes: dict[tuple[Any, ...], int] = field(default_factory=dict)
    recipes: dict[tuple[Any, ...], int] = field(default_factory=dict)
    shared: dict[tuple[int, ...], dict[str, Any]] = field(default_factory=dict)
    places: list[tuple[int, int]] = field(default_factory=list)
    """Of each home its file and its recipe."""
    _homes: dict[int, int] = field(default_factory=dict)
    _places: dict[tuple[int, ...], int] = field(default_factory=dict)

    def row(self, rule: Rule) -> _Row:
        kept = rule.folded
        if kept is None or not isinstance(kept.home, FileHome) or rule.title.filters or rule.body.filters:
            # A filter is a plugin's function.
            raise _CannotPack
        return (
            str(rule.id),
            self._home(kept.home),
            kept.line,
            kept.column,
            kept.width,
            self._common(rule),
            self.shapes.setdefault(kept.shape, len(self.shapes)),
            kept.literals,
        )

    def _home(self, home: FileHome) -> int:
        if id(home) not in self._homes:
            file = self.files.setdefault(home.file, len(self.files))
            recipe = self.recipes.setdefault(_written(home.recipe), len(self.recipes))
            self._homes[id(home)] = len(self.places)
            self.places.append((file, recipe))
        return self._homes[id(home)]

    def _common(self, rule: Rule) -> int:
        values = {name: getattr(rule, name) for name in _SHARED}
        # By identity: equal values need not be the same, as 1 and true; the values live as long as the rules.
        key = tuple(map(id, values.values()))
        self.shared.setdefault(key, values)
        return self._places.setdefault(key, len(self._places))


def _written(recipe: Recipe) -> tuple[Any, ...]:
    """Return a recipe in nothing but tuples, texts and numbers."""
    entries: list[tuple[Any, ...]] = []
    for key, teller in recipe:
        match teller:
            case None:
                entries.append((key,))
            case Told():
                entries.append((key, teller.teller, teller.file, teller.at))
            case Origin(who, Span(file, line, column, width)):
                entries.append((key, who, file, line, column, width))
            case _:
                raise _CannotPack
    return tuple(entries)


def _recipe(entries: Sequence[tuple[Any, ...]], documents: Mapping[str, Document]) -> Recipe:
    found: list[tuple[str, Told | Origin | None]] = []
    for key, *rest in entries:
        match rest:
            case []:
                found.append((key, None))
            case [teller, file, at]:
                found.append((key, told(teller, documents[file], at)))
            case [teller, file, line, column, width]:
                found.append((key, Origin(teller, Span(file, line, column, width))))
            case _:
                raise ValueError("no origin")
    return tuple(found)


class _Unpickler(pickle.Unpickler):
    """Makes values of rules and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class that rules are made of.

        Raises:
            pickle.UnpicklingError: it is none of these.
        """
        found = super().find_class(module, name) if module in _TRUSTED else None
        if module == date.__module__ and name in _DATES:
            found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is nothing that rules are made of")
        return found
