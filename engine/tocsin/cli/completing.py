"""Answers to the shell that completes a command line: names of commands, rules and destinations, in a few dozen ms.

Importing a command takes longer than a key may; so what is asked most is answered from here, by stand-ins for the
commands. Options, which need the command itself, are answered by it.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from tocsin.cli.summaries import summary

_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
_SECTION: Final = re.compile(r"^rules:[^\S\n]*(?:#.*)?\n((?:[^\S\n]+.*\n?|#.*\n?|\s*\n)*)", re.MULTILINE)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


def complete(commands: Mapping[str, str], load: Callable[[str], click.Command | None], variable: str) -> None:
    """Answer the question that a shell asks in an environment variable; say nothing where anything is wrong.

    `commands` are all commands with the places of their functions; `load` imports one.
    """
    # Whatever is wrong, with a file or with us, a message in the middle of somebody's typing helps nobody.
    try:
        shell, _, instruction = os.environ[variable].partition("_")
        kind = get_completion_class(shell)
        if kind is not None:
            answering = kind(_StandIn(commands, load), {}, "tocsin", variable)
            click.echo(answering.source() if instruction == "source" else _answer(answering), nl=False)
    except Exception:  # noqa: BLE001 - see above
        return


def _answer(answering: ShellComplete) -> str:
    args, incomplete = answering.get_completion_args()
    if isinstance(answering.cli, _StandIn):
        answering.cli.wants_options = incomplete.startswith("-")
    return "".join(f"{answering.format_completion(item)}\n" for item in answering.get_completions(args, incomplete))


class _StandIn(click.Group):
    """The whole program, of which only what is needed is imported."""

    def __init__(self, commands: Mapping[str, str], load: Callable[[str], click.Command | None]) -> None:
        super().__init__("tocsin", params=[click.Option(["--version"], is_flag=True)])
        self._places = commands
        self._load = load
        self.wants_options = False

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        stand_in = None if self.wants_options else stand_ins().get(cmd_name)
        return stand_in if stand_in is not None and cmd_name in self._places else self._load(cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        names = sorted(name for name in self._places if name.startswith(incomplete))
        return [CompletionItem(name, help=summary(self._places[name])) for name in names]


def stand_ins() -> dict[str, click.Command]:
    """Return the commands whose arguments are rules, destinations or files, without what they do."""
    config = click.Option(["--config"], type=click.Path(), default="tocsin.yaml")
    rule = click.Argument(["rule"], required=False, shell_complete=_complete_rules)
    only = click.Option(["--rule"], shell_complete=_complete_rules)
    paths = click.Argument(["paths"], nargs=-1, type=click.Path())
    destination = click.Argument(["destination"], required=False, shell_complete=_complete_destinations)
    ids = click.Argument(["ids"], nargs=-1)
    to = click.Option(["--to"], shell_complete=_complete_destinations)
    test = _command("test", config, destination)
    return {
        "alerts": _command("alerts", config, only),
        "check": _command("check", config, paths),
        "expand": _command("expand", config, rule),
        "explain": _command("explain", config, rule, click.Option(["--tweet"], type=click.Path())),
        "match": _command("match", config, click.Option(["--rules"], type=click.Path()), paths),
        "notify": click.Group("notify", commands=[test]),
        "outbox": click.Group(
            "outbox",
            commands=[
                _command("list", config, to, only),
                _command("retry", config, ids, to, only),
                _command("drop", config, ids, to, only),
            ],
        ),
        "render": _command("render", config, rule, to, click.Option(["--tweet"], type=click.Path())),
        "route": click.Group("route", commands=[_command("test", config, only)]),
        "test": _command("test", config, only, paths),
        "trace": _command("trace", config, click.Argument(["id"]), only, click.Option(["--tweet"], type=click.Path())),
    }


def _command(name: str, *params: click.Parameter) -> click.Command:
    return click.Command(name, params=list(params), context_settings={"ignore_unknown_options": True})


def _complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in rule_ids(_config(ctx)) if name.startswith(incomplete)]


def _complete_destinations(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in destination_names(_config(ctx)) if name.startswith(incomplete)]


def _config(ctx: click.Context) -> Path:
    return Path(ctx.params.get("config") or "tocsin.yaml")


def destination_names(config: Path) -> list[str]:
    """Return the names of the destinations in a configuration, sorted; none where it can't be read."""
    section = _sections(config).get("destinations")
    return sorted(section) if isinstance(section, dict) else []


def rule_ids(config: Path) -> list[str]:
    """Return the ids of the rules that a configuration names, sorted; without one, of those in the folder `rules`."""
    named = _sections(config).get("rules", "rules")
    paths = [config.parent / path for path in (named if isinstance(named, list) else [named]) if isinstance(path, str)]
    files = [file for path in paths for file in (_rule_files(path) if path.is_dir() else [path])]
    return sorted({rule for file in files for rule in _ids_in(file)})


def _sections(config: Path) -> Mapping[str, Any]:
    from tocsin.rules.syntax.yaml import read_document

    if not config.is_file():
        return {}
    value = read_document(config, config.name).value
    return value if isinstance(value, dict) else {}


def _rule_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in _SUFFIXES and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _ids_in(file: Path) -> Iterable[str]:
    """Return the ids in a rule file, found by their indentation where it is YAML as people write it: a hundred files
    can't be parsed while somebody waits.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if file.suffix == ".json":
        rules = json.loads(text).get("rules", {})
        return [name for name in rules if _ID.fullmatch(name)]
    section = _SECTION.search(text)
    if section is None:
        return []
    first = re.search(r"^( +)[^\s#]", section[1], re.MULTILINE)
    margin = first[1] if first is not None else "  "
    names = re.findall(rf"^{margin}[\"']?([a-z0-9][a-z0-9-]*)[\"']?:", section[1], re.MULTILINE)
    return [name for name in names if not name.startswith("x-")]
