"""One engine a database: a lock that the operating system lets go of when the process ends, however it ends."""

import os
import sys
from pathlib import Path
from typing import Self

from tocsin.errors import StoreLocked

CREATED = b"created\n"
"""What the lock file holds once the database beside it has a schema."""


class EngineLock:
    """Holds `FILE.lock` beside a database; the file stays, only its lock comes and goes.

    It keeps a second engine out, not readers and not the short writes of `tocsin outbox`: SQLite's own locks order
    those.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, database: Path) -> Self:
        """Take the lock at once.

        Raises:
            StoreLocked: another process has it.
            OSError: the lock file can't be made.
        """
        path = database.with_name(database.name + ".lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise StoreLocked(
                f"{database} is in use by another tocsin: stop that one, or name another file under `state`"
            ) from error
        return cls(descriptor)

    @property
    def knows_database(self) -> bool:
        """Whether a database was made here before: then one that is now empty is damaged, not new."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.read(self._descriptor, len(CREATED)) == CREATED

    def remember_database(self) -> None:
        """Note that the database exists."""
        if not self.knows_database:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, CREATED)

    def release(self) -> None:
        """Let others have the database."""
        os.close(self._descriptor)


def is_held(database: Path) -> bool:
    """Return whether an engine has the database; takes and changes nothing that outlasts the call.

    Raises:
        OSError: the lock file can't be read.
    """
    path = database.with_name(database.name + ".lock")
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        # For an instant only: an engine that starts just now would be refused.
        _lock(descriptor, shared=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        # Far past the content: Windows' locks are mandatory, and the first bytes must stay readable.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
