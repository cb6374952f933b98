"""Lint over a project or over rule files alone, with the comments that silence it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import DestinationName
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.lint.ignores import without_ignored
from tocsin.rules.lint.lint import findings, without_minor
from tocsin.rules.lint.subject import Subject
from tocsin.rules.reading.cache import Cache
from tocsin.rules.reading.load import Loaded

if TYPE_CHECKING:
    from tocsin.config.load import LoadedSettings
    from tocsin.config.settings import Settings

_USES: Final = frozenset({"unused-macro", "unused-list", "unused-destination"})
_ACROSS_FILES: Final = _USES | {"subsumed-rule"}
"""What only shows when all rules were read."""
_WITH_CONFIGURATION: Final = frozenset({"no-destination", "unused-destination", "subsumed-rule", "idle-inhibition"})
"""What only shows when it is known where alerts go."""


def linted(
    problems: Iterable[Diagnostic],
    read: Loaded,
    vocabulary: Vocabulary,
    today: date,
    *,
    configuration: "LoadedSettings | None" = None,
    partly: bool = False,
    cache: Cache | None = None,
    only_urgent: bool = False,
) -> list[Diagnostic]:
    """Return the problems with what lint found, without those that comments silence.

    Rules with errors are not linted, and their comments not looked at: half of what there is would be missing. Where
    only a part of the configuration's rules was read (`partly`), nothing needs a use. With `only_urgent` nothing is
    looked for that `without_minor` takes out, and rules that the `cache` knows to be proved aren't proved again.
    """
    if read.ruleset is None:
        return list(problems)
    unjudged = set(_ACROSS_FILES) if partly else set()
    subject = Subject(ruleset=read.ruleset, documents=read.documents, vocabulary=vocabulary, today=today)
    documents = [*read.documents.values()]
    if configuration is not None and configuration.document is not None:
        documents.append(configuration.document)
    if configuration is None or configuration.settings is None:
        unjudged |= _WITH_CONFIGURATION
    else:
        from tocsin.config.idle_inhibitions import idle_inhibitions
        from tocsin.runtime.hearing import destinations_by_rule

        settings = configuration.settings
        subject.destinations = destinations_by_rule(settings, read.ruleset, vocabulary)
        later = [route.escalate.to for route in settings.routes if route.escalate is not None]
        at_once = [route.notify for route in settings.routes]
        subject.routed = frozenset(name for names in (*at_once, *later) for name in names) | _told(settings)
        subject.declared = _declared(configuration)
        problems = [*problems, *idle_inhibitions(settings.inhibitions, vocabulary)]
    found = [*problems, *_found(subject, read, cache if only_urgent else None, only_urgent=only_urgent)]
    if partly:
        found = [diagnostic for diagnostic in found if diagnostic.code not in _USES]
    return without_ignored(found, documents, today, unjudged=unjudged)


def _found(subject: Subject, read: Loaded, cache: Cache | None, *, only_urgent: bool) -> list[Diagnostic]:
    are_proved = cache is not None and read.cached_as is not None and cache.is_proved(read.cached_as)
    found = findings(subject, only_urgent=only_urgent, are_proved=are_proved)
    if cache is not None and read.cached_as is not None and not are_proved and not without_minor(found):
        cache.note_proved(read.cached_as)
    return found


def _told(settings: "Settings") -> set[DestinationName]:
    """Return the destinations that hear of tocsin itself."""
    of_stream, heartbeat = settings.source.no_tweets, settings.heartbeat
    names = {settings.reload.notify, of_stream and of_stream.notify, heartbeat and heartbeat.destination}
    return {name for name in names if name}


def _declared(configuration: "LoadedSettings") -> Mapping[DestinationName, Span]:
    document = configuration.document
    if document is None:
        return {}
    return {
        name: document.span((document.file, "destinations", name), on_key=True) for name in configuration.destinations
    }
