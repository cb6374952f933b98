"""What it costs to read rules from files, and what a rule that was read weighs."""

import gc
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final, TypeVar

from tocsin.bench.workload import Writer
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.compiled import compile_rules
from tocsin.matching.index import CandidateIndex
from tocsin.rules.reading.cache import Cache
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import RuleSet

_T = TypeVar("_T")
_VOCABULARY: Final = standard_vocabulary()
_A_FILE: Final = 1_000
"""Rules in one file, as people divide them."""
_SEED: Final = 3
_PLAIN: Final = re.compile(r"[a-z]{3,}")
_WORDS_OF_YAML: Final = frozenset({"null", "true", "false", "yes", "off"})
_SEVERITIES: Final = ("low", "medium", "high", "critical")
_TEAMS: Final = ("care", "press", "security", "legal", "platform")


_WEIGHED: Final = 10_000
"""Rules that are weighed at most: keeping account of every object takes five times as long as making it."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds of processor time to read rules from files, from the cache, and to index them; and what one weighs.

    `read_bytes` is what one takes once read, its part of the files' text included, `indexed_bytes` ready to run.
    """

    cold_s: float
    warm_s: float
    indexed_s: float
    read_bytes: float
    indexed_bytes: float


def loading(count: int) -> Loading:
    """Return what so many rules cost."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        written(folder / "rules", count)
        cache = Cache(folder / "cache")
        cold_s, _ = _timed(lambda: _read(folder / "rules", None))
        _read(folder / "rules", cache)
        warm_s, rules = _timed(lambda: _read(folder / "rules", cache))
        indexed_s, _ = _timed(lambda: _indexed(rules))
    return Loading(cold_s, warm_s, indexed_s, *_weighed(min(count, _WEIGHED)))


def _weighed(count: int) -> tuple[float, float]:
    with TemporaryDirectory() as name:
        written(Path(name), count)
        tracemalloc.start()
        try:
            rules = _read(Path(name), None)
            gc.collect()
            read_bytes = tracemalloc.get_traced_memory()[0]
            index = _indexed(rules)
            gc.collect()
            indexed_bytes = tracemalloc.get_traced_memory()[0]
            del rules, index
        finally:
            tracemalloc.stop()
    return read_bytes / count, indexed_bytes / count


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    gc.collect()
    began = process_time()
    done = work()
    return process_time() - began, done


def _read(folder: Path, cache: Cache | None) -> RuleSet:
    loaded = load_rules([folder], _VOCABULARY, cache=cache)
    if loaded.ruleset is None:
        raise ValueError(loaded.diagnostics[0].message)
    return loaded.ruleset


def _indexed(rules: RuleSet) -> CandidateIndex:
    return CandidateIndex(compile_rules(rules.enabled, _VOCABULARY), _VOCABULARY)


def rule_files(count: int) -> Iterator[str]:
    """Yield the text of rule files, which have so many rules among them; the same ones every time."""
    writer, rng = Writer(_SEED), Random(_SEED)
    for first in range(0, count, _A_FILE):
        rules = (_rule(number, writer, rng) for number in range(first, min(first + _A_FILE, count)))
        yield "tocsin: 1\nrules:\n" + "".join(rules)


def written(folder: Path, count: int) -> None:
    """Write rule files, which have so many rules among them, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
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
