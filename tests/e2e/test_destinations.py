"""Limits, quiet hours, digests and fallbacks of the real program, over real sockets."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import finished, journal_of
from tests.receivers import Answer, HttpReceiver, Posted
from tocsin.clock import SystemClock

ALERTS = 40
RULES = "tocsin: 1\nrules: {everything: {when: {contains: tweet}}}\n"
CONFIG = """
source: {{type: replay, path: tweets.jsonl}}
rules: [rules.yaml]
destinations:
  gone: {{url: "json://127.0.0.1:{gone}/", fallback: second}}
  second: {{url: "json://127.0.0.1:{second}/"}}
  limited: {{url: "json://127.0.0.1:{limited}/", limit: 4/h}}
  quiet: {{url: "json://127.0.0.1:{other}/", quiet: {{zone: UTC, from: "{begins}", to: "{ends}"}}}}
  digest: {{url: "json://127.0.0.1:{other}/", digest: {{every: 1d}}}}
routes: [{{notify: [gone, limited, quiet, digest]}}]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[Posted]]]:
    """One run, and what each receiver got."""
    folder = tmp_path_factory.mktemp("destinations")
    tweets = [{"id": str(number), "text": f"tweet {number}"} for number in range(ALERTS)]
    (folder / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (folder / "rules.yaml").write_text(RULES)
    now = SystemClock().now()
    begins, ends = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    no_such_hook = HttpReceiver(otherwise=Answer(404, b"no such hook"))
    with no_such_hook as gone, HttpReceiver() as second, HttpReceiver() as limited, HttpReceiver() as other:
        ports = {"gone": gone.port, "second": second.port, "limited": limited.port, "other": other.port}
        (folder / "tocsin.yaml").write_text(CONFIG.format(**ports, begins=begins, ends=ends))
        program = finished("run", cwd=folder)
        assert program.wait() == 0, program.output()
        posted = {"gone": gone.posted, "second": second.posted, "limited": limited.posted, "other": other.posted}
        return folder, {name: list(posts) for name, posts in posted.items()}


def told(posts: list[Posted]) -> set[str]:
    return {identity for post in posts for identity in post.json["folded"] or [post.json["alert_id"]]}


def outbox(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    program = finished("outbox", "list", *arguments, "--format", "json", cwd=folder)
    assert program.wait() == 0, program.output()
    return [json.loads(line) for line in program.out]


def raised(folder: Path) -> set[str]:
    ids = {entry["alert_id"] for entry in journal_of(folder / "tocsin.db") if entry["kind"] == "matched"}
    assert len(ids) == ALERTS
    return ids


def test_what_is_refused_arrives_at_the_fallback_and_says_why(run: tuple[Path, dict[str, list[Posted]]]) -> None:
    folder, posts = run
    arrived = [post for post in posts["second"] if post.json["rule"] != "tocsin.outbox"]
    assert told(arrived) == raised(folder)
    assert arrived[0].json["body"].startswith("This was for 'gone', which did not take it: refused: 404 no such hook")
    assert {row["state"] for row in outbox(folder, "--to", "gone")} == {"dead"}


def test_the_fallback_hears_of_the_dead_letters_once(run: tuple[Path, dict[str, list[Posted]]]) -> None:
    _, posts = run
    notices = [post.json for post in posts["second"] if post.json["rule"] == "tocsin.outbox"]
    assert len(notices) == 1
    assert "could not be delivered to 'gone'" in notices[0]["title"]


def test_past_the_limit_alerts_arrive_together_and_each_is_accounted_for(
    run: tuple[Path, dict[str, list[Posted]]],
) -> None:
    folder, posts = run
    waiting = {row["alert_id"] for row in outbox(folder, "--to", "limited")}
    assert len(posts["limited"]) <= 2
    assert told(posts["limited"]) | waiting == raised(folder)
    assert told(posts["limited"]) & waiting == set()


def test_what_is_held_back_waits_and_says_until_when(run: tuple[Path, dict[str, list[Posted]]]) -> None:
    folder, posts = run
    assert posts["other"] == []
    for name, words in (("quiet", "quiet hours of 'quiet' until "), ("digest", "for the digest of 'digest' at ")):
        rows = outbox(folder, "--to", name, "--state", "waiting")
        assert {row["alert_id"] for row in rows} == raised(folder)
        assert {(row["held"], row["reason"].startswith(words)) for row in rows} == {(name, True)}
