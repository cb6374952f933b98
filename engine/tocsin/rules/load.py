"""Reads rule files and folders into one `RuleSet`, or tells everything that is wrong with them at once."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Json
from tocsin.rules.definitions import Definitions
from tocsin.rules.diagnostics import Diagnostic, Span, in_order
from tocsin.rules.document import Document
from tocsin.rules.files import SUFFIXES, rule_files
from tocsin.rules.requirements import unmet
from tocsin.rules.rule import RuleReader
from tocsin.rules.ruleset import Rule, RuleSet, ruleset_of
from tocsin.rules.schema import LATER_FILE_KEYS, FileShape, fit, wrong_type
from tocsin.rules.words import list_words
from tocsin.rules.yaml import read_document

FORMAT_VERSION = 1
_INIT = "`tocsin init` writes a first one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What reading gave: the rules, None if anything is wrong, and all diagnostics in order of place.

    `sources` holds the lines of every file that was read, for showing diagnostics.
    """

    ruleset: RuleSet | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)


def load_rules(
    paths: Sequence[Path],
    vocabulary: Vocabulary,
    *,
    destinations: Collection[str] | None = None,
    installed: Mapping[str, str] | None = None,
) -> Loaded:
    """Read rule files, and folders of them, into one rule set; nothing in them is evaluated.

    Folders are searched through for `*.yaml`, `*.yml` and `*.json`, but for hidden ones and tocsin.yaml itself. With
    `destinations`, each name in `notify` must be among them. With `installed` (versions by distribution), `requires`
    is checked. Files are named in diagnostics relative to the working folder if they lie in it.
    """
    files, diagnostics = _find(paths)
    documents = [read_document(file, display_name(file)) for file in files]
    parts = [_FileParts(document, file.parent) for document, file in zip(documents, files, strict=True)]
    definitions = Definitions()
    for part in parts:
        diagnostics += part.define(definitions)
        diagnostics += part.check_requirements(installed)
    reader = RuleReader(scope=definitions.scope(vocabulary), definitions=definitions, destinations=destinations)
    diagnostics += _check_macros(definitions, reader, documents)
    rules, found = _read_rules(parts, reader)
    diagnostics += found
    if not diagnostics and len(rules) != sum(len(part.rules()) for part in parts):
        # A bug of ours, and better seen than a rule that never fires and nobody knows why.
        raise AssertionError("a rule was left out without a diagnostic")
    if not diagnostics and not rules:
        diagnostics.append(_no_rules(files[0]))
    if any(document.is_broken for document in documents):
        # What is missing may be defined in the file that can't be read.
        diagnostics = [d for d in diagnostics if d.code not in {"unknown-macro", "unknown-list"}]
    return Loaded(
        ruleset=None if any(d.severity == "error" for d in diagnostics) else ruleset_of(rules),
        diagnostics=tuple(in_order(diagnostics)),
        sources={document.file: document.lines for document in documents},
    )


def display_name(path: Path) -> str:
    """Return how diagnostics call a file: relative to the working folder if it lies in it."""
    absolute = path.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)


def _find(paths: Sequence[Path]) -> tuple[list[Path], list[Diagnostic]]:
    files: dict[Path, Path] = {}
    diagnostics: list[Diagnostic] = []
    for path in paths:
        if path.is_dir():
            inside, closed = rule_files(path)
            diagnostics += [_closed(error, path) for error in closed]
            if not inside and not closed:
                hint = f"rule files end in {', '.join(sorted(SUFFIXES))}"
                diagnostics.append(_about(path, "no-rules", "no rule files in this folder", hint))
        elif path.exists():
            inside = [path]
        else:
            inside = []
            diagnostics.append(_about(path, "no-such-file", "no such file or folder", _INIT))
        for file in inside:
            # Not `resolve`, which raises for links in a circle.
            files.setdefault(Path(os.path.realpath(file)), file)
    if not paths:
        diagnostics.append(_about(Path("rules"), "no-rules", "no rule files are named", "name them under `rules:`"))
    return list(files.values()), diagnostics


def _closed(error: OSError, folder: Path) -> Diagnostic:
    return _about(Path(error.filename or folder), "no-such-file", f"can't be read: {error.strerror or error}", "")


def _about(path: Path, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(span=Span(display_name(path), 1, 1), severity="error", code=code, message=message, hint=hint)


def _no_rules(file: Path) -> Diagnostic:
    return _about(file, "no-rules", "no rule in any file", "write one under `rules:`; `tocsin init` shows how")


class _FileParts:
    """The parts of one rule file, as far as its shape lets them be told apart."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self._folder = folder
        self._root = (document.file,)
        value = document.value
        self._value = value if isinstance(value, dict) else {}
        self.diagnostics = list(document.problems)
        if not document.is_broken and value is not None:
            shape, problems = fit(FileShape, value, self._root, LATER_FILE_KEYS)
            if shape is not None and shape.tocsin != FORMAT_VERSION:
                problems.append(_bad_version(shape.tocsin, (*self._root, "tocsin")))
            self.diagnostics += document.place(problems)
        self._seen: set[str] = set()

    def rules(self) -> dict[str, Json]:
        """Return the file's rules by id, unchecked."""
        return self._section("rules")

    def define(self, definitions: Definitions) -> list[Diagnostic]:
        """Add the file's lists and macros to what all files define; return what is wrong with the file so far."""
        problems: list[Problem] = []
        for name, value in self._section("lists").items():
            words, wrong = list_words(value, (*self._root, "lists", name), self._folder)
            problems += wrong
            # A list that can't be read stands in with one word, so that its uses are not complained of too.
            definitions.add_list(name, self.document.file, words or (name,))
        for name, value in self._section("macros").items():
            at = (*self._root, "macros", name)
            if value is None:
                problems.append(wrong_type("a condition", None, at))
            definitions.add_macro(name, self.document.file, self.document.expression(value, at), at)
        return self.diagnostics + self.document.place(problems)

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


def _check_macros(definitions: Definitions, reader: RuleReader, documents: Sequence[Document]) -> list[Diagnostic]:
    by_file = {document.file: document for document in documents}
    scope = reader.scope
    read = {at: scope.trees[name, True].problems for name, (_, at) in scope.macros.items()}
    diagnostics: list[Diagnostic] = []
    for value, at in definitions.macros():
        diagnostics += by_file[str(at[0])].place([*definitions.resolved(value, at)[1], *read[at]])
    return diagnostics


def _read_rules(parts: Sequence[_FileParts], reader: RuleReader) -> tuple[list[Rule], list[Diagnostic]]:
    first: dict[str, Span] = {}
    rules: list[Rule] = []
    diagnostics: list[Diagnostic] = []
    for part in parts:
        for rule_id, value in part.rules().items():
            rule, found = reader.read(part.document, rule_id, value)
            diagnostics += found
            span = part.document.span((part.document.file, "rules", rule_id), on_key=True)
            if rule_id in first:
                diagnostics.append(_duplicate(rule_id, span, first[rule_id]))
                continue
            first[rule_id] = span
            if rule is not None:
                rules.append(rule)
    return rules, diagnostics


def _duplicate(rule_id: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        span=span,
        severity="error",
        code="duplicate-rule",
        message=f"rule {rule_id!r} is defined twice; first in {first.file}:{first.line}",
        hint="give one of them another id",
    )


def _bad_version(version: int, at: tuple[str | int, ...]) -> Problem:
    hint = f"this version reads `tocsin: {FORMAT_VERSION}`; a later tocsin may read {version}"
    return Problem(code="format-version", message=f"format {version} is not known", at=at, hint=hint)
