"""The real program is silenced from beside it, and heard again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, finished, journal_of, running, until
from tests.receivers import HttpReceiver
from tocsin.clock import SystemClock
from tocsin.store.sqlite import SqliteStore

FELT_WITHIN = timedelta(seconds=2)
RULES = """
tocsin: 1
rules:
  all-of-it: {when: {contains: tweet}, severity: high}
  odd-ones: {when: {contains: odd}}
"""


def now() -> datetime:
    return SystemClock().now()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Program]:
    """`tocsin run`, told ten tweets a second."""
    words = ["even", "odd"]
    tweets = [{"id": str(number), "text": f"tweet {words[number % 2]} {number}"} for number in range(10_000)]
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (tmp_path / "rules.yaml").write_text(RULES)
    stream = ["simulate", "--port", "0", "--file", "tweets.jsonl", "--rate", "10"]
    with HttpReceiver() as hook, running(*stream, cwd=tmp_path) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        (tmp_path / "tocsin.yaml").write_text(
            f'source: {{url: "{url}", api_key: k, subscribe: {{}}}}\nrules: [rules.yaml]\n'
            f'destinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\nroutes: [{{notify: [hook]}}]\n'
        )
        with running("run", "--log-format", "json", cwd=tmp_path) as engine:
            engine.line('"alert"')
            yield engine


@pytest.fixture
def folder(tmp_path: Path, engine: Program) -> Path:
    """A folder in which `tocsin run` is running."""
    assert engine.process.poll() is None
    return tmp_path


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """A folder with a state database, in which nothing runs."""
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "tocsin.yaml").write_text("source: {type: replay, path: none.jsonl}\nrules: [rules.yaml]\n")
    SqliteStore.open(tmp_path / "tocsin.db").close()
    return tmp_path


def tocsin(folder: Path, *arguments: str) -> Program:
    program = finished(*arguments, cwd=folder)
    assert program.wait() == 0, program.output()
    return program


def entries(folder: Path, kind: str, since: datetime, rule: str = "all-of-it") -> list[dict[str, Any]]:
    return [
        record
        for record in journal_of(folder / "tocsin.db")
        if record["kind"] == kind and record["rule_id"] == rule and datetime.fromisoformat(record["at"]) >= since
    ]


def test_a_silence_is_felt_within_two_seconds_and_gone_as_soon_when_it_ends(folder: Path, engine: Program) -> None:
    tocsin(folder, "silence", "add", "eq: [.rule, all-of-it]", "--for", "2h", "--why", "drill", "--by", "ada")
    silenced_at = now() + FELT_WITHIN
    until(lambda: len(entries(folder, "withheld", silenced_at)) > 3, "alerts to be withheld")
    assert entries(folder, "matched", silenced_at) == []
    assert {entry["reason"] for entry in entries(folder, "withheld", silenced_at)} == {"silence s1 by ada: drill"}
    assert entries(folder, "matched", silenced_at, "odd-ones"), "the other rule goes on"
    ended = tocsin(folder, "silence", "end", "s1", "--by", "bob")
    ended_at = now() + FELT_WITHIN
    until(lambda: len(entries(folder, "matched", ended_at)) > 3, "alerts again")
    assert entries(folder, "withheld", ended_at) == []
    hidden = len(entries(folder, "withheld", datetime.min.replace(tzinfo=UTC)))
    (listed,) = map(json.loads, tocsin(folder, "silence", "list", "--all", "--format", "json").out)
    assert (listed["hidden"], listed["high_or_critical"], listed["ended_by"]) == (hidden, hidden, "bob")
    assert "ended; it hid" in ended.out[0]
    logged = json.loads(engine.line('"silence-ended"'))
    assert (logged["hidden"], logged["high_or_critical"], logged["level"]) == (hidden, hidden, "warning")


def test_a_silence_ends_by_itself_and_stays_listed(folder: Path) -> None:
    tocsin(folder, "silence", "add", "eq: [.rule, all-of-it]", "--for", "3s", "--why", "drill")
    until(lambda: bool(expired(folder)), "the silence to expire")
    expired_at = datetime.fromisoformat(expired(folder)[0]["until"])
    until(lambda: len(entries(folder, "matched", expired_at)) > 3, "alerts again")
    assert entries(folder, "withheld", expired_at) == [], "it ends to the second, whenever that is noticed"
    assert tocsin(folder, "silence", "list").out == []
    assert "ended" in tocsin(folder, "silence", "list", "--all").out[0]


def expired(folder: Path) -> list[dict[str, Any]]:
    return [r for r in journal_of(folder / "tocsin.db") if r["kind"] == "silenced" and r["event"] == "expired"]


def test_a_preview_says_what_would_have_been_hidden_and_changes_nothing(folder: Path) -> None:
    until(lambda: bool(entries(folder, "matched", datetime.min.replace(tzinfo=UTC), "odd-ones")), "an odd one")
    program = tocsin(folder, "silence", "add", "eq: [.rule, odd-ones]", "--dry-run", "--format", "json")
    shown = json.loads(program.out[0])
    assert shown["silence"] is None
    assert shown["preview"]["by_rule"][0]["rule"] == "odd-ones"
    assert shown["preview"]["hidden"] < shown["preview"]["alerts"]
    assert tocsin(folder, "silence", "list", "--all").out == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "eq: [.rul, x]", "--for", "1h", "--why", "w"], "CONDITION:1:6: error[T167 unknown-field]"),
        (["add", "eq: [.rul, x]", "--for", "1h", "--why", "w"], "      |      ^^^^ did you mean 'rule'?"),
        (["add", "exchange-hack", "--for", "1h", "--why", "w"], "T172 constant-condition"),
        (["add", "ne: [.rule, x]", "--for", "1h", "--why", "w"], "would hide everything"),
        (["add", "eq: [.rule, x]", "--for", "1h"], "--why"),
        (["add", "eq: [.rule, x]", "--why", "w"], "say how long"),
        (["add", "eq: [.rule, x]", "--until", "2020-01-01T00:00", "--why", "w"], "is over already"),
        (["add", "eq: [.rule, x]", "--until", "someday", "--why", "w"], "is no time"),
        (["end", "s9"], "there is no silence 's9'"),
    ],
)
def test_what_can_not_be_done_is_said_clearly_with_status_2(idle: Path, arguments: list[str], said: str) -> None:
    program = finished("silence", *arguments, cwd=idle)
    assert program.wait() == 2, program.output()
    assert said in "\n".join(program.err)
    assert "Traceback" not in program.output()
    assert tocsin(idle, "silence", "list", "--all").out == []


def test_hiding_everything_has_to_be_meant(idle: Path) -> None:
    arguments = ["silence", "add", "ne: [.rule, x]", "--for", "1h", "--why", "maintenance"]
    program = tocsin(idle, *arguments, "--yes-everything")
    assert "silence s1 holds until" in program.out[-1]


def test_a_rule_that_is_not_there_is_asked_about(idle: Path) -> None:
    program = tocsin(idle, "silence", "add", "eq: [.rule, odd-one]", "--for", "1h", "--why", "w")
    assert "no rule 'odd-one' at the moment; did you mean 'odd-ones'?" in program.err[0]
