"""Rules that change several times a second while tweets come in: each tweet meets one whole version of them.

`TOCSIN_FULL=1` makes it 1,000 versions, a third of them broken, which takes about five minutes.
"""

import json
import os
import signal
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, running, until
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

VERSIONS = 1_000 if os.environ.get("TOCSIN_FULL") == "1" else 30
RATE = 200
FILES = tuple(f"r{number}" for number in range(5))
SUBSCRIBED_ANEW_EVERY = 9

CONFIG = """
source: {{url: "{url}", api_key: k, subscribe: [{{}}, {{keywords: [version{version}]}}]}}
rules: [rules]
destinations: {{hook: {{url: "json://127.0.0.1:9/"}}}}
routes: [{{when: false, notify: [hook]}}]
"""


class Deployment:
    """The files of an engine: a folder for each version, a link to the one that counts."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self.revisions: dict[str, int] = {}
        self.swap(0)
        self.configure(0)

    def swap(self, version: int) -> None:
        """Put a version in place as a new folder, at once."""
        fresh = self._folder / f"version-{version}"
        fresh.mkdir()
        for name in FILES:
            (fresh / f"{name}.yaml").write_text(_rule(name, version))
        self._note(version, fresh)
        (self._folder / "next").symlink_to(fresh.name)
        (self._folder / "next").replace(self._folder / "rules")

    def mend(self, version: int) -> None:
        """Write a version over files of which the last is broken: until that one is right, none of it counts."""
        for name in FILES:
            self._file(name).write_text(_rule(name, version))
        self._note(version, self._folder / "rules")

    def configure(self, version: int) -> None:
        """Write tocsin.yaml, with another subscription for another version."""
        (self._folder / "tocsin.yaml").write_text(CONFIG.format(url=self._url, version=version))

    def next(self, version: int) -> None:
        """Bring a right version, one way or the other."""
        if version % 2:
            self.mend(version)
        else:
            self.swap(version)
        if version % SUBSCRIBED_ANEW_EVERY == 0:
            self.configure(version)

    def breakages(self) -> Iterator[Callable[[], object]]:
        """Yield ways to break what is there, over and over; the last file is broken in each."""
        last = FILES[-1]
        while True:
            yield lambda: self._file(last).write_text(_rule(last, -1)[:-12])
            yield lambda: self._file(last).write_text(_rule(last, -1).replace("gte", "gtee"))
            yield lambda: [self._file(name).write_text("") for name in FILES]
            yield lambda: self._file(last).write_text(_rule(FILES[0], -1))
            yield lambda: self._file(last).write_bytes(b"\x00\xff")

    def _file(self, name: str) -> Path:
        return self._folder / "rules" / f"{name}.yaml"

    def _note(self, version: int, folder: Path) -> None:
        ruleset = load_rules([folder], standard_vocabulary()).ruleset
        assert ruleset is not None
        self.revisions[ruleset.revision] = version


def _rule(name: str, version: int) -> str:
    return f"tocsin: 1\nrules:\n  {name}:\n    title: version {version}\n    when: {{gte: [.metrics.likes, 0]}}\n"


class Outcomes:
    """What came of each change, as the engine's journal tells it while it runs."""

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        self._read_to = 0

    def wait_for(self, kind: str, revision: str | None = None) -> None:
        until(lambda: any(self._is(entry, kind, revision) for entry in self._news()), f"{kind} {revision or ''}")

    def _is(self, entry: Mapping[str, Any], kind: str, revision: str | None) -> bool:
        return entry["kind"] == kind and revision in (None, entry["revision"])

    def _news(self) -> list[dict[str, Any]]:
        query = "SELECT seq, record FROM journal WHERE kind IN ('reloaded', 'reload-failed') AND seq > ? ORDER BY seq"
        rows = self._connection.execute(query, (self._read_to,)).fetchall()
        self._read_to = max([self._read_to, *(seq for seq, _ in rows)])
        return [json.loads(record) for _, record in rows]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_tweet_meets_a_mixed_or_empty_rule_set_and_none_is_skipped(tmp_path: Path) -> None:
    stream = ("simulate", "--port", "0", "--rate", str(RATE), "--event-log", "events.jsonl")
    with running(*stream, cwd=tmp_path) as simulator:
        deployment = Deployment(tmp_path, simulator.line("listening on").removeprefix("listening on "))
        with running("run", "--no-plugins", "--log-level", "error", "--log-format", "json", cwd=tmp_path) as engine:
            until(lambda: '"sent"' in (tmp_path / "events.jsonl").read_text(), "the first tweets")
            broken = _deploy_all(deployment, Outcomes(tmp_path / "tocsin.db"))
            _end(simulator, engine, tmp_path)
    journal = _journal(tmp_path / "tocsin.db", "seen", "reloaded", "reload-failed", "gap")
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    in_force = _versions_seen(journal, deployment.revisions)
    assert set(in_force.values()) <= set(deployment.revisions.values())
    assert _alerts(tmp_path / "tocsin.db") == {
        tweet: {(name, f"version {version}") for name in FILES} for tweet, version in in_force.items()
    }
    kinds = Counter(entry["kind"] for entry in journal)
    assert kinds["reload-failed"] >= broken
    assert len({entry["revision"] for entry in journal if entry["kind"] == "reloaded"}) == VERSIONS - broken
    _check_none_is_skipped(journal, events)
    _check_messages_stay_within_limits(events)


