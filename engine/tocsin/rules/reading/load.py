"""Reads rule files and folders into one `RuleSet`, or tells everything that is wrong with them at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span, in_order
from tocsin.rules.folding import fold_up
from tocsin.rules.reading.cache import LARGE_BYTES, Cache, Context, size_of
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.definitions import Definitions
from tocsin.rules.reading.files import absolute, display_name, find_files, no_rules, only_overlays
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.overlays import Overlays
from tocsin.rules.reading.parts import FileParts
from tocsin.rules.reading.rule import RuleReader
from tocsin.rules.reading.tested import with_tests
from tocsin.rules.reading.wording import TemplateReader
from tocsin.rules.ruleset import Rule, RuleSet, ruleset_of
from tocsin.rules.syntax.document import Document, Lines, let_go
from tocsin.rules.syntax.yaml import read_document
from tocsin.uncollected import uncollected

MANY: Final = 2_000
"""From so many rules on they are kept folded up, and of their files the text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What reading gave: the rules, None if anything is wrong, and all diagnostics in order of place.

    `sources` holds the lines of every file that was read, for showing diagnostics. `files` are the absolute paths of
    all that the rules depend on: the rule files in the order read, then the list files that they name, whether they
    could be read or not. `documents` are the files once read, by the name that paths of conditions begin with.
    `cached_as` is what the cache calls these rules, None if it doesn't have them.
    """

    ruleset: RuleSet | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    cached_as: str | None = None


def load_rules(
    paths: Sequence[Path],
    vocabulary: Vocabulary,
    *,
    destinations: Collection[str] | None = None,
    installed: Mapping[str, str] | None = None,
    defaults: Layer | None = None,
    cache: Cache | None = None,
) -> Loaded:
    """Read rule files, and folders of them, into one rule set; nothing in them is evaluated.

    Folders are searched through for `*.yaml`, `*.yml` and `*.json`, but for hidden ones and tocsin.yaml itself. With
    `destinations`, each name in `notify` must be among them. With `installed` (versions by distribution), `requires`
    is checked. `defaults` are those of tocsin.yaml. Files are named in diagnostics relative to the working folder if
    they lie in it. Very many rules without a mistake are taken from the `cache`, if one is given, and kept in it.
    """
    context = Context(vocabulary, destinations, installed, defaults)
    with uncollected():
        files, diagnostics = find_files(paths)
        if cache is None or diagnostics or size_of(files) < LARGE_BYTES:
            loaded, parts = _loaded(files, diagnostics, context)
            while parts:
                parts.pop()  # one by one, as below
            return loaded
        known = cache.loaded(files, context)
        if known is not None:
            return Loaded(
                ruleset=known.ruleset,
                diagnostics=(),
                sources=Lines(known.documents),
                files=absolute([*files, *known.lists]),
                documents=known.documents,
                cached_as=known.name,
            )
        loaded, parts = _loaded(files, diagnostics, context)
        if not loaded.diagnostics and not any(part.has_requirements for part in parts):
            name = cache.keep(loaded.ruleset, files, loaded.documents, loaded.files, context)
            return replace(loaded, cached_as=name)
        return loaded


def _loaded(files: Sequence[Path], diagnostics: list[Diagnostic], context: Context) -> tuple[Loaded, list[FileParts]]:
    vocabulary, destinations, defaults = context.vocabulary, context.destinations, context.defaults
    parts = [FileParts(read_document(file, display_name(file)), file.parent) for file in files]
    # Apart and by name: what they add comes in the same order however files are named on a command line.
    overlays = sorted((part for part in parts if part.is_overlay), key=lambda part: part.document.file)
    definitions = Definitions()
    for part in parts:
        diagnostics += part.check_shape() + part.define(definitions) + part.check_requirements(context.installed)
    for overlay in overlays:
        diagnostics += overlay.extend(definitions)
    documents = {part.document.file: part.document for part in parts}
    conditions = ConditionReader(scope=definitions.scope(vocabulary), definitions=definitions)
    diagnostics += _check_macros(conditions, documents)
    reader = RuleReader(conditions=conditions, destinations=destinations, templates=TemplateReader(vocabulary))
    own_parts = [part for part in parts if not part.is_overlay]
    rules, found = _read_rules(own_parts, overlays, reader, [] if defaults is None else [defaults])
    diagnostics += found
    rules, found = with_tests(rules, [part.document for part in own_parts], vocabulary, definitions.words)
    diagnostics += found
    if not diagnostics and len(rules) != sum(len(part.rules()) for part in own_parts):
        # A bug of ours, and better seen than a rule that never fires and nobody knows why.
        raise AssertionError("a rule was left out without a diagnostic")
    if not diagnostics and not rules:
        diagnostics.append(no_rules(files[0]))
    ruleset = None if any(d.severity == "error" for d in diagnostics) else ruleset_of(rules)
    if ruleset is not None and len(rules) >= MANY:
        fold_up(ruleset)
    loaded = Loaded(
        ruleset=ruleset,
        diagnostics=tuple(in_order(_without_consequences(diagnostics, files, parts))),
        sources=Lines(documents),
        files=absolute([*files, *(file for part in parts for file in part.list_files())]),
        documents=documents,
    )
    let_go_of_many(loaded)
    return loaded, parts


def let_go_of_many(loaded: Loaded) -> None:
    """Keep of the files of very many rules the text alone; to be called again once somebody has looked through them."""
    if loaded.ruleset is not None and len(loaded.ruleset.rules) >= MANY:
        let_go(loaded.documents.values())


def _without_consequences(
    diagnostics: Sequence[Diagnostic], files: Sequence[Path], parts: Sequence[FileParts]
) -> list[Diagnostic]:
    """Return the diagnostics without those of names that are only missing because a file is."""
    if parts and all(part.is_overlay for part in parts):
        missing = [only_overlays(files[0])]
    elif any(part.document.is_broken for part in parts):
        missing = []
    else:
        return list(diagnostics)
    return missing + [d for d in diagnostics if d.code not in {"unknown-macro", "unknown-list", "unknown-rule"}]


def _check_macros(conditions: ConditionReader, documents: Mapping[str, Document]) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    scope, definitions = conditions.scope, conditions.definitions
    read = {at: scope.trees[name, True].problems for name, (_, at) in scope.macros.items()}
    for value, at in definitions.macros():
        diagnostics += documents[str(at[0])].place([*definitions.resolved(value, at)[1], *read[at]])
    return diagnostics


def _read_rules(
    parts: Sequence[FileParts], overlays: Sequence[FileParts], reader: RuleReader, defaults: Sequence[Layer]
) -> tuple[list[Rule], list[Diagnostic]]:
    defined, diagnostics = _defined(parts)
    laid_over = Overlays(defined, reader.destinations, reader.conditions)
    for overlay in overlays:
        diagnostics += laid_over.add(overlay.document, overlay.rules())
    rules: dict[str, Rule] = {}
    for part in parts:
        own, found = part.defaults(reader.destinations, reader.conditions)
        diagnostics += found
        for rule_id, value in part.rules().items():
            rule, found = reader.read(
                part.document, rule_id, value, defaults=[*own, *defaults], overlays=laid_over.of(rule_id)
            )
            diagnostics += found
            if rule is not None:
                rules.setdefault(rule_id, rule)
    return list(rules.values()), diagnostics


def _defined(parts: Sequence[FileParts]) -> tuple[dict[str, Span], list[Diagnostic]]:
    """Return where each rule is defined first, and a diagnostic for each further time."""
    first: dict[str, Span] = {}
    diagnostics: list[Diagnostic] = []
    for part in parts:
        for rule_id in part.rules():
            span = part.document.span((part.document.file, "rules", rule_id), on_key=True)
            if rule_id in first:
                diagnostics.append(_duplicate(rule_id, span, first[rule_id]))
            first.setdefault(rule_id, span)
    return first, diagnostics


def _duplicate(rule_id: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        span=span,
        severity="error",
        code="duplicate-rule",
        message=f"rule {rule_id!r} is defined twice; first in {first.file}:{first.line}",
        hint="give one of them another id",
    )
