"""What it costs to read rules from files, and what a rule that was read weighs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from tocsin.bench.workload import Writer

_A_FILE: Final = 1_000
"""Rules in one file, as people divide them."""
_SEED: Final = 3
_PLAIN: Final = re.compile(r"[a-z]{3,}")
_WORDS_OF_YAML: Final = frozenset({"null", "true", "false", "yes", "off"})
_SEVERITIES: Final = ("low", "medium", "high", "critical")
_TEAMS: Final = ("care", "press", "security", "legal", "platform")


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds of processor time to read, compile and index so many rules."""

    rules: int
    read_s: float
    compiled_s: float
    indexed_s: float


def rule_files(count: int) -> Iterator[str]:
    """Yield the text of rule files, which have so many rules among them; the same ones every time."""
    writer, rng = Writer(_SEED), Random(_SEED)
    for first in range(0, count, _A_FILE):
        rules = (_rule(number, writer, rng) for number in range(first, min(first + _A_FILE, count)))
        yield "tocsin: 1\nrules:\n" + "".join(rules)


def written(folder: Path, count: int) -> None:
    """Write rule files, which have so many rules among them, into a folder."""
    for place, text in enumerate(rule_files(count)):
        (folder / f"rules-{place:04}.yaml").write_text(text, encoding="utf-8")


def _rule(number: int, writer: Writer, rng: Random) -> str:
    lines = [f"  rule-{number:06}:"]
    if rng.random() < 0.2:
        lines.append(f'    title: "{writer.word()} by {{{{ user.username }}}}: {{{{ text | clip(120) }}}}"')
    if rng.random() < 0.5:
        lines.append(f"    severity: {rng.choice(_SEVERITIES)}")
    if rng.random() < 0.3:
        lines.append(f"    labels: {{team: {rng.choice(_TEAMS)}, topic: {_scalar(writer.word())}}}")
    if rng.random() < 0.5:
        lines.append(f"    notify: [{rng.choice(_TEAMS)}]")
    lines.append(f"    when: {_flow(writer.condition())}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """Return a condition as people write it: on one line, with quotes only where they are needed."""
    if isinstance(value, dict):
        ((key, item),) = value.items()
        if key == "var":
            return f".{item}"
        return f"{{{key if key.isalpha() or '_' in key else json.dumps(key)}: {_flow(item)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) is not None and value not in _WORDS_OF_YAML
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
