"""Imported rules as a rule file: YAML as an author would write it, or JSON."""

import json
from collections.abc import Sequence

from tocsin.importing.query import Refusal
from tocsin.importing.xrule import Imported, plain
from tocsin.rules.writing import as_yaml as rules_yaml


def as_yaml(rules: Sequence[Imported]) -> str:
    """Return a rule file of the rules that were not refused, each under what there is to know about it alone."""
    notes = dict.fromkeys(note for rule in rules for note in rule.notes)
    lines = ["# Where the stream's tweets say less than X's:"] if notes else []
    lines += [f"# - {note}" for note in notes]
    lines += ["tocsin: 1", "", "rules:"]
    for number, rule in enumerate(rule for rule in rules if rule.content is not None):
        lines += [""] * (number > 0)
        lines += [f"  # left out: {about_left_out(rule, refusal)}" for refusal in rule.left_out]
        lines += [f"  # {remark}" for remark in rule.remarks]
        lines += [f"  {line}" for line in rules_yaml({rule.id: rule.content}).splitlines()]
    return "\n".join(lines) + "\n"


def as_json(rules: Sequence[Imported]) -> str:
    """Return the same as JSON, which every field is written out in."""
    content = {rule.id: plain(rule.content) for rule in rules if rule.content is not None}
    return json.dumps({"tocsin": 1, "rules": content}, ensure_ascii=False, indent=2) + "\n"


def about_left_out(rule: Imported, refusal: Refusal) -> str:
    """Return which clause was left out of a rule, and why."""
    clause = " ".join(rule.source.value[refusal.start : refusal.end].split())
    return _printable(f"{clause} ({refusal.reason}): {refusal.message}; this rule matches more than X's")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
