"""`tocsin doctor`: each thing that may be wrong is found and named, with what to do, and no secret shown."""

import json
import socket
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.alerts import make_alert
from tests.e2e.program import finished, running, until
from tests.receivers import HttpReceiver
from tocsin.clock import SystemClock
from tocsin.journal import Lifecycle, PluginFailed, Seen, Unseen
from tocsin.model import Delivery, DestinationName, TweetId
from tocsin.store.sqlite import SqliteStore

RULES = """
tocsin: 1
rules:
  never:
    when: {word: never-said}
    notify: [hook]
    tests: [{tweet: {text: never-said}, expect: match}, {tweet: {text: a}, expect: no_match}]
"""
CANARY = "canary-31f0"


def configure(folder: Path, *, url: str = "ws://127.0.0.1:9/ws", hook: str = "127.0.0.1:9", more: str = "") -> None:
    (folder / "rules.yaml").write_text(RULES)
    (folder / "tocsin.yaml").write_text(
        f'source: {{url: "{url}", api_key: "${{KEY}}", subscribe: {{}}}}\nrules: [rules.yaml]\n'
        f'destinations: {{hook: {{url: "json://user:{CANARY}@{hook}/{CANARY}"}}}}\n{more}'
    )


def checked(folder: Path, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the exit status, and the worst finding of each name."""
    program = finished("doctor", "--format", "json", *arguments, cwd=folder, env={"KEY": CANARY})
    assert CANARY not in program.output()
    found: dict[str, dict[str, Any]] = {}
    for line in map(json.loads, program.out):
        if line["name"] not in found or line["level"] != "ok":
            found[line["name"]] = line
        assert line["level"] == "ok" or line["remedy"], line
    return program.wait(), found


def levels(found: dict[str, dict[str, Any]], *names: str) -> list[str]:
    return [found[name]["level"] for name in names]


def fill(folder: Path, *entries: Any) -> Path:
    store = SqliteStore.open(folder / "tocsin.db")
    store.commit([], [], entries)
    store.close()
    return folder / "tocsin.db"


def test_a_fresh_project_is_in_order_and_told_what_comes_next(tmp_path: Path) -> None:
    configure(tmp_path)
    status, found = checked(tmp_path)
    assert status == 0
    assert levels(found, "python", "packages", "apprise", "time zones", "configuration", "rules") == ["ok"] * 6
    assert (found["state"]["level"], found["state"]["remedy"]) == ("warn", "`tocsin run` makes it")
    assert found["watched"]["level"] == "warn"


def test_a_running_engine_is_in_order(tmp_path: Path) -> None:
    with HttpReceiver() as hook, running("simulate", "--port", "0", cwd=tmp_path) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        configure(tmp_path, url=url, hook=f"127.0.0.1:{hook.port}", more='http: {listen: "127.0.0.1:0"}\n')
        with running("run", cwd=tmp_path, env={"KEY": CANARY}) as engine:
            engine.line("connected")
            until(lambda: checked(tmp_path)[1]["last tweet"]["says"] != "none in the journal", "a tweet")
            status, found = checked(tmp_path, "--online")
    assert status == 0
    assert "one is running" in found["engine"]["says"]
    assert {line["name"]: line["level"] for line in found.values() if line["level"] != "ok"} == {}
    assert levels(found, "to the stream", "to hook") == ["ok", "ok"]


def test_what_can_not_be_reached_is_told_online_only_and_without_its_address(tmp_path: Path) -> None:
    configure(tmp_path)
    assert "to hook" not in checked(tmp_path)[1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    configure(tmp_path, url=f"ws://127.0.0.1:{port}/ws", hook=f"127.0.0.1:{port}")
    status, found = checked(tmp_path, "--online")
    assert status == 1
    assert levels(found, "to the stream", "to hook") == ["fail", "fail"]
    assert str(port) in found["to the stream"]["says"]
    assert str(port) not in found["to hook"]["says"]


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("tocsin.yaml", "source: {api_key: k, nonsense: 1}\n", "configuration"),
        ("rules.yaml", "tocsin: 1\nrules: {a: {when: {wrd: x}}}\n", "rules"),
        ("rules.yaml", "tocsin: 1\nrules: {a: {when: {word: x}, notify: [hook], enabled: false}}\n", "rules"),
    ],
)
def test_files_with_errors_fail_with_the_first_place(tmp_path: Path, file: str, text: str, name: str) -> None:
    configure(tmp_path)
    (tmp_path / file).write_text(text)
    status, found = checked(tmp_path)
    assert (status, found[name]["level"]) == (1, "fail")


def test_without_a_configuration_there_is_little_to_check(tmp_path: Path) -> None:
    status, found = checked(tmp_path)
    assert (status, found["configuration"]["level"]) == (1, "fail")
    assert "tocsin init" in found["configuration"]["remedy"]


def test_a_destination_that_can_not_be_set_up_fails_by_its_name(tmp_path: Path) -> None:
    configure(tmp_path)
    text = (tmp_path / "tocsin.yaml").read_text().replace("json://user", "nonsense://user")
    (tmp_path / "tocsin.yaml").write_text(text)
    status, found = checked(tmp_path)
    assert (status, found["destinations"]["level"]) == (1, "fail")
    assert "'hook'" in found["destinations"]["says"]


def test_a_database_that_others_can_read_is_told(tmp_path: Path) -> None:
    configure(tmp_path)
    fill(tmp_path).chmod(0o644)
    status, found = checked(tmp_path)
    assert (status, found["permissions"]["level"]) == (0, "warn")
    assert found["permissions"]["remedy"].startswith("chmod 600 ")


def test_a_database_that_is_damaged_fails(tmp_path: Path) -> None:
    configure(tmp_path)
    path = fill(tmp_path, *(Seen(at=SystemClock().now(), tweet_id=TweetId(str(n)), source="x") for n in range(500)))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\xff" * 4096
    path.write_bytes(data)
    status, found = checked(tmp_path)
    assert status == 1
    assert "fail" in {found[name]["level"] for name in ("state", "integrity") if name in found}


def test_what_the_journal_tells_of_is_told(tmp_path: Path) -> None:
    configure(tmp_path)
    now = SystemClock().now()
    hour = timedelta(hours=1)
    fill(
        tmp_path,
        Lifecycle(at=now - 2 * hour, event="started", detail="1 rule"),
        Unseen(at=now - hour, since=now - 2 * hour, until=now - hour, cause="reset"),
        PluginFailed(at=now - hour, plugin="langid", hook="transform", error="boom"),
        Lifecycle(at=now - hour, event="stopped", detail="SIGTERM"),
    )
    status, found = checked(tmp_path)
    assert status == 0
    assert levels(found, "gaps", "plugin failures", "engine") == ["warn", "warn", "warn"]
    assert "1h" in found["gaps"]["says"] or "59m59s" in found["gaps"]["says"]
    assert "boom" in found["plugin failures"]["says"]
    assert "SIGTERM" in found["engine"]["says"]


def test_a_journal_that_is_ahead_of_the_clock_fails(tmp_path: Path) -> None:
    configure(tmp_path)
    fill(tmp_path, Lifecycle(at=SystemClock().now() + timedelta(days=1), event="stopped", detail=""))
    status, found = checked(tmp_path)
    assert (status, found["clock"]["level"]) == (1, "fail")


def test_for_people_each_line_begins_with_how_it_is_and_remedies_stand_below(tmp_path: Path) -> None:
    configure(tmp_path)
    program = finished("doctor", cwd=tmp_path, env={"KEY": CANARY})
    index = next(number for number, line in enumerate(program.out) if line.startswith("warn  state"))
    assert program.out[index + 1].strip() == "`tocsin run` makes it"
    assert {line[:4] for line in program.out if line.strip() and not line.startswith(" ")} <= {"ok  ", "warn", "fail"}


def test_dead_letters_and_what_waits_for_long_are_told_with_the_command_that_helps(tmp_path: Path) -> None:
    configure(tmp_path)
    store = SqliteStore.open(tmp_path / "tocsin.db")
    at = SystemClock().now() - timedelta(hours=2)
    alerts = [make_alert(number, at=at) for number in (1, 2)]
    names = (DestinationName("hook"), DestinationName("mail"))
    deliveries = [Delivery(alert=a, destination=to, due_at=at) for a, to in zip(alerts, names, strict=True)]
    store.commit(alerts, deliveries, [])
    for delivery in store.claim_due(at, 2):
        if delivery.destination == "hook":
            store.bury(delivery, "404", [])
        else:
            store.retry(delivery, at + timedelta(hours=3), "no answer", [])
    store.close()
    status, found = checked(tmp_path)
    assert status == 0
    assert found["dead letters"]["remedy"].endswith("`tocsin outbox retry --all --destination hook`")
    assert found["outbox"]["says"] == "1 for mail, the oldest for 2h"
