"""Looks at the configuration, the rules, the plugins and the destinations, without sending anything."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from tocsin.errors import TocsinError
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.runtime.destinations import make_destination
from tocsin.runtime.doctor.finding import Finding, fail, ok, warn
from tocsin.runtime.project import LoadedProject, PluginChoice, Project, load_project


def load(config: Path, environ: Mapping[str, str], plugins: PluginChoice, today: date) -> LoadedProject | None:
    """Return the project of a configuration; None if there is no such file."""
    return load_project(config, environ, plugins, today=today) if config.exists() else None


def project_findings(config: Path, loaded: LoadedProject | None) -> Iterator[Finding]:
    """Yield how the project is."""
    if loaded is None:
        yield fail("configuration", f"there is no {config}", "`tocsin init` writes a first one, --config names another")
        return
    errors = [diagnostic for diagnostic in loaded.diagnostics if diagnostic.severity == "error"]
    of_config = [error for error in errors if Path(error.span.file).name == config.name]
    of_rules = [error for error in errors if error not in of_config]
    yield _files("configuration", of_config, f"{config} can be used")
    if of_rules or loaded.ruleset is None:
        yield _files("rules", of_rules, "they can't be read while the configuration has errors")
    else:
        yield _rules(loaded)
    for plugin in loaded.host.failed:
        yield fail(
            "plugins", f"{plugin.name} was left out: {plugin.error}", "mend or uninstall it; see `tocsin plugins`"
        )
    if loaded.project is not None:
        yield from _destinations(loaded.project)
        yield _watched(loaded.project)


def _files(name: str, errors: list[Diagnostic], good: str) -> Finding:
    if not errors:
        return ok(name, good)
    first = errors[0]
    place = f"{first.span.file}:{first.span.line}:{first.span.column}"
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    return fail(name, f"{count}, the first at {place}: {first.message}", "`tocsin check` shows all, with hints")


def _rules(loaded: LoadedProject) -> Finding:
    enabled = [] if loaded.ruleset is None else loaded.ruleset.enabled
    if not enabled:
        return fail("rules", "none is enabled", "write one: `tocsin init` shows how")
    warnings = sum(diagnostic.severity == "warning" for diagnostic in loaded.diagnostics)
    said = f"{len(enabled)} in {loaded.rule_files} file{'' if loaded.rule_files == 1 else 's'}"
    if warnings:
        return warn("rules", f"{said}, {warnings} warning{'' if warnings == 1 else 's'}", "`tocsin check` shows them")
    return ok("rules", said)


def _destinations(project: Project) -> Iterator[Finding]:
    good: list[str] = []
    for name, entry in project.settings.destinations.items():
        try:
            make_destination(entry, project.host)
        except TocsinError as error:
            yield fail("destinations", str(error), f"mend destinations.{name}, then `tocsin notify test {name}`")
        else:
            good.append(str(name))
    if good:
        yield ok("destinations", f"can be set up: {', '.join(good)}")
    elif not project.settings.destinations:
        yield warn("destinations", "there are none: alerts reach nobody", "add `destinations:` and `routes:`")


def _watched(project: Project) -> Finding:
    """Return whether anybody would notice that tocsin is gone."""
    settings = project.settings
    by = [name for name, value in (("heartbeat", settings.heartbeat), ("http", settings.http)) if value is not None]
    if not by:
        return warn(
            "watched", "nobody would hear that tocsin stopped", "add `heartbeat:` or `http:` to the configuration"
        )
    return ok("watched", f"by {' and '.join(by)}")
