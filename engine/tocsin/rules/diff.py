"""What differs between two rule sets, rule by rule and key by key, conditions without their sugar.

A snapshot is plain JSON, so that the rule set in force can be kept and compared with files later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tocsin.logic.printing import to_json
from tocsin.model import Json
from tocsin.rules.edits import Edits
from tocsin.rules.printing import throttle_as_json
from tocsin.rules.ruleset import MatchBlock, Rule, RuleException, RuleSet

RuleSnapshot: TypeAlias = "dict[str, Json]"
"""What a rule does, by key; a key at its default is left out."""

Snapshot: TypeAlias = "Mapping[str, RuleSnapshot]"
"""Rules by id, in order of id."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key of a rule, before and after; None where it is at its default."""

    key: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChanges:
    """What leads from one rule set to another; each in order of id."""

    added: Mapping[str, RuleSnapshot]
    changed: Mapping[str, tuple[KeyChange, ...]]
    removed: Mapping[str, RuleSnapshot]

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return bool(self.added or self.changed or self.removed)


def snapshot_of(ruleset: RuleSet) -> Snapshot:
    """Return what every rule does. Tests, and where things stand in files, do not count."""
    return {str(rule.id): snapshot_of_rule(rule) for rule in ruleset.rules.values()}


def snapshot_of_rule(rule: Rule) -> RuleSnapshot:
    """Return what a rule does."""
    every: dict[str, Json] = {
        "title": rule.title.source,
        "body": rule.body.source,
        "description": rule.description,
        "severity": rule.severity.value,
        "labels": dict(rule.labels),
        "match": None if rule.match is None else _match(rule.match),
        "when": to_json(rule.condition),
        "except": [_exception(exception) for exception in rule.exceptions],
        "once_per": None if rule.once_per is None else to_json(rule.once_per),
        "throttle": None if rule.throttle is None else throttle_as_json(rule.throttle),
        "budget": None if rule.budget is None else str(rule.budget),
        "stage": None if rule.stage == "live" else rule.stage,
        "enabled": None if rule.enabled else False,
        "notify": _texts(rule.notify),
    }
    return {key: value for key, value in every.items() if value is not None and value not in ("", [], {})}


def changes_of(before: RuleSet, edits: Edits) -> RuleChanges:
    """Return what edits to a rule set change, looking at no other rules. What only stands elsewhere does not count."""
    old = {rule_id: before.rules[rule_id] for rule_id in (*edits.put, *edits.gone) if rule_id in before.rules}
    return changes_between(snapshot_of(RuleSet(old)), snapshot_of(RuleSet(edits.put)))


def changes_between(before: Snapshot, after: Snapshot) -> RuleChanges:
    """Return what leads from one snapshot to the other."""
    both = sorted(before.keys() & after.keys())
    return RuleChanges(
        added={rule_id: after[rule_id] for rule_id in sorted(after.keys() - before.keys())},
        changed={
            rule_id: changed_keys(before[rule_id], after[rule_id])
            for rule_id in both
            if not _same(before[rule_id], after[rule_id])
        },
        removed={rule_id: before[rule_id] for rule_id in sorted(before.keys() - after.keys())},
    )


def changed_keys(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[KeyChange, ...]:
    """Return which keys of two mappings differ, in their order."""
    keys = dict.fromkeys([*before, *after])
    pairs = [(key, before.get(key), after.get(key)) for key in keys]
    return tuple(KeyChange(key, old, new) for key, old, new in pairs if not _same(old, new))


def _same(before: Json, after: Json) -> bool:
    """Whether two JSON values are equal, `1` and `true` and `1.0` told apart."""
    if type(before) is not type(after):
        return False
    match before, after:
        case dict(), dict():
            return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
        case list(), list():
            return len(before) == len(after) and all(map(_same, before, after))
        case _:
            # NaN, which a condition may name, is unequal even to itself.
            return before == after or (before != before and after != after)


def _match(match: MatchBlock) -> dict[str, Json]:
    every: dict[str, Json] = {
        "keywords": _texts(match.keywords),
        "users": _texts(match.users),
        "language": match.language,
        "min_retweets": match.min_retweets,
    }
    return {key: value for key, value in every.items() if value}


def _exception(exception: RuleException) -> dict[str, Json]:
    until = None if exception.until is None else exception.until.isoformat()
    return {"id": exception.id, "why": exception.why, "until": until, "when": to_json(exception.condition)}


def _texts(values: Iterable[str]) -> list[Json]:
    return [str(value) for value in values]
