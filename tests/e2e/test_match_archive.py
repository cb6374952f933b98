"""`tocsin match` on archives: several processes, progress, damage, and lines that need not be read."""

# ruff: noqa: RUF001 - letters of other widths are meant

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.e2e.program import finished

RULES = """
tocsin: 1
rules:
  hacked: {when: {word: [hacked, drained, "ｈａｃｋｅｄ", 速報]}}
  by-ann: {when: {from: ann}}
  once: {when: {word: once}, once_per: .text}
  quiet: {stage: shadow, when: {word: whisper}}
"""
LINES = 12_000


def lines() -> list[str]:
    rng = Random(5)
    words = ["the", "moon", "HACKED", "ｈａcked", "drained", "速報です", "once", "whisper", "hacker", "caf\u00e9"]
    found = []
    for number in range(LINES):
        text = " ".join(rng.choices(words[:2], k=12) + rng.choices(words, k=1 if rng.random() < 0.02 else 0))
        name = "Ann" if rng.random() < 0.002 else f"user{number}"
        # Some tweets come twice, far from one another.
        tweet = {"id": str(number % (LINES - 500)), "text": text, "user": {"username": name}}
        found.append(json.dumps(tweet, ensure_ascii=rng.random() < 0.5))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "rules.yaml").write_text(RULES)
    (folder / "tweets.jsonl").write_text("\n".join(lines()) + "\n", encoding="utf-8")
    return folder


def matched(folder: Path, *arguments: str) -> list[str]:
    program = finished("match", "--no-plugins", "--rules", "rules.yaml", "--shadow", *arguments, cwd=folder)
    assert (program.wait(), program.err) == (0, [])
    return [json.dumps({**json.loads(line), "at": ""}) for line in program.out]


@pytest.mark.parametrize("options", [("--jobs", "3"), ("--every-line",), ("-j", "2", "--every-line")])
def test_the_output_is_the_same_however_it_is_read(folder: Path, options: tuple[str, ...]) -> None:
    once = matched(folder, "tweets.jsonl")
    assert len(once) > 100
    assert matched(folder, "tweets.jsonl", *options) == once


def test_each_alert_comes_once_though_processes_know_nothing_of_one_another(folder: Path) -> None:
    ids = [(alert["rule"], alert["tweet_id"]) for alert in map(json.loads, matched(folder, "tweets.jsonl", "-j", "3"))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_damaged_archive_is_told_by_place_and_status_after_what_could_be_read(folder: Path, jobs: str) -> None:
    packed = gzip.compress((folder / "tweets.jsonl").read_bytes())
    (folder / "cut.gz").write_bytes(packed[: len(packed) // 2])
    program = finished("match", "--no-plugins", "--rules", "rules.yaml", "cut.gz", "--jobs", jobs, cwd=folder)
    assert program.wait() == 2
    assert len(program.out) > 20
    assert "cut.gz: the compressed input breaks off or is damaged" in program.err[-1]


def test_lines_that_are_no_tweets_are_named_at_the_beginning_and_with_every_line_everywhere(folder: Path) -> None:
    (folder / "odd.jsonl").write_text("no json\n" + "\n".join(lines()) + "\n{}\n", encoding="utf-8")
    arguments = ("match", "--no-plugins", "--rules", "rules.yaml", "odd.jsonl")
    program = finished(*arguments, cwd=folder)
    assert [line.split(":")[1] for line in program.err] == ["1"]
    program = finished(*arguments, "--every-line", cwd=folder)
    assert [line.split(":")[1] for line in program.err] == ["1", str(LINES + 2)]


@pytest.mark.parametrize("options", [(), ("--jobs", "2")])
@pytest.mark.parametrize("packed", [False, True])
def test_a_line_keeps_its_number_behind_blocks_of_which_there_is_nothing_to_say(
    folder: Path, options: tuple[str, ...], packed: bool
) -> None:
    quiet = json.dumps({"id": "1", "text": "moon " * 200}).encode() + b"\n"
    content = (quiet * 4000 + b"drained, but no tweet\n") * 2
    (folder / "quiet").write_bytes(gzip.compress(content, 1) if packed else content)
    program = finished("match", "--no-plugins", "--rules", "rules.yaml", "quiet", *options, cwd=folder)
    assert [line.split(":")[1] for line in program.err] == ["4001", "8002"]
    program = finished("match", "--no-plugins", "--rules", "rules.yaml", "quiet", "--every-line", cwd=folder)
    assert [line.split(":")[1] for line in program.err] == ["4001", "8002"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of its own")
@pytest.mark.parametrize("name", ["tweets.jsonl", "shown.gz", "-"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_terminal_sees_how_far_it_is(folder: Path, name: str, jobs: str) -> None:
    content = (folder / "tweets.jsonl").read_bytes()
    (folder / "shown.gz").write_bytes(gzip.compress(content, 1))
    ours, theirs = pty.openpty()
    options = ["--no-plugins", "--rules", "rules.yaml", "--jobs", jobs, name]
    with (folder / "tweets.jsonl").open("rb") as redirected:
        process = subprocess.Popen(
            [sys.executable, "-m", "tocsin", "match", *options],
            cwd=folder, stdin=redirected, stdout=subprocess.DEVNULL, stderr=theirs, env=_wide(),
        )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    assert process.wait(60) == 0
    assert b"%" in shown
    assert b" lines, " in shown


def _wide() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}


def test_what_is_held_back_needs_the_order_and_so_one_process(folder: Path) -> None:
    program = finished("match", "--rules", "rules.yaml", "tweets.jsonl", "--alerts", "--jobs", "2", cwd=folder)
    assert program.wait() == 2
    assert "leave out --jobs" in program.err[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_who_reads_no_further_gets_no_complaint(folder: Path, jobs: str) -> None:
    command = [sys.executable, "-m", "tocsin", "match", "--no-plugins", "--rules", "rules.yaml", "--jobs", jobs, "-"]
    many = (folder / "tweets.jsonl").read_bytes() * 5
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(many, 60)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_as_a_shell_expects(folder: Path, jobs: str) -> None:
    command = [sys.executable, "-m", "tocsin", "match", "--no-plugins", "--rules", "rules.yaml", "--jobs", jobs, "-"]
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write((folder / "tweets.jsonl").read_bytes())  # more than a pipe holds: then it is at work
    os.killpg(process.pid, signal.SIGINT)
    try:
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (130, b"")
