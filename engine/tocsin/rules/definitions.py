"""Lists and macros over all files: a file's own name wins, else the one other file that defines it.

Resolution is by the file in which a reference stands, also within a macro that is used elsewhere. So where several
files define a name, each definition gets a name of its own, `hacked (rules/a.yaml)`, and references are rewritten.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tocsin.logic.ast import FieldRef, Path
from tocsin.logic.parse import Scope, with_trees
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, suggest

Kind: TypeAlias = Literal["list", "macro"]


@dataclass(slots=True)
class Definitions:
    """What files define, by kind, name and file; filled with `add_list` and `add_macro`, then read."""

    _lists: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    _macros: dict[str, dict[str, tuple[object, Path]]] = field(default_factory=lambda: defaultdict(dict))

    def add_list(self, name: str, file: str, words: tuple[str, ...]) -> None:
        """Note a list that a file defines."""
        self._lists[name][file] = words

    def add_macro(self, name: str, file: str, value: object, at: Path) -> None:
        """Note a macro that a file defines: an expression, not yet resolved."""
        self._macros[name][file] = (value, at)

    def scope(self, vocabulary: Vocabulary) -> Scope:
        """Return what conditions may refer to once their references went through `resolved`."""
        lists = {
            self._full_name("list", name, file): words
            for name, by_file in self._lists.items()
            for file, words in by_file.items()
        }
        macros = {
            self._full_name("macro", name, file): (self.resolved(value, at)[0], at)
            for name, by_file in self._macros.items()
            for file, (value, at) in by_file.items()
        }
        return with_trees(Scope(vocabulary=vocabulary, macros=macros, lists=lists))

    def resolved(self, value: object, at: Path) -> tuple[object, list[Problem]]:
        """Return an expression with its references made definite, and those that could mean several things."""
        problems: list[Problem] = []
        return self._rewritten(value, at, problems), problems

    def words(self, name: str, at: Path) -> tuple[str, ...] | Problem:
        """Return the list that a reference at a path means, or why it means none."""
        full_name = self._meaning("list", name, at)
        if isinstance(full_name, Problem):
            return full_name
        for file, words in self._lists.get(name, {}).items():
            if self._full_name("list", name, file) == full_name:
                return words
        near = suggest(name, self._lists)
        hint = f"did you mean {near!r}?" if near else "define it under 'lists:'"
        return Problem(code="unknown-list", message=f"no list {name!r}", at=at, hint=hint)

    def macros(self) -> list[tuple[object, Path]]:
        """Return every macro as it is written, with its path."""
        return [definition for by_file in self._macros.values() for definition in by_file.values()]

    def _rewritten(self, value: object, at: Path, problems: list[Problem]) -> object:
        match value:
            case {"list": str() as name, **rest} if not rest and not isinstance(name, FieldRef):
                return {"list": self._definite("list", name, (*at, "list"), problems)}
            case {"macro": str() as name, **rest} if not rest and not isinstance(name, FieldRef):
                return {"macro": self._definite("macro", name, (*at, "macro"), problems)}
            case dict():
                return {key: self._rewritten(item, (*at, key), problems) for key, item in value.items()}
            case list():
                return [self._rewritten(item, (*at, index), problems) for index, item in enumerate(value)]
            case _:
                return value

    def _definite(self, kind: Kind, name: str, at: Path, problems: list[Problem]) -> str:
        meaning = self._meaning(kind, name, at)
        if isinstance(meaning, Problem):
            problems.append(meaning)
            # Any of them, so that one mistake is not reported twice.
            return self._full_name(kind, name, min(self._defined(kind)[name]))
        return meaning

    def _meaning(self, kind: Kind, name: str, at: Path) -> str | Problem:
        files = self._defined(kind).get(name, {})
        own = str(at[0])
        if own in files:
            return self._full_name(kind, name, own)
        if len(files) > 1:
            first, second = sorted(files)[:2]
            return Problem(
                code=f"ambiguous-{kind}",
                message=f"{kind} {name!r} is defined in {first} and in {second}",
                at=at,
                hint="define it in this file, or rename one of them",
            )
        return name

    def _full_name(self, kind: Kind, name: str, file: str) -> str:
        return name if len(self._defined(kind)[name]) == 1 else f"{name} ({file})"

    def _defined(self, kind: Kind) -> dict[str, dict[str, tuple[str, ...]]] | dict[str, dict[str, tuple[object, Path]]]:
        return self._lists if kind == "list" else self._macros
