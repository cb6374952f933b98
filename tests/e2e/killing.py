"""kill -9 in a loop: the real program between a simulated stream and a slow receiver, judged by their logs alone.

`make kill-loop KILLS=1000` runs it and prints the tally.
"""

import argparse
import json
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.e2e.program import Program, running, until
from tests.receivers import Answer, HttpReceiver

RATE_PER_S = 12
TWEETS_A_KILL = 600
"""So many are there to be sent: at this rate for 50 s, which is enough for a slow machine too."""
RECEIVER_TAKES_S = 0.06
AT_START = 0.25
"""The share of kills that come while the program starts; the others while it sends."""
TOLD_EVERY = 50
"""After so many kills there is a word about how far it is."""

CONFIG = """
source: {{url: "{url}", api_key: k, subscribe: {{}}}}
rules: [rules.yaml]
destinations: {{hook: {{url: "json://127.0.0.1:{port}/"}}}}
routes: [{{notify: [hook]}}]
"""
RULES = """
tocsin: 1
rules:
  everything: {when: {contains: tweet}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the tweets that the stream sent, and of the database. `lost` were sent and never told."""

    kills: int
    sent: int
    told: int
    lost: Sequence[str]
    phantom: Sequence[str]
    copies: int
    integrity: str
    took_s: float

    def in_words(self) -> str:
        """Return it in one line."""
        return (
            f"{self.kills:,} kills, {self.sent:,} tweets sent, {self.told:,} alerts told: lost {len(self.lost)}, "
            f"phantom {len(self.phantom)}, copies {self.copies}, integrity_check {self.integrity}; "
            f"{self.took_s / 60:.1f} min"
        )


def kill_loop(folder: Path, kills: int, seed: int = 1) -> Tally:
    """Kill the program so often, let it finish once, and return the tally.

    The stream is halted before each kill until all that it sent is committed: what is lost afterwards was promised.
    The receiver is slow: a program that kept nothing would be caught with most of it unsent.
    """
    began_s, rng = time.perf_counter(), Random(seed)
    tweets = ({"id": str(10**15 + n), "text": f"tweet {n}"} for n in range(kills * TWEETS_A_KILL + 2_000))
    (folder / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (folder / "rules.yaml").write_text(RULES)
    play = ("--port", "0", "--file", "tweets.jsonl", "--rate", str(RATE_PER_S), "--event-log", "events.jsonl")
    with (
        HttpReceiver(otherwise=Answer(after_s=RECEIVER_TAKES_S)) as hook,
        running("simulate", *play, cwd=folder) as stream,
    ):
        url = stream.line("listening on").removeprefix("listening on ")
        (folder / "tocsin.yaml").write_text(CONFIG.format(url=url, port=hook.port))
        sent = set[str]()
        for kill in range(1, kills + 1):
            sent |= _one_kill(folder, stream, hook, rng)
            if kill % TOLD_EVERY == 0:
                print(f"{kill:,} of {kills:,} kills, {len(sent):,} tweets sent", file=sys.stderr, flush=True)
        stream.kill()
        # A last run with the stream gone: it only has to empty the outbox.
        with running("run", cwd=folder):
            until(lambda: not _waiting(folder), "an empty outbox", patience_s=600)
        return _judged(folder, kills, sent, hook, time.perf_counter() - began_s)


def _one_kill(folder: Path, stream: Program, hook: HttpReceiver, rng: Random) -> set[str]:
    """Start the program, halt the stream, and kill the program at a random moment of start or sending.

    Return the tweets that it was sent.
    """
    at_start, sent = rng.random() < AT_START, set[str]()
    enough = len(hook.posted) + rng.randint(1, 6)
    # What the stream still writes to a connection of the program that was killed, it has sent to nobody.
    dead = max((event["connection"] for event in _events(folder)), default=0)
    stream.send(signal.SIGSTOP if at_start else signal.SIGCONT)
    with running("run", cwd=folder) as engine:
        if at_start:
            threading.Event().wait(rng.uniform(0, 1.2))
        else:
            until(lambda: len(hook.posted) >= enough or engine.process.poll() is not None, "alerts")
            assert engine.process.poll() is None, engine.output()
            stream.send(signal.SIGSTOP)
            sent = {e["id"] for e in _events(folder) if e["event"] == "sent" and e["connection"] > dead}
            until(lambda: sent <= _seen(folder), "a commit of what was sent", patience_s=30)
            threading.Event().wait(rng.uniform(0, 0.15))
        engine.kill()
    return sent


def _judged(folder: Path, kills: int, sent: set[str], hook: HttpReceiver, took_s: float) -> Tally:
    told = Counter(post.json["alert_id"] for post in hook.posted)
    tweets = {post.json["alert_id"]: post.json["tweet"]["id"] for post in hook.posted}
    rules = {post.json["rule"] for post in hook.posted}
    assert rules == {"everything"}, rules
    with closing(sqlite3.connect(folder / "tocsin.db")) as connection:
        (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
    return Tally(
        kills=kills,
        sent=len(sent),
        told=len(told),
        lost=sorted(sent - set(tweets.values())),
        phantom=sorted(set(tweets.values()) - _perhaps_sent(folder)),
        copies=told.total() - len(told),
        integrity=str(integrity),
        took_s=took_s,
    )


def _events(folder: Path) -> list[dict[str, Any]]:
    """Return what the stream's log says of connections; its last line may be half written."""
    lines = (folder / "events.jsonl").read_text().split("\n")[:-1]
    return [event for event in map(json.loads, lines) if "connection" in event]


def _perhaps_sent(folder: Path) -> set[str]:
    """Return the tweets that the stream's log has as sent, and of each connection the one after the last of these.

    The stream notes a tweet once it is written. Halted between the two, with the program killed before it goes on, it
    finds the connection broken and notes nothing.
    """
    sent = [(event["connection"], int(event["id"])) for event in _events(folder) if event["event"] == "sent"]
    last = dict(sorted(sent))
    return {str(number) for _, number in sent} | {str(number + 1) for number in last.values()}


def _seen(folder: Path) -> set[str]:
    query = "SELECT json_extract(record, '$.tweet_id') FROM journal WHERE kind = 'seen'"
    with closing(sqlite3.connect(folder / "tocsin.db", timeout=30)) as connection:
        return {row[0] for row in connection.execute(query)}


def _waiting(folder: Path) -> int:
    query = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
    with closing(sqlite3.connect(folder / "tocsin.db", timeout=30)) as connection:
        return int(connection.execute(query).fetchone()[0])


def main() -> int:
    """Run the loop, print the tally, and return 1 if anything was lost, made up, or doubled too often."""
    parser = argparse.ArgumentParser(prog="kill-loop")
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-kill-") as folder:
        tally = kill_loop(Path(folder), given.kills, given.seed)
    print(tally.in_words())
    print("lost:", *tally.lost[:20]) if tally.lost else None
    return bool(tally.lost or tally.phantom or tally.copies > tally.kills or tally.integrity != "ok")


if __name__ == "__main__":
    sys.exit(main())
