"""`tocsin test`: the tests in rules, run on a virtual clock; nothing is sent and no network is used."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from tocsin.cli.loading import show_failed_plugins, show_problems
from tocsin.cli.options import DEFAULT_CONFIG, plugin_choice, plugins_option
from tocsin.errors import ConfigError, RulesError
from tocsin.logic.vocabulary import Vocabulary, did_you_mean
from tocsin.model import RuleId
from tocsin.proving.junit import as_junit
from tocsin.proving.mutationreport import as_text as mutants_as_text
from tocsin.proving.mutationreport import idle_marks
from tocsin.proving.record import as_json
from tocsin.proving.report import as_text
from tocsin.proving.session import mutate_all, prove
from tocsin.rules.diagnostics.report import Sources, summary
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule, RuleSet
from tocsin.runtime.project import LoadedProject, LoadedRules, PluginChoice, load_project, load_words_and_rules


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--rule", "rule_ids", multiple=True, metavar="ID", help="Only this rule; may be repeated.")
@click.option("--coverage", is_flag=True, help="List every clause that no test has seen both true and false.")
@click.option("--mutate", is_flag=True, help="Change each rule in small ways; tell which changes no test notices.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: tocsin.yaml, if no PATH is given."
)
@click.option("--format", "form", type=click.Choice(["text", "junit", "json"]), default="text", show_default=True)
@plugins_option
def test(
    paths: tuple[Path, ...],
    rule_ids: tuple[str, ...],
    coverage: bool,
    mutate: bool,
    config: Path | None,
    form: str,
    no_plugins: bool,
) -> None:
    """Run the tests that rules bring along, on a virtual clock.

    Without PATH, the rules that tocsin.yaml names. Rules that are switched off or in stage shadow are tested too.
    Plugins' operators are used; their transforms are not run: a test sets the fields that they would add.

    With --mutate, a threshold is shifted, a word or clause left out, a comparison turned, one at a time: a good test
    fails then. For each change that no test notices, the test to add is printed.

    Exit status: 0 all passed, 1 a test failed, a mutant survived or rules have errors, 2 nothing to test.

    \b
    Example:
      tocsin test rules/ --mutate
      tocsin test --rule exchange-hack --format junit > report.xml
    """
    loaded = _opened(paths, config, plugin_choice(no_plugins))
    chosen = _chosen(loaded.ruleset, rule_ids)
    with _progress("testing", len(chosen)) as advance:
        proved = prove(chosen, loaded.vocabulary, loaded.places, advance)
    mutated = None
    if mutate:
        with _progress("mutating", len(chosen)) as advance:
            mutated = mutate_all(proved, loaded.vocabulary, loaded.places, advance)
        show_problems(idle_marks(mutated), loaded.sources)
    match form:
        case "junit":
            click.echo(as_junit(proved, mutated or ()), nl=False)
        case "json":
            click.echo(as_json(proved, mutated), nl=False)
        case _:
            click.echo(as_text(proved, all_unseen=coverage))
            if mutated is not None:
                click.echo(f"\n{mutants_as_text(mutated)}")
    sys.exit(0 if all(one.passed for one in (*proved, *(mutated or ()))) else 1)


@dataclass(frozen=True, slots=True)
class _Opened:
    ruleset: RuleSet
    vocabulary: Vocabulary
    places: SourceMap
    sources: Sources


def _opened(paths: Sequence[Path], config: Path | None, plugins: PluginChoice) -> _Opened:
    loaded = _loaded(paths, config, plugins)
    if loaded.ruleset is None:
        show_problems(loaded.diagnostics, loaded.sources)
        raise RulesError(summary(loaded.diagnostics, rules=0, files=0), count=len(loaded.diagnostics))
    # Tests send nothing: they run where the configuration isn't whole and the secrets are not, in CI above all.
    show_failed_plugins(loaded.host)
    return _Opened(loaded.ruleset, loaded.vocabulary, loaded.places, loaded.sources)


def _loaded(paths: Sequence[Path], config: Path | None, plugins: PluginChoice) -> LoadedRules | LoadedProject:
    if paths and config is None:
        return load_words_and_rules(paths, plugins)
    path = config or DEFAULT_CONFIG
    if not path.exists():
        what = "there is no configuration at" if config else "no PATH was given and there is no"
        raise ConfigError(f"{what} {path}; `tocsin init` writes a first one")
    return load_project(path, os.environ, plugins, rules=paths)


def _chosen(ruleset: RuleSet, rule_ids: Sequence[str]) -> list[Rule]:
    for rule_id in rule_ids:
        if rule_id not in ruleset.rules:
            hint = did_you_mean(rule_id, ruleset.rules, f"there are: {', '.join(list(ruleset.rules)[:20])}")
            raise click.BadParameter(f"no rule {rule_id!r}; {hint}", param_hint="--rule")
    wanted = {RuleId(rule_id) for rule_id in rule_ids} or set(ruleset.rules)
    rules = [rule for rule in ruleset.rules.values() if rule.id in wanted]
    return sorted(rules, key=lambda rule: rule.span)


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error while it is a terminal; give what moves it on by one."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
