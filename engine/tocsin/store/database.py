"""Opens the SQLite file: permissions, durability, integrity, and SQLite's errors as ours."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tocsin.errors import StoreDamaged, StoreError, StoreTooNew, StoreUnavailable
from tocsin.store.migrations import APPLICATION_ID, LATEST, version_of

BUSY_TIMEOUT_MS = 5_000
"""How long a write waits for another process's short write, e.g. of `tocsin outbox drop`."""

_CHECKED_UP_TO_BYTES = 64 * 1024 * 1024
"""A full check reads the whole file (about 0.3 s at this size); a larger one is checked page by page as it is read."""

_HEADER = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Return a connection to the file; `create` makes a missing one, readable by its owner only.

    Raises:
        StoreDamaged: the file is no SQLite database of ours, or is damaged.
        StoreUnavailable: it can't be opened.
    """
    with translated(path):
        _check_header(path)
        if create:
            # SQLite gives -wal and -shm the permissions of the main file.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def visit(path: Path) -> sqlite3.Connection:
    """Return a connection to a database that an engine made, whether or not one is running.

    Raises:
        StoreError: there is none yet, or it has an earlier schema.
        StoreTooNew: it has a later one.
        StoreDamaged: it is damaged.
    """
    if not path.exists():
        raise StoreError(f"there is no state database {path} yet: `tocsin run` makes it")
    connection = connect(path, create=False)
    with translated(path):
        version = version_of(connection)
    if version != LATEST:
        connection.close()
        if version > LATEST:
            raise StoreTooNew(f"{path} has schema {version}, and this tocsin knows up to {LATEST}: upgrade tocsin")
        raise StoreError(f"{path} has schema {version}, this tocsin wants {LATEST}: `tocsin run` brings it up to date")
    return connection


def damage(path: Path) -> str | None:
    """Return what is damaged in a database, None if it is whole; reads all of it, beside a running engine too.

    Raises:
        StoreUnavailable: it can't be read.
    """
    with translated(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        return None if verdict == "ok" else verdict


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's and the operating system's errors as ours, naming the file and the remedy."""
    try:
        yield
    except sqlite3.Error as error:
        if _primary_code(error) in _DAMAGED:
            raise damaged(path, str(error)) from error
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise
        raise StoreUnavailable(f"{path} can't be used at the moment: {error}") from error
    except UnicodeDecodeError as error:
        # SQLite's message quotes what it could not read, and Python could not read the message.
        raise damaged(path, "it holds text that is none") from error
    except OSError as error:
        raise StoreUnavailable(f"{path} can't be opened: {error.strerror or error}") from error


@contextmanager
def transaction(connection: sqlite3.Connection, *, lasting: bool = True) -> Iterator[None]:
    """Run the block as one write: all of it is on disk afterwards, or nothing.

    One that isn't `lasting` doesn't wait for the disk: a power cut may take it back, whole, a kill doesn't. The next
    that is lasting puts it on disk too.
    """
    undo_unfinished(connection)
    # Each says it anew, and nothing is written but in one: what the one before said, however it ended, doesn't count.
    connection.execute("PRAGMA synchronous = FULL" if lasting else "PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        undo_unfinished(connection)
        raise


@contextmanager
def reading(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Run the block as a read, errors translated; not within a transaction."""
    with translated(path):
        undo_unfinished(connection)
        yield


def undo_unfinished(connection: sqlite3.Connection) -> None:
    """Take back what a write that failed has left.

    After some errors (disk full) SQLite has done so by itself. And taking back can fail like anything else: unless the
    next call did it first, it would see half of that write, and no write would ever begin again.
    """
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    with closing(connection.execute("PRAGMA journal_mode = WAL")) as cursor:
        mode = cursor.fetchone()[0]
    if mode != "wal":
        raise StoreUnavailable(f"{path} can't use write-ahead logging: put `state` on a local disk")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 1000")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    if version_of(connection) == 0:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise damaged(path, "it is a database of another program")
        return
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise damaged(path, "it is a database of another program")
    if path.stat().st_size <= _CHECKED_UP_TO_BYTES:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise damaged(path, str(verdict))


def _check_header(path: Path) -> None:
    """Refuse what isn't SQLite before SQLite touches it; a file too short for a header may still be a new one."""
    if not path.exists():
        return
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    if start and not start.startswith(_HEADER):
        raise damaged(path, "it is not a database")
    # With a write-ahead log beside it a crash may have left half a page; the log has it whole.
    if len(start) == _HEADER_BYTES and not path.with_name(path.name + "-wal").exists():
        page_bytes = int.from_bytes(start[16:18], "big")
        if path.stat().st_size % (page_bytes if page_bytes > 1 else 65536):
            raise damaged(path, "its end is missing")


def damaged(path: Path, what: str) -> StoreDamaged:
    """Return the error that a file is damaged, with what is to be done about it."""
    return StoreDamaged(
        f"{path} is damaged or not a database of tocsin ({what}): restore it from a backup, or move it away "
        "to start with an empty one (what waited in it is then not delivered)"
    )


def _primary_code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
