"""The store over a SQLite that fails at any call: nothing is half done, and the same call succeeds later."""

import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from tests.alerts import make_alert
from tests.faulty_sqlite import ERRORS, Faults, FaultyConnection
from tocsin.errors import StoreDamaged, StoreError, StoreUnavailable
from tocsin.journal import Attempted, Lifecycle
from tocsin.model import Delivery, DestinationName
from tocsin.store import database
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

A, B = DestinationName("a"), DestinationName("b")
SECOND = timedelta(seconds=1)
FOREVER = 10_000
T = TypeVar("T")


def delivery(number: int, to: DestinationName = A) -> Delivery:
    return Delivery(alert=make_alert(number), destination=to, due_at=EPOCH)


def attempted(outcome: str) -> Attempted:
    return Attempted(
        at=EPOCH, alert_id=make_alert(1).id, destination=A, attempt=1, outcome=outcome, detail="", next_at=None
    )


@dataclass(frozen=True)
class Call:
    """One call of the store; called with it, `act` returns what the caller gets."""

    name: str
    act: Callable[[SqliteStore], Any]


CLAIMED = Delivery(alert=make_alert(1), destination=A, due_at=EPOCH, attempts=1, first_tried_at=EPOCH)
CALLS = (
    Call("commit", lambda s: s.commit([make_alert(9)], [delivery(9), delivery(9, B)], [attempted("delivered")])),
    Call("claim_due", lambda s: s.claim_due(EPOCH, 5)),
    Call("next_due_at", lambda s: s.next_due_at()),
    Call("settle", lambda s: s.settle(CLAIMED, [attempted("delivered")])),
    Call("retry", lambda s: s.retry(CLAIMED, EPOCH + SECOND, "busy", [attempted("unreachable")])),
    Call("bury", lambda s: s.bury(CLAIMED, "refused", [attempted("refused")])),
    Call("bring_forward", lambda s: s.bring_forward(EPOCH - SECOND)),
    Call("recover", lambda s: s.recover()),
    Call("known_alerts", lambda s: s.known_alerts(10)),
    Call("alerts", lambda s: s.alerts(limit=10)),
    Call("outbox", lambda s: s.outbox()),
    Call("revive", lambda s: s.revive(make_alert(3).id, A, EPOCH)),
    Call("drop", lambda s: s.drop(make_alert(3).id, A, EPOCH, "dropped")),
    Call("journal", lambda s: s.journal()),
    Call("prune", lambda s: s.prune(EPOCH + SECOND)),
    Call("prune of kinds", lambda s: s.prune(EPOCH + SECOND, kinds=["lifecycle"])),
    Call("put_in_force", lambda s: s.put_in_force({"revision": "2"}, {"r": "{}"}, gone=["q"])),
    Call("in_force", lambda s: s.in_force()),
    Call("state", lambda s: s.state()),
    Call("forget_alerts", lambda s: s.forget_alerts(EPOCH + SECOND, keep=0)),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a delivery in each state."""
    path = tmp_path_factory.mktemp("template") / "t.db"
    store = SqliteStore.open(path)
    rows = [delivery(number, to) for number in (1, 2, 3, 4) for to in (A, B)]
    store.commit([row.alert for row in rows], rows, [Lifecycle(at=EPOCH, event="started", detail="")])
    for ending in ("dead", "delivered", "delivered"):
        (claimed,) = store.claim_due(EPOCH, 1, excluding=[B])
        if ending == "dead":
            store.bury(claimed, "refused", [])
        else:
            store.settle(claimed, [])
    store.revive(make_alert(1).id, A, EPOCH)
    assert [row.alert.id for row in store.claim_due(EPOCH, 1, excluding=[B])] == [make_alert(1).id]
    store.put_in_force({"revision": "1"}, {"q": "{}"})
    store.close()
    return path


def copy_of(template: Path, folder: Path) -> Path:
    return Path(shutil.copy(template, folder / "t.db"))


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def opened(path: Path, faults: Faults) -> SqliteStore:
    connection = FaultyConnection(database.connect(path, create=False), faults)
    return SqliteStore(cast("sqlite3.Connection", connection), path, None)


def tried(act: Callable[[], T]) -> tuple[T | None, str]:
    """Return what a call returns, or None and why the store refuses."""
    try:
        return act(), ""
    except StoreError as error:
        return None, str(error)


@pytest.mark.parametrize("lasting", [1, 2, FOREVER], ids=["once", "twice", "until it is mended"])
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_call_that_fails_anywhere_changes_nothing_and_succeeds_when_made_again(
    call: Call, lasting: int, template: Path, tmp_path: Path
) -> None:
    whole = opened(copy_of(template, tmp_path), Faults())
    wanted = call.act(whole)
    whole.close()
    before, after = dump(template), dump(tmp_path / "t.db")
    path = copy_of(template, tmp_path)
    store = opened(path, faults := Faults())
    statements = 0
    while True:
        statements += 1
        faults.begin(statements, statements + lasting - 1, list(ERRORS)[statements % len(ERRORS)])
        got, problem = tried(lambda: call.act(store))
        if not problem:
            break
        assert faults.message in problem
        assert dump(path) == before, faults.failed
    assert not faults.failed
    assert statements > 1
    assert got == wanted
    assert dump(path) == after
    store.close()


@pytest.mark.parametrize("message", list(ERRORS))
def test_an_opening_that_fails_anywhere_says_so_and_succeeds_later(
    message: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first start, with every step of the schema, and a later one."""
    faults = Faults()
    connect = sqlite3.connect

    def faulty(*args: Any, **named: Any) -> Any:
        return FaultyConnection(connect(*args, **named), faults)

    monkeypatch.setattr(sqlite3, "connect", faulty)
    for path in (tmp_path / "new.db", copy_of(template, tmp_path)):
        statements = 0
        while True:
            statements += 1
            faults.begin(statements, statements, message)
            store, problem = tried(partial(SqliteStore.open, path))
            if store is not None:
                break
            assert message in problem
        faults.begin(0, 0)
        assert statements > 5
        assert store.commit([make_alert(7)], [delivery(7)], []) == 1
        store.close()


def test_a_file_system_that_is_full_loses_nothing_and_is_written_again_once_there_is_room(tmp_path: Path) -> None:
    """A real one, of 1 MiB, where we may mount."""
    with mounted(tmp_path):
        store = SqliteStore.open(tmp_path / "t.db")
        store.commit([make_alert(1)], [delivery(1)], [])
        ballast = tmp_path / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        batch = [make_alert(number, "x" * 4000) for number in range(2, 80)]
        with pytest.raises(StoreUnavailable, match=r"full|I/O"):
            store.commit(batch, [delivery(2)], [])
        assert [row.delivery.alert.id for row in store.outbox()] == [make_alert(1).id]
        ballast.unlink()
        store.commit(batch, [delivery(2)], [])
        assert len(store.alerts(limit=100)) == 79
        store.close()


def test_another_process_that_holds_the_database_is_waited_for_and_then_named(template: Path, tmp_path: Path) -> None:
    """A lock held for 30 s; the wait of 5 s is shortened."""
    path = copy_of(template, tmp_path)
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN EXCLUSIVE')"
    )
    holds = f"{program}; print('holds', flush=True); sys.stdin.read()"
    connection = database.connect(path, create=False)
    connection.execute("PRAGMA busy_timeout = 20")
    store = SqliteStore(connection, path, None)
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"holds\n"
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="locked"):
                store.commit([make_alert(9)], [delivery(9)], [])
        other.communicate()
    assert store.commit([make_alert(9)], [delivery(9)], []) == 1
    store.close()


