"""The parts of one rule file, as far as its shape lets them be told apart."""

from collections.abc import Collection, Mapping
from pathlib import Path

from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.defaults import read_defaults
from tocsin.rules.reading.definitions import Definitions
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.overlays import check_overlay
from tocsin.rules.reading.requirements import unmet
from tocsin.rules.reading.schema import FileShape, fit, wrong_type
from tocsin.rules.reading.words import list_file, list_words
from tocsin.rules.syntax.document import Document

FORMAT_VERSION = 1


class FileParts:
    """One rule file; each part is read when it is asked for, `folder` being where the file lies."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self._folder = folder
        self._root = (document.file,)
        value = document.value
        self._value = value if isinstance(value, dict) else {}
        # Whatever is written there but false: what is no truth value has a diagnostic, and an overlay is meant.
        self.is_overlay = self._value.get("overlay", False) is not False

    def check_shape(self) -> list[Diagnostic]:
        """Return what is wrong with the file as YAML and with its outermost keys."""
        if self.document.is_broken or self.document.value is None:
            return list(self.document.problems)
        if self.is_overlay:
            problems = check_overlay(self.document.value, self._root)
        else:
            _, problems = fit(FileShape, self.document.value, self._root)
        version = self._value.get("tocsin", FORMAT_VERSION)
        if isinstance(version, int) and version != FORMAT_VERSION:
            problems.append(_bad_version(version, (*self._root, "tocsin")))
        return [*self.document.problems, *self.document.place(problems)]

    def rules(self) -> dict[str, Json]:
        """Return the file's rules by id, unchecked."""
        return self._section("rules")

    def list_files(self) -> list[Path]:
        """Return the files that hold the words of the file's lists, whether they are there or not."""
        found = (list_file(value, self._folder) for value in self._section("lists").values())
        return [file for file in found if file is not None]

    def define(self, definitions: Definitions) -> list[Diagnostic]:
        """Add the file's lists and macros to what all files define; return what is wrong with them so far."""
        if self.is_overlay:
            return []
        problems: list[Problem] = []
        for name, value in self._section("lists").items():
            at = (*self._root, "lists", name)
            words, wrong = list_words(value, at, self._folder)
            problems += wrong
            # A list that can't be read stands in with one word, so that its uses are not complained of too.
            definitions.add_list(name, self.document.file, words or (name,), self.document.span(at, on_key=True))
        for name, value in self._section("macros").items():
            at = (*self._root, "macros", name)
            if value is None:
                problems.append(wrong_type("a condition", None, at))
            expression = self.document.expression(value, at)
            definitions.add_macro(name, expression, at, self.document.span(at, on_key=True))
        return self.document.place(problems)

    def extend(self, definitions: Definitions) -> list[Diagnostic]:
        """Extend by the lists of this overlay those that other files define; return what is wrong with that."""
        problems: list[Problem] = []
        for name, value in self._section("lists").items():
            at = (*self._root, "lists", name)
            words, wrong = list_words(value, at, self._folder)
            unclear = definitions.extend_list(name, words, at, self.document.span(at, on_key=True))
            problems += wrong if unclear is None else [*wrong, unclear]
        return self.document.place(problems)

    def defaults(
        self, destinations: Collection[str] | None, conditions: ConditionReader
    ) -> tuple[list[Layer], list[Diagnostic]]:
        """Return what the file's `defaults:` say, if it has any, and what is wrong with them."""
        if "defaults" not in self._value:
            return [], []
        at = (*self._root, "defaults")
        layer, diagnostics = read_defaults(
            "file", self.document, self._value["defaults"], at, destinations=destinations, conditions=conditions
        )
        return [layer], diagnostics

    @property
    def has_requirements(self) -> bool:
        """Whether the file asks for distributions to be installed."""
        return bool(self._section("requires"))

    def check_requirements(self, installed: Mapping[str, str] | None) -> list[Diagnostic]:
        """Return the requirements of the file that `installed` doesn't meet."""
        requires = self._section("requires").get("plugins")
        if installed is None or not isinstance(requires, dict):
            return []
        ranges = {name: value for name, value in requires.items() if isinstance(value, str)}
        return self.document.place(unmet(ranges, installed, (*self._root, "requires", "plugins")))

    def _section(self, name: str) -> dict[str, Json]:
        section = self._value.get(name)
        if not isinstance(section, dict):
            return {}
        return {key: value for key, value in section.items() if not key.startswith("x-")}


def _bad_version(version: int, at: tuple[str | int, ...]) -> Problem:
    hint = f"this version reads `tocsin: {FORMAT_VERSION}`; a later tocsin may read {version}"
    return Problem(code="format-version", message=f"format {version} is not known", at=at, hint=hint)
