"""The program is suspended, as a laptop that sleeps or a machine that is moved: it goes on as if nothing had been.

`TOCSIN_FULL=1` suspends it for a minute.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.killing import CONFIG
from tests.e2e.program import Program, journal_of, running, until
from tests.receivers import HttpReceiver

SUSPENDED_S = 60 if os.environ.get("TOCSIN_FULL") == "1" else 3
RATE_PER_S = 20

RULES = """
tocsin: 1
rules:
  everything: {when: {contains: tweet}}
  seldom: {when: {contains: tweet}, throttle: {every: 1h}}
"""


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Program]:
    """A stream that drops whoever doesn't answer its pings for a second."""
    tweets = ({"id": str(10**15 + number), "text": f"tweet {number}"} for number in range(20_000))
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    play = ("--port", "0", "--file", "tweets.jsonl", "--rate", str(RATE_PER_S), "--event-log", "events.jsonl")
    with running("simulate", *play, "--ping-every", "300ms", "--silent-after", "1s", cwd=tmp_path) as simulator:
        yield simulator


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_program_that_was_suspended_connects_anew_tells_the_gap_and_repeats_nothing(
    tmp_path: Path, stream: Program
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    with HttpReceiver() as hook:
        url = stream.line("listening on").removeprefix("listening on ")
        (tmp_path / "tocsin.yaml").write_text(CONFIG.format(url=url, port=hook.port))
        with running("run", cwd=tmp_path) as program:
            until(lambda: len(hook.posted) > 2 * RATE_PER_S, "alerts")
            program.send(signal.SIGSTOP)
            first = newest_connection(tmp_path)
            until(lambda: is_over(tmp_path, first), "the stream to drop who is silent")
            threading.Event().wait(SUSPENDED_S)
            told = len(hook.posted)
            program.send(signal.SIGCONT)
            until(lambda: newest_connection(tmp_path) > first, "another connection")
            until(lambda: len(hook.posted) > told + 2 * RATE_PER_S, "alerts again")
            program.send(signal.SIGTERM)
            assert program.wait() == 0, program.output()
    copies = Counter(post.json["alert_id"] for post in hook.posted)
    assert [alert for alert, times in copies.items() if times > 1] == []
    assert Counter(post.json["rule"] for post in hook.posted)["seldom"] == 1
    assert unexplained(tmp_path, first) == []


def events(folder: Path, *kinds: str) -> list[dict[str, Any]]:
    """Return what the stream noted of these kinds; its last line may be half written."""
    lines = (folder / "events.jsonl").read_text().split("\n")[:-1]
    return [event for event in map(json.loads, lines) if event["event"] in kinds]


def newest_connection(folder: Path) -> int:
    """Return the number of the last connection that tweets were sent to."""
    return max((int(event["connection"]) for event in events(folder, "sent")), default=0)


def is_over(folder: Path, connection: int) -> bool:
    """Whether the stream has ended a connection."""
    return any(event["connection"] == connection for event in events(folder, "closed", "dropped"))


def unexplained(folder: Path, connection: int) -> list[str]:
    """Return the tweets sent to a connection that were neither seen nor lie in a gap that is told."""
    records = journal_of(folder / "tocsin.db")
    seen = {record["tweet_id"] for record in records if record["kind"] == "seen"}
    gaps = [(record["since"], record["until"]) for record in records if record["kind"] == "gap" and record["until"]]
    assert gaps, "no gap is told"
    return [
        event["id"]
        for event in events(folder, "sent")
        if event["connection"] == connection
        and event["id"] not in seen
        and not any(moment(since) <= moment(event["at"]) <= moment(until_) for since, until_ in gaps)
    ]


def moment(text: str) -> datetime:
    """Return the instant that a log names."""
    return datetime.fromisoformat(text)
