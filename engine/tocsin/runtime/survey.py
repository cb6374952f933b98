"""Looks at plugins in a process of its own, so that one that hangs, crashes or ends the process harms nobody.

Run as `python -m tocsin.runtime.survey`, it loads what standard input says and prints what it found as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any, Final

from tocsin.config.plugged import PinSettings, PluginSettings
from tocsin.plugins.contain import clean
from tocsin.plugins.host import GROUP, PluginInfo
from tocsin.runtime.project import PluginChoice, load_words

LIMIT: Final = timedelta(seconds=60)
"""How long loading all plugins may take; those that are imported where they can be interrupted need less."""

BEGIN: Final = "\x1etocsin survey\n"
"""Stands before the answer: plugins may print too, past Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """A plugin as another process saw it; `options` are the names of its options."""

    info: PluginInfo
    options: tuple[str, ...]


def survey(choice: PluginChoice, plugged: PluginSettings, *, limit: timedelta = LIMIT) -> list[Surveyed]:
    """Return what loading the plugins gives, without importing any of them here."""
    found = _asked(choice, plugged, limit)
    if isinstance(found, list):
        return found
    # One of them took the process with it: ask for each by itself, to know which.
    surveyed: list[Surveyed] = []
    for name in sorted({entry.name for entry in entry_points(group=GROUP)}):
        if choice.only is not None and name not in choice.only:
            continue
        one = _asked(PluginChoice(enabled=choice.enabled, only=(name,)), plugged, limit)
        if isinstance(one, list):
            surveyed += [item for item in one if item.info.name == name]
        else:
            surveyed.append(Surveyed(info=_lost(name, one), options=()))
    return surveyed


def _asked(choice: PluginChoice, plugged: PluginSettings, limit: timedelta) -> list[Surveyed] | str:
    """Return what a process of its own found, or how that ended."""
    only = None if choice.only is None else list(choice.only)
    asked = {"enabled": choice.enabled, "only": only, "plugged": _as_json(plugged)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tocsin.runtime.survey"],
            input=json.dumps(asked).encode(), capture_output=True, timeout=limit.total_seconds(), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"loading it took longer than {limit.total_seconds():g} s"
    _, _, answer = done.stdout.decode("utf-8", "replace").rpartition(BEGIN)
    try:
        records: list[dict[str, Any]] = json.loads(answer)
    except ValueError:
        return f"loading it ended the process (status {done.returncode})"
    return [_of(record) for record in records]


def _lost(name: str, how: str) -> PluginInfo:
    dist = next((entry.dist for entry in entry_points(group=GROUP, name=name)), None)
    return PluginInfo(
        name=clean(name, 60), distribution=dist.name if dist else "?", version=dist.version if dist else "?",
        state="failed", error=how,
    )  # fmt: skip


def record_of(info: PluginInfo, options: Collection[str]) -> dict[str, Any]:
    """Return a plugin as JSON; of its options, their names: `tocsin schema` has the rest."""
    return {
        "name": info.name,
        "distribution": info.distribution,
        "version": info.version,
        "state": info.state,
        "hooks": list(info.hooks),
        "registered": list(info.registered),
        "error": info.error,
        "took_s": round(info.took_s, 3),
        "options": list(options),
    }


def _of(record: Mapping[str, Any]) -> Surveyed:
    info = PluginInfo(
        name=record["name"], distribution=record["distribution"], version=record["version"], state=record["state"],
        hooks=tuple(record["hooks"]), registered=tuple(record["registered"]), error=record["error"],
        took_s=record["took_s"],
    )  # fmt: skip
    return Surveyed(info=info, options=tuple(record["options"]))


def _as_json(plugged: PluginSettings) -> dict[str, Any]:
    pins = None
    if plugged.pins is not None:
        pins = {name: [pin.version, pin.sha256, dict(pin.files)] for name, pin in plugged.pins.items()}
    return {
        "options": {name: dict(options) for name, options in plugged.options.items()},
        "only": None if plugged.only is None else list(plugged.only),
        "pins": pins,
    }


def _plugged(given: Mapping[str, Any]) -> PluginSettings:
    pins = given["pins"]
    return PluginSettings(
        given["options"],
        None if given["only"] is None else tuple(given["only"]),
        None if pins is None else {name: PinSettings(*pin) for name, pin in pins.items()},
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Load what standard input says, and print what came of it."""
    del arguments
    asked = json.load(sys.stdin)
    host, _ = load_words(PluginChoice(enabled=asked["enabled"], only=asked["only"]), _plugged(asked["plugged"]))
    records = [record_of(info, () if info.options is None else info.options.model_fields) for info in host.plugins]
    sys.stdout.write(BEGIN + json.dumps(records))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
