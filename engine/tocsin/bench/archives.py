"""Ways through an archive of tweets: which lines hold one of many words, whatever their case.

All get the same file and the same words, one thread, and say how many lines they found. What isn't installed is left
out: DuckDB, Polars and ripgrep come with the dependency group `bench`, grep and jq with the system.

Some are told all words at once and say only that one was there; others, as `tocsin match` does, which.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from tocsin.bench.contenders import compiled
from tocsin.bench.workload import Writer
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.automaton import ByteAutomaton
from tocsin.matching.index import CandidateIndex
from tocsin.matching.prescan import ByteSearch, Prescan, byte_search
from tocsin.sources.blocks import Block
from tocsin.sources.scrapest.decode import Malformed, parse_object
from tocsin.sources.spans import block_of, read_spans

_JQ_MOST: Final = 10
"""Words past which jq, which tries them one by one, would keep everybody waiting."""

Search: TypeAlias = Callable[[Path, Sequence[str]], int]
"""From a file of JSON lines and words to how many lines have one of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one way through the archive took: processor seconds, and the lines it found."""

    name: str
    seconds: float
    lines: int


def compared(words: int, tweets: int) -> list[Found]:
    """Run every way that is there over an archive of so many tweets, with so many words."""
    writer = Writer(1)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tweets.jsonl"
        with file.open("wb") as out:
            for _ in range(tweets):
                out.write(writer.tweet() + b"\n")
        if _is_there("polars"):
            _write_parquet(file)
        wanted = [writer.word() for _ in range(words)]
        return [_timed(name, search, file, wanted) for name, search in _ways(words).items()]


def _ways(words: int) -> dict[str, Search]:
    ways: dict[str, Search] = {"tocsin match": partial(_tocsin, search=byte_search)}
    if _is_there("hyperscan"):
        ways["tocsin match without hyperscan"] = partial(_tocsin, search=ByteAutomaton)
    if _is_there("duckdb"):
        ways["DuckDB, one thread"] = _duckdb
    if _is_there("polars"):
        ways["Polars on Parquet, each word"] = _polars_by_rule
        ways["Polars on Parquet, all at once"] = _polars_parquet
        ways["Polars on JSON lines, all at once"] = _polars_lines
    for program, arguments in (("rg", ["-c", "-i", "-F", "-f"]), ("grep", ["-c", "-i", "-F", "-f"])):
        if found := _program(program):
            ways[f"{program} -i -F -f, lines as they are"] = _grepping(found, arguments)
    if shutil.which("jq") and words <= _JQ_MOST:
        ways["jq"] = _jq
    return ways


def _timed(name: str, search: Search, file: Path, words: Sequence[str]) -> Found:
    began = _processor_s()
    lines = search(file, words)
    return Found(name, _processor_s() - began, lines)


def _processor_s() -> float:
    usages = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _program(name: str) -> str | None:
    """Return where a program is, beside this Python first: wheels put theirs there."""
    return shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))


def _is_there(module: str) -> bool:
    return find_spec(module) is not None


def _tocsin(file: Path, words: Sequence[str], search: Callable[[Sequence[bytes]], ByteSearch]) -> int:
    """Do what `tocsin match` does with a rule for each word, short of printing alerts."""
    rules = compiled([{"contains": word} for word in words])
    vocabulary = standard_vocabulary()
    index = CandidateIndex(rules, vocabulary)
    scan = Prescan.of([rule.rule for rule in rules], vocabulary, search)
    if scan is None:
        raise ValueError("these words have no needles")
    found = 0
    with file.open("rb") as cut, file.open("rb", buffering=0) as lines:
        for piece in read_spans(cut, name=file.name):
            block = piece if isinstance(piece, Block) else block_of(piece, lines, name=file.name)
            for begin, end in scan.lines(block.lines):
                tweet = parse_object(block.lines[begin:end])
                found += not isinstance(tweet, Malformed) and bool(index.decided(Facts(tweet)))
    return found


def _duckdb(file: Path, words: Sequence[str]) -> int:
    duckdb = import_module("duckdb")
    database = duckdb.connect(config={"threads": 1})
    any_of = " OR ".join("contains(t, ?)" for _ in words)
    query = (
        f"SELECT count(*) FROM (SELECT lower(text) AS t FROM read_json(?, format='newline_delimited')) WHERE {any_of}"  # noqa: S608
    )
    row = database.execute(query, [str(file), *words]).fetchone()
    return int(row[0])


def _polars_lines(file: Path, words: Sequence[str]) -> int:
    os.environ["POLARS_MAX_THREADS"] = "1"
    polars = import_module("polars")
    return _counted(polars.scan_ndjson(file), words)


def _polars_parquet(file: Path, words: Sequence[str]) -> int:
    os.environ["POLARS_MAX_THREADS"] = "1"
    polars = import_module("polars")
    return _counted(polars.scan_parquet(file.with_suffix(".parquet")), words)


def _polars_by_rule(file: Path, words: Sequence[str]) -> int:
    """Ask for each word apart, as somebody must who wants to know which rule was true."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    polars = import_module("polars")
    text = polars.col("text").str.to_lowercase()
    by_rule = polars.any_horizontal([text.str.contains(word, literal=True) for word in words])
    frame = polars.scan_parquet(file.with_suffix(".parquet"))
    return int(frame.select(by_rule.sum()).collect().item())


def _write_parquet(file: Path) -> None:
    os.environ["POLARS_MAX_THREADS"] = "1"
    polars = import_module("polars")
    polars.read_ndjson(file).write_parquet(file.with_suffix(".parquet"))


def _counted(frame: Any, words: Sequence[str]) -> int:
    polars = import_module("polars")
    text = polars.col("text").str.to_lowercase()
    found = frame.select(text.str.contains_any(list(words)).sum())
    return int(found.collect().item())


def _grepping(program: str, arguments: Sequence[str]) -> Search:
    def search(file: Path, words: Sequence[str]) -> int:
        patterns = file.with_name("words")
        patterns.write_text("\n".join(words) + "\n")
        done = subprocess.run([program, *arguments, patterns, file], stdout=subprocess.PIPE, check=False)  # noqa: S603
        return int(done.stdout or 0)

    return search


def _jq(file: Path, words: Sequence[str]) -> int:
    tests = " or ".join(f"contains({json.dumps(word)})" for word in words)
    program = f"select(.text | ascii_downcase | {tests}) | 1"
    done = subprocess.run(["jq", "-c", program, file], stdout=subprocess.PIPE, check=False)  # noqa: S603, S607
    return done.stdout.count(b"\n")