def _deploy_all(deployment: Deployment, outcomes: Outcomes) -> int:
    """Bring all versions, every third one broken; return how many were."""
    broken = 0
    breakages = deployment.breakages()
    for version in range(1, VERSIONS + 1):
        if version % 3 == 2:
            next(breakages)()
            broken += 1
            outcomes.wait_for("reload-failed")
        else:
            # Only over broken files may a version be written one file at a time: else a mixture would be right.
            after_breakage = version % 3 == 0
            (deployment.next if after_breakage else deployment.swap)(version)
            [revision] = [key for key, value in deployment.revisions.items() if value == version]
            outcomes.wait_for("reloaded", revision)
    return broken


def _end(simulator: Program, engine: Program, folder: Path) -> None:
    """End the stream, then the engine once it has heard that."""
    simulator.send(signal.SIGTERM)
    assert simulator.wait() == 0, simulator.output()
    until(lambda: _journal(folder / "tocsin.db", "connection")[-1]["state"] != "connected", "the end of the stream")
    engine.send(signal.SIGTERM)
    assert engine.wait() == 0, engine.output()


def _journal(database: Path, *kinds: str) -> list[dict[str, Any]]:
    """Return the entries of some kinds, oldest first: all of them would be a million."""
    query = f"SELECT record FROM journal WHERE kind IN ({','.join('?' * len(kinds))}) ORDER BY seq"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [json.loads(record) for (record,) in connection.execute(query, kinds)]


def _versions_seen(journal: list[dict[str, Any]], revisions: Mapping[str, int]) -> dict[str, int]:
    """Return under which version each tweet was first seen, going by the order of the journal.

    Some come again with more retweets; their alerts are those of the first time.
    """
    version = 0
    found: dict[str, int] = {}
    for entry in journal:
        match entry["kind"]:
            case "reloaded":
                version = revisions[entry["revision"]]
            case "seen":
                found.setdefault(entry["tweet_id"], version)
    return found


def _alerts(database: Path) -> dict[str, set[tuple[str, str]]]:
    """Return the rule and title of each tweet's alerts."""
    query = "SELECT rule_id, document ->> '$.tweet.id', document ->> '$.title[0][0]' FROM alerts"
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for rule, tweet, title in connection.execute(query):
            found[tweet].add((rule, title))
    return dict(found)


def _check_none_is_skipped(journal: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """All that the server sent was seen, or sent in one of the gaps that the journal tells of."""
    seen = {entry["tweet_id"] for entry in journal if entry["kind"] == "seen"}
    slack = timedelta(milliseconds=100)
    gaps = [
        (datetime.fromisoformat(entry["since"]) - slack, datetime.fromisoformat(entry["until"]) + slack)
        for entry in journal
        if entry["kind"] == "gap"
    ]
    sent = {event["id"]: datetime.fromisoformat(event["at"]) for event in events if event["event"] == "sent"}
    missing = {tweet: at for tweet, at in sent.items() if tweet not in seen}
    assert [tweet for tweet, at in missing.items() if not any(since <= at <= until for since, until in gaps)] == []
    # The last gap is the end of the stream. The others are new connections, after 50 changes of the subscription.
    assert len(gaps) <= 1 + VERSIONS / SUBSCRIBED_ANEW_EVERY / 50
    assert len(seen) > VERSIONS
    print(f"\n{VERSIONS} versions, {len(sent)} tweets sent, {len(seen)} seen, {len(missing)} in {len(gaps)} gaps")


def _check_messages_stay_within_limits(events: list[dict[str, Any]]) -> None:
    asked = [datetime.fromisoformat(e["at"]) for e in events if e["event"] in {"subscribed", "unsubscribed"}]
    assert len(asked) > VERSIONS / SUBSCRIBED_ANEW_EVERY / 2
    busiest = max(sum(at <= other < at + timedelta(seconds=1) for other in asked) for at in asked)
    assert busiest <= 10
    print(f"{len(asked)} messages to the stream, at most {busiest} in a second")
    assert not [event for event in events if event["event"] in {"limit-exceeded", "refused-message"}]
