"""An archive held against many rules by `tocsin match`, DuckDB, and ripgrep with jq: the same predicates and finds.

    python -m tests.benchmarks.archive                                # 1,000,000 tweets, 1,000 rules: minutes
    python -m tests.benchmarks.archive --tweets 50000 --jq 50000

jq tries each rule on each line that ripgrep lets through, so it gets only the first `--jq` lines of the archive.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tocsin.bench.workload import Writer

Pairs = frozenset[tuple[str, int]]
"""Ids of tweets, each with the number of a rule that is true of it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one way through the archive took, in seconds, and what it found in how many lines."""

    name: str
    processor_s: float
    clock_s: float
    found: Pairs
    lines: int


def main() -> None:
    """Run every way and print what each took."""
    arguments = _arguments()
    writer = Writer(1)
    with TemporaryDirectory() as made:
        folder = Path(made)
        rules = [writer.standard_condition() for _ in range(arguments.rules)]
        document = {f"r{number}": {"when": rule} for number, rule in enumerate(rules)}
        (folder / "rules.yaml").write_text(json.dumps({"tocsin": 1, "rules": document}))
        with (folder / "tweets.jsonl").open("wb") as out:
            out.writelines(writer.tweet() + b"\n" for _ in range(arguments.tweets))
        runs: list[Run] = []
        for run in _runs(folder, rules, arguments.tweets, arguments.jq):
            _print(run, arguments.tweets)
            runs.append(run)
        whole = runs[0].found
        agree = all(run.found == whole if run.lines == arguments.tweets else run.found <= whole for run in runs)
        print("all found the same" if agree else "NOT all found the same")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tweets", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=1_000)
    parser.add_argument("--jq", type=int, default=20_000, help="lines that ripgrep and jq get")
    return parser.parse_args()


def _print(run: Run, tweets: int) -> None:
    whole = run.processor_s * tweets / run.lines
    print(
        f"{run.name:24} {run.processor_s:8.1f} s of processor time, {run.clock_s:6.1f} s by the clock, "
        f"{len(run.found):,} finds in {run.lines:,} lines; for all of them {whole:,.1f} s",
        flush=True,
    )


def _runs(folder: Path, rules: Sequence[Any], tweets: int, for_jq: int) -> Iterator[Run]:
    for jobs in (1, 2):
        yield _timed(f"tocsin match --jobs {jobs}", tweets, partial(_tocsin, folder, jobs))
    yield _timed("DuckDB, one thread", tweets, partial(_duckdb, folder, rules))
    yield _timed("ripgrep and jq", min(tweets, for_jq), partial(_jq, folder, rules, for_jq))


def _timed(name: str, lines: int, work: Callable[[], Pairs]) -> Run:
    began, clock = _processor_s(), perf_counter()
    found = work()
    return Run(name, _processor_s() - began, perf_counter() - clock, found, lines)


def _processor_s() -> float:
    usages = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _tocsin(folder: Path, jobs: int) -> Pairs:
    command = ["match", "--no-plugins", "--rules", "rules.yaml", "--jobs", str(jobs), "tweets.jsonl"]
    with (folder / "alerts").open("wb") as out:
        subprocess.run([sys.executable, "-m", "tocsin", *command], stdout=out, cwd=folder, check=True)
    with (folder / "alerts").open("rb") as lines:
        alerts = map(json.loads, lines)
        return frozenset((alert["tweet_id"], int(alert["rule"][1:])) for alert in alerts)


def _duckdb(folder: Path, rules: Sequence[Any]) -> Pairs:
    """Read the archive once and ask for each rule by itself, which is quicker than one question with all of them."""
    database = import_module("duckdb").connect(config={"threads": 1})
    columns = "{id: 'VARCHAR', text: 'VARCHAR', lang: 'VARCHAR', user: 'STRUCT(username VARCHAR)', "
    columns += "metrics: 'STRUCT(likes BIGINT)'}"
    database.execute(
        "CREATE TABLE tweets AS SELECT id, text, lang, user.username AS username, metrics.likes AS likes "
        f"FROM read_json('{folder}/tweets.jsonl', format='newline_delimited', columns={columns})"
    )
    found: set[tuple[str, int]] = set()
    for number, rule in enumerate(rules):
        rows = database.execute(f"SELECT id FROM tweets WHERE {_written(rule, _SQL)}").fetchall()
        found.update((row[0], number) for row in rows)
    return frozenset(found)


def _jq(folder: Path, rules: Sequence[Any], lines: int) -> Pairs:
    with (folder / "tweets.jsonl").open("rb") as whole, (folder / "some.jsonl").open("wb") as some:
        some.writelines(islice(whole, lines))
    (folder / "words").write_text("\n".join(word for rule in rules for word in _words(rule)) + "\n")
    tests = ",\n".join(f"(select({_written(rule, _JQ)}) | {number})" for number, rule in enumerate(rules))
    (folder / "rules.jq").write_text(f".id as $id | [({tests})] | .[] | [$id, .]")
    command = "rg -F -f words some.jsonl | jq -c -f rules.jq"
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, cwd=folder, check=True)
    return frozenset((tweet, number) for tweet, number in map(json.loads, done.stdout.splitlines()))


_SQL: Mapping[str, str] = {
    "in": "contains({1}, {0})", ">": "{0} > {1}", "==": "{0} = {1}", "!": "NOT ({0})", "and": "AND", "or": "OR",
    "text": "text", "lang": "lang", "user.username": "username", "metrics.likes": "likes", "quote": "'",
}  # fmt: skip
_JQ: Mapping[str, str] = {
    "in": "({1} | contains({0}))", ">": "{0} > {1}", "==": "{0} == {1}", "!": "({0} | not)", "and": "and", "or": "or",
    "text": ".text", "lang": ".lang", "user.username": ".user.username", "metrics.likes": ".metrics.likes",
    "quote": '"',
}  # fmt: skip


def _written(condition: Any, language: Mapping[str, str]) -> str:
    """Return a condition of `Writer.standard_condition` in another language."""
    if isinstance(condition, str):
        return f"{language['quote']}{condition}{language['quote']}"
    if not isinstance(condition, dict):
        return str(condition)
    [(operator, arguments)] = condition.items()
    if operator == "var":
        return language[arguments]
    parts = [_written(argument, language) for argument in arguments]
    if operator in {"and", "or"}:
        return "(" + f" {language[operator]} ".join(parts) + ")"
    return language[operator].format(*parts)


def _words(condition: Any) -> Iterator[str]:
    """Yield the words that a condition looks for in the text."""
    if isinstance(condition, dict):
        for operator, arguments in condition.items():
            if operator == "in":
                yield arguments[0]
            elif isinstance(arguments, list):
                for argument in arguments:
                    yield from _words(argument)


if __name__ == "__main__":
    main()
