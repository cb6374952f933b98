"""`tocsin match` gives, for the same tweets, the same alerts as a run."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import finished
from tests.receivers import HttpReceiver

RULES = """
tocsin: 1
rules:
  hacked: {severity: high, title: "{{ user.username }}: {{ text }}", when: {word: [hacked, drained]}}
  loud: {when: {gt: [.metrics.likes, 100]}}
  broken: {when: {not: {gt: [.text, 3]}}}
"""


def tweets() -> list[dict[str, object]]:
    texts = ["hacked!", "quiet", "wallet DRAINED", "nothing", "hacked again \u202e \ud83d\ude00"]
    return [
        {
            "id": str(number),
            "text": text,
            "user": {"username": f"u{number}"},
            "created_at": "2026-11-24T03:00:00Z",
            "metrics": {"likes": number * 60},
        }
        for number, text in enumerate(texts)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets()))
    return tmp_path


def alerts_of(lines: list[str]) -> list[tuple[str, str, str]]:
    return sorted((alert["rule"], alert["tweet_id"], alert["severity"]) for alert in map(json.loads, lines))


def test_it_prints_what_a_run_over_the_same_tweets_delivers(folder: Path) -> None:
    stdin = (folder / "tweets.jsonl").read_bytes()
    matched = finished("match", "--rules", "rules.yaml", cwd=folder, stdin=stdin)
    assert matched.wait() == 0, matched.output()
    with HttpReceiver() as hook:
        (folder / "tocsin.yaml").write_text(
            "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml]\n"
            f'destinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\nroutes: [{{notify: [hook]}}]\n'
        )
        ran = finished("run", cwd=folder)
    assert ran.wait() == 0, ran.output()
    delivered = [(post.json["rule"], post.json["tweet"]["id"], post.json["severity"]) for post in hook.posted]
    assert alerts_of(matched.out) == sorted(delivered)
    assert len(delivered) == 6


def test_a_line_has_the_fields_of_the_contract(folder: Path) -> None:
    first = json.loads(finished("match", "--rules", "rules.yaml", "tweets.jsonl", cwd=folder).out[0])
    assert {name: first[name] for name in ("rule", "tweet_id", "key", "at", "severity", "title")} == {
        "rule": "hacked",
        "tweet_id": "0",
        "key": "",
        "at": "2026-11-24T03:00:00Z",
        "severity": "high",
        "title": "u0: hacked!",
    }
    assert first["because"]


def test_it_reads_stream_messages_and_gzip_and_names_lines_that_are_no_tweets(folder: Path) -> None:
    message = json.dumps({"type": "tweet", "data": tweets()[0]})
    packed = gzip.compress(f"{message}\nnot json\n[]\n".encode())
    program = finished("match", "--rules", "rules.yaml", "-", cwd=folder, stdin=packed)
    assert (program.wait(), len(program.out)) == (0, 1)
    assert [line.split(":")[1] for line in program.err if line.startswith("-:")] == ["2", "3"]


def test_a_rule_that_fails_is_named_and_the_others_go_on(folder: Path) -> None:
    program = finished("match", "--rules", "rules.yaml", "tweets.jsonl", cwd=folder)
    assert sum("rule broken failed" in line for line in program.err) == 5


def test_a_reader_that_leaves_early_is_no_mistake_in_the_file(folder: Path) -> None:
    many = ({"id": str(number), "text": "hacked!"} for number in range(5_000))
    (folder / "many.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in many))
    command = [sys.executable, "-m", "tocsin", "match", "--rules", "rules.yaml", "many.jsonl"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["rule"] == "hacked"
    process.stdout.close()
    assert process.stderr is not None
    assert b"many.jsonl" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0


def test_input_that_can_not_be_read_is_one_line_and_status_2(folder: Path) -> None:
    for name in (".", "/proc/self/mem"):
        matched = finished("match", "--rules", "rules.yaml", name, cwd=folder)
        assert (matched.wait(), len(matched.err)) == (2, 1), matched.output()


THROTTLED = """
tocsin: 1
rules:
  hacked: {when: {word: [hacked]}, throttle: {every: 10m, then: digest}}
"""


def test_with_alerts_it_prints_what_throttles_let_out_and_without_every_match(tmp_path: Path) -> None:
    """Tweets every 4 minutes: at 0 an alert, at 10 a digest of minutes 4 and 8, at 20 one of minutes 12 and 16."""
    lines = [
        json.dumps({"id": str(number), "text": "hacked", "created_at": f"2026-11-24T03:{4 * number:02}:00Z"})
        for number in range(5)
    ]
    (tmp_path / "rules.yaml").write_text(THROTTLED)
    (tmp_path / "tweets.jsonl").write_text("\n".join(lines))
    every = finished("match", "--rules", "rules.yaml", "tweets.jsonl", cwd=tmp_path)
    assert [json.loads(line)["tweet_id"] for line in every.out] == ["0", "1", "2", "3", "4"]
    told = finished("match", "--rules", "rules.yaml", "--alerts", "tweets.jsonl", cwd=tmp_path)
    alerts = [json.loads(line) for line in told.out]
    assert [(alert["at"][11:16], len(alert["folded"]), alert["held_back"]) for alert in alerts] == [
        ("03:00", 0, 0),
        ("03:10", 2, 0),
        ("03:20", 2, 0),
    ]


def test_past_the_valve_everything_is_in_one_digest_by_its_id(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "text": "hacked", "created_at": "2026-11-24T03:00:00Z"}) for n in range(1_000)]
    (tmp_path / "tweets.jsonl").write_text("\n".join(lines))
    (tmp_path / "rules.yaml").write_text("rules: {hacked: {when: {word: hacked}, notify: [hook]}}")
    (tmp_path / "tocsin.yaml").write_text(
        "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml]\nvalve: 10/min\n"
        'destinations: {hook: {url: "json://127.0.0.1:9/"}}\n'
    )
    every = [json.loads(line) for line in finished("match", "tweets.jsonl", cwd=tmp_path).out]
    told = [json.loads(line) for line in finished("match", "--alerts", "tweets.jsonl", cwd=tmp_path).out]
    assert [len(every), *(len(alert["folded"]) for alert in told)] == [1_000, *[0] * 10, 990]
    assert told[-1]["at"] == "2026-11-24T03:01:00Z"
    assert len(set(told[-1]["folded"])) == 990
