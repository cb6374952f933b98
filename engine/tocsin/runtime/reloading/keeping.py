"""What is in force, written down for the store: all of it once, and then what has changed."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tocsin.model import RuleId
from tocsin.rules.diff import snapshot_of_rule
from tocsin.rules.edits import edits_between
from tocsin.rules.ruleset import Rule
from tocsin.runtime.reloading.record import settings_record
from tocsin.runtime.reloading.replacement import InForce


@dataclass(frozen=True, slots=True)
class Written:
    """What to keep: a JSON object, and rules by id as JSON texts. `gone` is None where these are all of them."""

    document: Mapping[str, Any]
    rules: Mapping[str, str]
    gone: frozenset[RuleId] | None


Keep: TypeAlias = Callable[[Written], Awaitable[None]]
"""Stores what is written; see `Store.put_in_force`."""


def written(running: InForce, kept: InForce | None) -> Written:
    """Return what to keep of what runs, given what is kept of it already. Made to run in a thread."""
    ruleset = running.project.ruleset
    document = {
        "revision": ruleset.revision,
        "settings": settings_record(running.subscription, running.project.settings),
    }
    if kept is None:
        return Written(document, _texts(ruleset.rules.values()), None)
    edits = edits_between(kept.project.ruleset.rules, ruleset.rules)
    return Written(document, _texts(edits.put.values()), edits.gone)


def _texts(rules: Iterable[Rule]) -> dict[str, str]:
    # One by one: written in one go, many rules would stop every other thread for as long as that takes.
    return {str(rule.id): json.dumps(snapshot_of_rule(rule), separators=(",", ":")) for rule in rules}