def test_a_folder_that_is_gone_is_said_and_nothing_is_made_anew(template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    path = copy_of(template, folder)
    shutil.rmtree(folder)
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        SqliteStore.open(path)
    with pytest.raises(StoreError, match="no state database"):
        SqliteStore.visit(path)
    assert not folder.exists()


def test_a_bit_flipped_anywhere_never_looks_like_an_empty_outbox(template: Path, tmp_path: Path) -> None:
    """One byte in each 128: refused with a remedy, or all that was there is read as it was, or the row that is told."""
    content = template.read_bytes()
    path = tmp_path / "t.db"
    whole, verdicts = read(copy_of(template, tmp_path)), Counter[str]()
    for place in range(0, len(content), 128):
        flipped = bytearray(content)
        flipped[place + place // 128 % 128] ^= 0xFF
        path.write_bytes(flipped)
        Path(f"{path}-wal").unlink(missing_ok=True)
        ids, problem = tried(partial(read, path))
        if ids is None:
            assert str(path) in problem
            verdicts["refused"] += 1
        else:
            assert len(ids) == len(whole), f"byte {place}"
            verdicts["whole" if ids == whole else "changed"] += 1
    assert verdicts["refused"] > 10
    assert verdicts["changed"] <= 2 * len(whole)


def read(path: Path) -> list[str]:
    """Return all deliveries that a start finds, and what it claims."""
    store = SqliteStore.open(path)
    try:
        store.recover()
        store.claim_due(EPOCH, 10)
        rows = store.outbox(states=("waiting", "sending", "delivered", "dead"))
        return sorted(f"{row.delivery.alert.id} {row.delivery.destination} {row.state}" for row in rows)
    finally:
        store.close()


@pytest.mark.parametrize("length", [0, 1, 99, 100, 4096, 8192, -4096, -1])
def test_a_file_cut_anywhere_is_refused(template: Path, tmp_path: Path, length: int) -> None:
    path = copy_of(template, tmp_path)
    SqliteStore.open(path).close()
    cut = path.read_bytes()[:length]
    path.write_bytes(cut)
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        SqliteStore.open(path)
    assert path.read_bytes() == cut


def test_a_file_system_that_is_read_only_is_said_plainly(template: Path, tmp_path: Path) -> None:
    with mounted(tmp_path):
        path = copy_of(template, tmp_path)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        with pytest.raises(StoreUnavailable, match=r"Read-only file system"):
            SqliteStore.open(path)
        subprocess.run(["mount", "-o", "remount,rw", str(tmp_path)], check=True)
        SqliteStore.open(path).close()


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Lay a file system of 1 MiB over a folder; skip the test where that takes rights that we don't have."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    if mount.returncode:
        pytest.skip("mounting needs rights that we don't have")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
