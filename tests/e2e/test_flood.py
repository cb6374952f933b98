"""kill -9 and a restart while a throttle holds back: what it counted is told, and told once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import journal_of, running, until
from tests.receivers import HttpReceiver

RULES = """
tocsin: 1
rules:
  everything: {when: {contains: tweet}, throttle: {every: 8s, then: update}}
"""
CONFIG = """
source: {{url: "{url}", api_key: k, subscribe: {{}}}}
rules: [rules.yaml]
destinations: {{hook: {{url: "json://127.0.0.1:{port}/"}}}}
routes: [{{notify: [hook]}}]
"""
HELD_BEFORE_THE_KILL = 10


def held_in(journal: list[dict[str, Any]]) -> int:
    return sum(record["kind"] == "withheld" and record["cause"] == "throttle" for record in journal)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_what_a_throttle_counted_survives_a_kill(tmp_path: Path) -> None:
    tweets = [{"id": str(number), "text": f"tweet {number}"} for number in range(10_000)]
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (tmp_path / "rules.yaml").write_text(RULES)
    database = tmp_path / "tocsin.db"
    stream = ["simulate", "--port", "0", "--file", "tweets.jsonl", "--rate", "20"]
    with HttpReceiver() as hook, running(*stream, cwd=tmp_path) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        (tmp_path / "tocsin.yaml").write_text(CONFIG.format(url=url, port=hook.port))
        with running("run", cwd=tmp_path) as engine:
            until(lambda: len(hook.posted) == 1, "the first alert")
            until(lambda: held_in(journal_of(database)) >= HELD_BEFORE_THE_KILL, "some that are held back")
            engine.kill()
        held_before = held_in(journal_of(database))
        with running("run", cwd=tmp_path):
            until(lambda: len(hook.posted) == 2, "the update at the end of the period")
    journal = journal_of(database)
    released = next(index for index, record in enumerate(journal) if record["kind"] == "released")
    update = hook.posted[1].json
    assert update["held_back"] + 1 == held_in(journal[:released]) == journal[released]["matches"]
    assert update["held_back"] + 1 >= held_before >= HELD_BEFORE_THE_KILL
