"""The store on disk: permissions, locks, damage, and what is still there after a crash."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from tocsin import journal
from tocsin.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew, StoreUnavailable
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Fragment, RichText, RuleId, Severity, TweetId
from tocsin.store.choice import chosen_entries
from tocsin.store.codec import encode_record
from tocsin.store.migrations import APPLICATION_ID, MIGRATIONS
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import About
from tocsin.testing import EPOCH, make_tweet

SLACK = DestinationName("slack")


def make_delivery(number: int, text: str = "hello") -> Delivery:
    alert = Alert(
        id=AlertId(f"{number:016x}"),
        rule_id=RuleId("hack"),
        key="",
        severity=Severity.LOW,
        at=EPOCH,
        title=RichText((Fragment(text, trusted=False),)),
        body=RichText(()),
        labels={},
        tweet=make_tweet(text),
    )
    return Delivery(alert=alert, destination=SLACK, due_at=EPOCH)


def put(store: SqliteStore, *deliveries: Delivery) -> None:
    store.commit([delivery.alert for delivery in deliveries], deliveries, [])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tocsin.db"


@pytest.fixture
def filled(path: Path) -> Path:
    store = SqliteStore.open(path)
    put(store, *(make_delivery(n, "x" * 500) for n in range(50)))
    store.close()
    return path


def test_every_file_is_readable_by_its_owner_only(path: Path) -> None:
    store = SqliteStore.open(path)
    put(store, make_delivery(1))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    store.close()
    assert modes == dict.fromkeys(("tocsin.db", "tocsin.db-wal", "tocsin.db-shm", "tocsin.db.lock"), 0o600)


def test_a_second_engine_is_refused_until_the_first_is_done(path: Path) -> None:
    first = SqliteStore.open(path)
    with pytest.raises(StoreLocked, match=r"tocsin\.db is in use by another tocsin: stop that one"):
        SqliteStore.open(path)
    first.close()
    SqliteStore.open(path).close()


def test_a_killed_engine_leaves_its_commits_and_no_lock(path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from tocsin.store.sqlite import SqliteStore\n"
        "from tocsin.journal import Lifecycle; from tocsin.testing import EPOCH\n"
        "store = SqliteStore.open(Path(sys.argv[1]))\n"
        "store.commit([], [], [Lifecycle(at=EPOCH, event='started', detail='')])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)])
    store = SqliteStore.open(path)
    assert [record["event"] for record in store.journal()] == ["started"]
    store.close()


def test_visitors_read_and_drop_beside_the_engine(path: Path) -> None:
    engine = SqliteStore.open(path)
    put(engine, make_delivery(1), make_delivery(2))
    visitor = SqliteStore.visit(path)
    assert len(visitor.outbox()) == 2
    assert visitor.drop(AlertId(f"{1:016x}"), SLACK, EPOCH, "dropped")
    assert [d.alert.id for d in engine.claim_due(EPOCH, 5)] == [AlertId(f"{2:016x}")]
    visitor.close()
    engine.close()


def test_visiting_where_nothing_is_makes_nothing(path: Path) -> None:
    with pytest.raises(StoreError, match=r"no state database .* yet: `tocsin run` makes it"):
        SqliteStore.visit(path)
    assert not path.exists()


def test_a_later_schema_is_refused(filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreTooNew, match="schema 99"):
        SqliteStore.open(filled)


@pytest.mark.parametrize("damage", ["garbage", "truncated", "emptied", "flipped", "foreign"])
def test_damage_is_refused_with_a_remedy_and_left_as_it_is(filled: Path, damage: str) -> None:
    content = bytearray(filled.read_bytes())
    if damage == "garbage":
        content = bytearray(b"not a database at all" * 100)
    elif damage == "truncated":
        del content[len(content) // 2 :]
    elif damage == "emptied":
        content.clear()
    elif damage == "flipped":
        content[4096:8192] = bytes(byte ^ 0xFF for byte in content[4096:8192])
    filled.write_bytes(content)
    if damage == "foreign":
        with sqlite3.connect(filled) as connection:
            connection.execute("PRAGMA application_id = 7")
        connection.close()
        content = bytearray(filled.read_bytes())
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        SqliteStore.open(filled)
    assert filled.read_bytes() == content


def test_a_full_disk_loses_nothing_and_the_same_call_succeeds_later(path: Path) -> None:
    store = SqliteStore.open(path)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    batch = [make_delivery(n, "x" * 2000) for n in range(50)]
    with pytest.raises(StoreUnavailable, match="full"):
        put(store, *batch)
    assert store.outbox() == []
    store._connection.execute("PRAGMA max_page_count = 100000")
    put(store, *batch)
    assert len(store.outbox()) == 50
    store.close()


def test_a_write_against_a_held_lock_is_unavailable_not_damaged(path: Path) -> None:
    store = SqliteStore.open(path)
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        put(store, make_delivery(1))
    other.execute("ROLLBACK")
    other.close()
    put(store, make_delivery(1))
    store.close()


def test_a_missing_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        SqliteStore.open(tmp_path / "gone" / "tocsin.db")


def test_a_claim_reads_an_index_and_never_the_whole_outbox(path: Path) -> None:
    store = SqliteStore.open(path)
    for query in (
        "SELECT min(destination) FROM outbox WHERE state = 'waiting' AND destination > 'a'",
        "SELECT seq FROM outbox WHERE state = 'waiting' AND destination = 'a' AND due_at <= 5 ORDER BY due_at, seq",
        "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND destination = 'a'",
        (
            "SELECT seq FROM outbox WHERE state = 'waiting' AND destination = 'a' AND due_at <= 5 AND bundle IS NULL"
            " ORDER BY due_at, seq LIMIT 9"
        ),
        (
            "SELECT alert_id FROM outbox WHERE destination = 'a' AND state = 'waiting' AND due_at >= 3"
            " AND passed_on = 0 AND (due_at <= 5 OR attempts > 0) ORDER BY due_at, seq LIMIT 9"
        ),
    ):
        plan = [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert len(plan) == 1, plan
        assert plan[0].startswith("SEARCH outbox USING"), plan
        assert "INDEX outbox_waiting (destination" in plan[0], plan
    store.close()


def test_a_journal_with_nothing_to_forget_is_not_read_through(path: Path) -> None:
    """Millions of tweets a day: reading them all every few minutes would hold up the commits."""
    store = SqliteStore.open(path)
    store.commit([], [], [journal.Seen(at=EPOCH, tweet_id=TweetId(str(n)), source="test") for n in range(2_000)])
    steps: list[int] = []
    store._connection.set_progress_handler(lambda: steps.append(1), 100)
    assert store.prune(EPOCH, kinds=["seen"]) == 0
    store.close()
    assert len(steps) < 10


def test_a_journal_from_before_its_columns_is_searched_all_the_same(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for step in MIGRATIONS[:2]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 2")
    entry = journal.Failed(at=EPOCH, tweet_id=TweetId("x7"), rule_id=RuleId("hack"), where="", error="no")
    row = (0, entry.kind, encode_record(journal.as_record(entry)))
    connection.execute("INSERT INTO journal (at, kind, record) VALUES (?, ?, ?)", row)
    connection.close()
    store = SqliteStore.open(path)
    found = [
        store.journal(about=about) for about in (About(tweet_id="x7"), About(rule_id="hack"), About(tweet_id="x8"))
    ]
    store.close()
    assert found == [[journal.as_record(entry)], [journal.as_record(entry)], []]


def test_rules_in_force_from_before_they_had_rows_are_found_all_the_same(path: Path) -> None:
    step = next(number for number, each in enumerate(MIGRATIONS) if "rules_in_force" in each[0])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.create_function("tweet_number", 1, lambda text: None, deterministic=True)
    for statement in (statement for each in MIGRATIONS[:step] for statement in each):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {step}")
    document = {"revision": "1", "rules": {"a": {"when": [1, 1.0, True, "\ud800"]}, "b": {}}, "settings": {}}
    connection.execute("INSERT INTO in_force (id, document) VALUES (1, ?)", (encode_record(document),))
    connection.close()
    store = SqliteStore.open(path)
    found = store.in_force()
    store.close()
    assert repr(found) == repr({"revision": "1", "settings": {}, "rules": document["rules"]})


def test_every_look_up_of_the_trace_goes_through_an_index(path: Path) -> None:
    SqliteStore.open(path).close()
    connection = sqlite3.connect(path)
    for about in (About(tweet_id="1"), About(alert_id="a"), About(rule_id="r")):
        chosen = chosen_entries(("seen", "withheld"), about, EPOCH, EPOCH)
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT seq, record FROM journal {chosen.sql} ORDER BY seq", chosen.values
        ).fetchall()
        for table, index in (("entries", "journal"), ("matched", "matched")):
            steps = [step[3] for step in plan if f" {table}" in step[3]]
            assert [re.findall(rf"{index}_by_(tweet|alert|rule)", step) != [] for step in steps] == [True], plan
    connection.close()


@pytest.mark.parametrize(
    ("kinds", "about"),
    [
        ((), About()),
        (("seen",), About()),
        (("lifecycle",), About()),
        (("matched",), About()),
        (("matched", "withheld"), About(alert_id="a7")),
        (("seen", "withheld"), About(tweet_id="7")),
        ((), About(alert_id="a")),
        (("withheld",), About(rule_id="r")),
    ],
)
def test_a_long_journal_is_never_read_through_for_its_newest_entry(
    path: Path, kinds: tuple[str, ...], about: About
) -> None:
    store = SqliteStore.open(path)
    store.commit([], [], [entry for number in range(5_000) for entry in (seen(number), matched(number))])
    steps: list[int] = []
    store._connection.set_progress_handler(lambda: steps.append(1), 100)
    store.journal(kinds=kinds, about=about, limit=1)
    store.close()
    assert len(steps) < 10


@pytest.mark.parametrize("tweet_id", ["0", "7", "007", "", "x7", "1" * 19, "9" * 19, "\u0667", "\ud800", 'a"b'])
@pytest.mark.parametrize("at", [EPOCH, EPOCH.replace(microsecond=70), EPOCH.replace(year=1969)])
@pytest.mark.parametrize("source", ["scrapest", 'a"b', "é"])
def test_what_was_seen_is_told_as_it_was_in_either_table(path: Path, tweet_id: str, at: datetime, source: str) -> None:
    store = SqliteStore.open(path)
    entry = journal.Seen(at=at, tweet_id=TweetId(tweet_id), source=source)
    store.commit([], [], [entry])
    assert store.journal(about=About(tweet_id=tweet_id)) == [journal.as_record(entry)]
    store.close()


@pytest.mark.parametrize("tweet_id", ["0", "7", "007", "x7", "9" * 19, 'a"b'])
@pytest.mark.parametrize("at", [EPOCH, EPOCH.replace(microsecond=70), EPOCH.replace(year=1969)])
@pytest.mark.parametrize(("rule_id", "alert_id"), [("hack-1", "0a1b"), ('a"b', "0a1b"), ("é", "0a1b"), ("r", "\ud800")])
@pytest.mark.parametrize("stage", ["live", "shadow"])
def test_what_matched_is_told_as_it_was_in_either_table(
    path: Path, tweet_id: str, at: datetime, rule_id: str, alert_id: str, stage: Literal["live", "shadow"]
) -> None:
    store = SqliteStore.open(path)
    entry = journal.Matched(
        at=at, tweet_id=TweetId(tweet_id), rule_id=RuleId(rule_id), alert_id=AlertId(alert_id), stage=stage
    )
    store.commit([], [], [entry])
    for about in (About(tweet_id=tweet_id), About(rule_id=rule_id), About(alert_id=alert_id)):
        assert store.journal(kinds=["matched"], about=about) == [journal.as_record(entry)]
    assert store.prune(at + timedelta(seconds=1), kinds=["matched"]) == 1
    assert store.journal() == []
    store.close()


def test_the_tables_of_the_journal_keep_one_order(path: Path) -> None:
    store = SqliteStore.open(path)
    for number in range(0, 40, 4):
        store.commit([], [], [seen(number), gone(number + 1), matched(number + 2)])
        store.commit([], [], [gone(number + 3)] if number % 8 else [matched(number + 3)])
    assert [record["tweet_id"] for record in store.journal(oldest_first=True)] == [str(n) for n in range(40)]
    store.close()


def seen(number: int) -> journal.Seen:
    return journal.Seen(at=EPOCH, tweet_id=TweetId(str(number)), source="test")


def matched(number: int) -> journal.Matched:
    return journal.Matched(at=EPOCH, tweet_id=TweetId(str(number)), rule_id=RuleId("r"), alert_id=AlertId(f"a{number}"))


def gone(number: int) -> journal.Dropped:
    return journal.Dropped(at=EPOCH, tweet_id=TweetId(str(number)), by="test", reason="none")


@pytest.mark.parametrize("document", ["{not json", "[]"])
def test_records_that_cannot_be_read_are_damage_and_no_traceback(path: Path, document: str) -> None:
    store = SqliteStore.open(path)
    other = sqlite3.connect(path)
    with other:
        other.execute("INSERT INTO state VALUES ('throttle/a', ?)", (document,))
    other.close()
    with pytest.raises(StoreDamaged, match="what is held back can't be read"):
        store.state()
    store.close()


def test_a_silence_outside_of_the_calendar_is_damage_and_no_traceback(path: Path) -> None:
    store = SqliteStore.open(path)
    other = sqlite3.connect(path)
    with other:
        other.execute(
            "INSERT INTO silences (condition, why, made_by, since, until) VALUES ('eq: [.rule, a]', 'w', 'b', 0, ?)",
            (2**62,),
        )
    other.close()
    with pytest.raises(StoreDamaged, match="outside of the calendar"):
        store.silences.every()
    store.close()


def durability(store: SqliteStore, act: Callable[[], object]) -> list[str]:
    """Return how SQLite was told to wait for the disk while something was done."""
    said: list[str] = []
    store._connection.set_trace_callback(said.append)
    act()
    store._connection.set_trace_callback(None)
    return [statement.rpartition(" ")[2] for statement in said if "synchronous" in statement]


def test_only_the_claim_of_an_alert_by_itself_does_not_wait_for_the_disk(path: Path) -> None:
    store = SqliteStore.open(path)
    assert durability(store, lambda: put(store, *map(make_delivery, range(9)))) == ["FULL"]
    claimed: list[Delivery] = []
    assert durability(store, lambda: claimed.extend(store.claim_due(EPOCH, 9))) == ["NORMAL"]
    assert len(claimed) == 1
    assert durability(store, lambda: store.settle(claimed[0], [])) == ["FULL"]
    assert durability(store, lambda: claimed.extend(store.claim_due(EPOCH, 9, bundling={SLACK: 5}))) == ["FULL"]
    assert len(claimed) == 6


def test_a_claim_that_failed_leaves_the_next_write_waiting_for_the_disk(path: Path) -> None:
    store = SqliteStore.open(path)
    put(store, make_delivery(1))
    store._connection.execute("CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        store.claim_due(EPOCH, 9)
    assert durability(store, lambda: put(store, make_delivery(2))) == ["FULL"]


def test_an_unreadable_row_in_front_does_not_let_several_go_without_waiting_for_the_disk(path: Path) -> None:
    store = SqliteStore.open(path)
    put(store, *map(make_delivery, range(3)))
    store.hold([make_delivery(1), make_delivery(2)], EPOCH, "digest", "", [])
    store._connection.execute("UPDATE alerts SET document = 'x' WHERE id = ?", (make_delivery(0).alert.id,))
    bad = store.claim_due(EPOCH, 9)
    assert [delivery.alert.id for delivery in bad] == [make_delivery(0).alert.id]
    store.bury(bad[0], "unreadable", [])
    claimed: list[Delivery] = []
    assert durability(store, lambda: claimed.extend(store.claim_due(EPOCH, 9))) == ["FULL"]
    assert len(claimed) == 2
