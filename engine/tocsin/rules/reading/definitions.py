"""Lists and macros over all files: a file's own name wins, else the one other file that defines it.

Resolution is by the file in which a reference stands, also within a macro that is used elsewhere. So where several
files define a name, each definition gets a name of its own, `hacked (rules/a.yaml)`, and references are rewritten.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tocsin.logic.ast import FieldRef, Path
from tocsin.logic.parse import Scope, with_trees
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, suggest
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.ruleset import Reference

Kind: TypeAlias = Literal["list", "macro"]


@dataclass(frozen=True, slots=True)
class _WordList:
    """Words, and every place that gave some of them."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Macro:
    """An expression, not yet resolved."""

    value: object
    at: Path
    span: Span


@dataclass(slots=True)
class Definitions:
    """What files define, by kind, name and file; filled first, then read."""

    _lists: dict[str, dict[str, _WordList]] = field(default_factory=lambda: defaultdict(dict))
    _macros: dict[str, dict[str, _Macro]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def is_empty(self) -> bool:
        """Whether no file defines anything."""
        return not self._lists and not self._macros

    def add_list(self, name: str, file: str, words: tuple[str, ...], span: Span) -> None:
        """Note a list that a file defines."""
        self._lists[name][file] = _WordList(words, (span,))

    def add_macro(self, name: str, value: object, at: Path, span: Span) -> None:
        """Note a macro, an expression not yet resolved, that stands at a path."""
        self._macros[name][str(at[0])] = _Macro(value, at, span)

    def extend_list(self, name: str, words: tuple[str, ...], at: Path, span: Span) -> Problem | None:
        """Add words to the list that a file defines, once all are noted; return why that can't be done."""
        files = self._lists.get(name, {})
        if len(files) > 1:
            hint = "rename one of them, so that it is clear which is extended"
            return replace(self._ambiguous("list", name, at, hint), on_key=True)
        if not files:
            near = suggest(name, self._lists)
            hint = f"did you mean {near!r}?" if near else "an overlay only extends lists; define it in a rule file"
            message = f"no list {name!r} to extend"
            return Problem(code="unknown-list", message=message, at=at, hint=hint, on_key=True)
        ((file, known),) = files.items()
        self._lists[name][file] = _WordList(tuple(dict.fromkeys([*known.words, *words])), (*known.spans, span))
        return None

    def scope(self, vocabulary: Vocabulary) -> Scope:
        """Return what conditions may refer to once their references went through `resolved`."""
        lists = {
            self._full_name("list", name, file): known.words
            for name, by_file in self._lists.items()
            for file, known in by_file.items()
        }
        macros = {
            self._full_name("macro", name, file): (self.resolved(macro.value, macro.at)[0], macro.at)
            for name, by_file in self._macros.items()
            for file, macro in by_file.items()
        }
        return with_trees(Scope(vocabulary=vocabulary, macros=macros, lists=lists))

    def resolved(self, value: object, at: Path) -> tuple[object, list[Problem]]:
        """Return an expression with its references made definite, and those that could mean several things."""
        problems: list[Problem] = []
        if self.is_empty:
            return value, problems
        return self._rewritten(value, at, problems), problems

    def words(self, name: str, at: Path) -> tuple[str, ...] | Problem:
        """Return the list that a reference at a path means, or why it means none."""
        files = self._lists.get(name, {})
        home = self._home(files, at)
        if home is not None:
            return files[home].words
        if files:
            return self._ambiguous("list", name, at, _DEFINE_HERE)
        near = suggest(name, self._lists)
        hint = f"did you mean {near!r}?" if near else "define it under 'lists:'"
        return Problem(code="unknown-list", message=f"no list {name!r}", at=at, hint=hint)

    def macros(self) -> list[tuple[object, Path]]:
        """Return every macro as it is written, with its path."""
        return [(macro.value, macro.at) for by_file in self._macros.values() for macro in by_file.values()]

    def references(self, values: Iterable[tuple[object, Path]]) -> tuple[Reference, ...]:
        """Return the macros and lists that values use, those within macros too, each place once, in the order met."""
        found: dict[Reference, None] = {}
        if self.is_empty:
            return ()
        for value, at in values:
            self._collect(value, at, found)
        return tuple(found)

    def _collect(self, value: object, at: Path, found: dict[Reference, None]) -> None:
        for kind, name in _references_in(value):
            if kind == "list":
                lists = self._lists.get(name, {})
                home = self._home(lists, at)
                found |= {Reference("list", name, span): None for span in (lists[home].spans if home else ())}
                continue
            macros = self._macros.get(name, {})
            home = self._home(macros, at)
            if home is not None and (reference := Reference("macro", name, macros[home].span)) not in found:
                found[reference] = None
                self._collect(macros[home].value, macros[home].at, found)

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
        files = self._defined(kind).get(name, {})
        home = self._home(files, at)
        if home is None and files:
            problems.append(self._ambiguous(kind, name, at, _DEFINE_HERE))
            # Any of them, so that one mistake is not reported twice.
            home = min(files)
        return name if home is None else self._full_name(kind, name, home)

    def _home(self, files: Mapping[str, object], at: Path) -> str | None:
        """Return which of the files a reference at a path means, None if none or any of several."""
        own = str(at[0])
        if own in files:
            return own
        return next(iter(files)) if len(files) == 1 else None

    def _ambiguous(self, kind: Kind, name: str, at: Path, hint: str) -> Problem:
        first, second = sorted(self._defined(kind)[name])[:2]
        message = f"{kind} {name!r} is defined in {first} and in {second}"
        return Problem(code=f"ambiguous-{kind}", message=message, at=at, hint=hint)

    def _full_name(self, kind: Kind, name: str, file: str) -> str:
        return name if len(self._defined(kind)[name]) == 1 else f"{name} ({file})"

    def _defined(self, kind: Kind) -> Mapping[str, Mapping[str, object]]:
        return self._lists if kind == "list" else self._macros


_DEFINE_HERE = "define it in this file, or rename one of them"


def _references_in(value: object) -> Iterator[tuple[Kind, str]]:
    match value:
        case {"list": str() as name, **rest} if not rest:
            yield "list", name
        case {"macro": str() as name, **rest} if not rest:
            yield "macro", name
        case dict():
            for item in value.values():
                yield from _references_in(item)
        case list():
            for item in value:
                yield from _references_in(item)
        case _:
            pass
