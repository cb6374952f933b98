"""X rules, turned into the text of a rule file of ours."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.importing.operators import Condition
from tocsin.importing.parse import parse_query
from tocsin.importing.query import Refusal
from tocsin.importing.translate import translate
from tocsin.logic.ast import FieldRef
from tocsin.model import Json

_SECONDARY = re.compile(r"(?<!\S)-\S+|\bOR\b|\b(?:lang|is|has|place_country|sample):[^\s)]+")
"""What says little about a rule in its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XRule:
    """A rule as X has it: its text, and the tag that its author gave it, if any."""

    value: str
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a rule: `content` is the rule of ours under `id`, None where `refusals` say why there is none.

    `notes`, `remarks` and `left_out` are as in `Translation`.
    """

    id: str
    source: XRule
    content: dict[str, Any] | None = None
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    left_out: tuple[Refusal, ...] = field(default=())


def import_rules(rules: Iterable[XRule], *, rule_id: str = "", lenient: bool = False) -> list[Imported]:
    """Return what becomes of each rule; no two get the same id, and the first gets `rule_id` if one is given."""
    taken: set[str] = set()
    found: list[Imported] = []
    for given in rules:
        rule = XRule(value=_whole(given.value), tag=_whole(given.tag))
        name = _unused(rule_id or id_of(rule), taken)
        taken.add(name)
        found.append(import_rule(rule, name, lenient=lenient))
    return found


def import_rule(rule: XRule, rule_id: str, *, lenient: bool = False) -> Imported:
    """Return what becomes of one rule."""
    parsed = parse_query(rule.value)
    if parsed.query is None:
        return Imported(id=rule_id, source=rule, refusals=parsed.refusals)
    translation = translate(parsed.query, lenient=lenient)
    if translation.condition is None:
        return Imported(id=rule_id, source=rule, refusals=translation.refusals)
    content: dict[str, Any] = {"description": rule.tag} if rule.tag else {}
    content["x-rule"] = rule.value
    content.update(blocks_of(translation.condition))
    remarks = translation.remarks
    if "match" not in content:
        remarks = (*remarks, "no word or account must be there, so `source.subscribe` has to say what the stream sends")
    return Imported(
        id=rule_id,
        source=rule,
        content=content,
        notes=translation.notes,
        remarks=remarks,
        left_out=translation.left_out,
    )


def blocks_of(condition: Condition) -> dict[str, Condition]:
    """Return a condition as `match` and `when`: in `match` what the stream itself can filter by."""
    parts = condition["and"] if isinstance(condition, dict) and "and" in condition else [condition]
    match: dict[str, Condition] = {}
    rest: list[Condition] = []
    for part in parts if isinstance(parts, list) else [parts]:
        key, value = _match_word(part)
        if key and key not in match:
            match[key] = value
        else:
            rest.append(part)
    if not match.keys() & {"keywords", "users"}:
        # A language alone filters nothing at the stream, and reads better beside the rest.
        return {"when": condition}
    order = [key for key in ("keywords", "users", "language") if key in match]
    blocks: dict[str, Condition] = {"match": {key: match[key] for key in order}}
    if rest:
        blocks["when"] = rest[0] if len(rest) == 1 else {"and": rest}
    return blocks


def _match_word(part: Condition) -> tuple[str, Condition]:
    """Return the key of `match:` that says exactly this, and its value; an empty key if none does."""
    match part:
        case {"word": [first, *_] as words} if not isinstance(first, FieldRef):
            return "keywords", words
        case {"from": names}:
            return "users", names
        case {"eq": [FieldRef() as name, value]} if name == "lang":
            return "language", value
        case _:
            return "", False


def plain(value: Any) -> Json:
    """Return JSON without the `.field` shorthand, which only YAML has."""
    match value:
        case FieldRef():
            return {"var": str(value)}
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value  # type: ignore[no-any-return]


def id_of(rule: XRule) -> str:
    """Return an id made of the rule's tag, or of its first words."""
    return _slug(rule.tag) or _slug(_SECONDARY.sub(" ", rule.value)) or "imported"


def _whole(text: str) -> str:
    """Return the text with halves of surrogate pairs replaced, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) >= 40:
            break
        slug = f"{slug}-{word}" if slug else word[:40]
    # Keys that begin with `x-` are the user's own, and no rules.
    return f"rule-{slug}" if slug.startswith("x-") else slug


def _unused(name: str, taken: Collection[str]) -> str:
    count, unused = 1, name
    while unused in taken:
        count += 1
        unused = f"{name}-{count}"
    return unused


def x_rules(payload: Json) -> list[XRule] | None:
    """Return the rules in what X's API answers or takes: `{"data": [{"value", "tag"}]}`, `{"add": …}` or the list."""
    entries: Any = payload
    if isinstance(payload, dict):
        entries = payload.get("data", payload.get("add", payload.get("rules")))
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return None
    rules: list[XRule] = []
    for entry in entries:
        if isinstance(entry, str):
            rules.append(XRule(value=entry))
        elif isinstance(entry, dict) and isinstance(entry.get("value"), str):
            rules.append(XRule(value=entry["value"], tag=str(entry.get("tag") or "")))
        else:
            return None
    return rules
