"""Reads tocsin.yaml into `Settings`, or tells everything that is wrong with it at once, secrets apart."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tocsin.config.masking import masked_lines, shown_key, without_values
from tocsin.config.plugged import PluginSettings
from tocsin.config.schema import LATER_KEYS, ConfigShape
from tocsin.config.secret import Secret
from tocsin.config.sections import Sections
from tocsin.config.settings import Settings
from tocsin.config.variables import Variables
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.model import DestinationName
from tocsin.rules.diagnostics.diagnostic import Diagnostic, in_order
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.defaults import read_defaults
from tocsin.rules.reading.files import display_name
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.schema import fit
from tocsin.rules.syntax.document import Document
from tocsin.rules.syntax.yaml import read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """What reading gave: the settings, None if anything is wrong, and all diagnostics in order of place.

    `rules`, `destinations`, `plugin_options`, `plugged` (all of `plugins:`) and `defaults` (those of rules) hold what
    the file says as far as it can be told, also where `settings` is None, so that rules can be checked in the same run.
    `sources` holds the file's lines, secrets masked. `document` is the file itself, None if it can't be read as YAML.
    """

    settings: Settings | None
    diagnostics: tuple[Diagnostic, ...]
    rules: tuple[Path, ...] = ()
    destinations: frozenset[DestinationName] = frozenset()
    plugin_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plugged: PluginSettings = field(default_factory=PluginSettings)
    defaults: Layer | None = None
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    document: Document | None = None


def load_settings(
    path: Path,
    environ: Mapping[str, str],
    *,
    vocabulary: Vocabulary | None = None,
    source_types: Collection[str] | None = (),
) -> LoadedSettings:
    """Read a configuration file, filling in variables from `environ` and from files.

    `vocabulary` is what the conditions of routes may use beside an alert's own fields; the standard one if not given.
    `source_types` are the types of sources that plugins bring, None where any may be.
    No diagnostic holds a value that was filled in, nor one that may be secret.
    """
    document = read_document(path, display_name(path))
    diagnostics = [without_values(diagnostic) for diagnostic in document.problems]
    sources = {document.file: masked_lines(document)}
    if document.is_broken:
        return LoadedSettings(settings=None, diagnostics=tuple(diagnostics), sources=sources)
    variables = Variables(environ, path.absolute().parent)
    value = variables.filled(document.value, (document.file,))
    diagnostics += document.place(variables.problems)
    # What a missing variable leaves open is no further mistake.
    mistaken = document.mistaken | {problem.at for problem in variables.problems}
    document = replace(document, value=value, mistaken=mistaken)
    words = vocabulary or standard_vocabulary()
    sections = Sections(document, path.absolute().parent, words, source_types)
    plugged = sections.plugged()
    settings = _knowing(sections.settings(path.absolute(), plugged), variables)
    diagnostics += document.place([*_check_shape(document), *sections.problems])
    defaults, wrong = _defaults(document, settings.destinations, words)
    diagnostics += wrong
    return LoadedSettings(
        settings=settings if not diagnostics else None,
        diagnostics=tuple(in_order(diagnostics)),
        rules=settings.rules,
        destinations=frozenset(settings.destinations),
        plugin_options=settings.plugin_options,
        plugged=plugged,
        defaults=defaults,
        sources=sources,
        document=document,
    )


def _knowing(settings: Settings, variables: Variables) -> Settings:
    """Return the settings with what was filled in at each destination: its action must not repeat it."""
    hidden: dict[DestinationName, list[Secret]] = {}
    for at, value in variables.values:
        match at[1:]:
            case ("destinations", str() as name, *_):
                hidden.setdefault(DestinationName(name), []).append(Secret(value))
            case _:
                pass
    destinations = {
        name: replace(entry, hidden=tuple(hidden.get(name, ()))) for name, entry in settings.destinations.items()
    }
    return replace(settings, destinations=destinations)


def _check_shape(document: Document) -> list[Problem]:
    if document.value is None:
        return []
    _, problems = fit(ConfigShape, document.value, (document.file,), LATER_KEYS)
    return [_discreet(problem) for problem in problems]


def _defaults(
    document: Document, destinations: Collection[str], vocabulary: Vocabulary
) -> tuple[Layer | None, list[Diagnostic]]:
    if not isinstance(document.value, dict) or "defaults" not in document.value:
        return None, []
    at = (document.file, "defaults")
    return read_defaults(
        "configuration",
        document,
        document.value["defaults"],
        at,
        destinations=destinations,
        conditions=ConditionReader.without_definitions(vocabulary),
        discreet=_discreet,
    )


def _discreet(problem: Problem) -> Problem:
    """Return the problem without a key that may be a secret in the wrong place, or a value that was filled in."""
    match problem.code:
        case "unknown-key":
            return replace(problem, message=f"no {shown_key(str(problem.at[-1]))} key here")
        case "bad-severity" | "bad-stage" | "bad-then":
            return replace(problem, message=f"no such {problem.at[-1]}")
        case "bad-duration" | "bad-rate":
            return replace(problem, message=f"no {problem.code.removeprefix('bad-')}")
        case _:
            return problem
