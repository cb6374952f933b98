"""Reading a project from files that somebody may be writing: whole, or not yet.

Nothing tells when an editor, a deployment or a copy is done. So files are read only once they have been quiet, and what
was read counts only if every file, and the list of files, is the same after as before: a rule set is never put together
from two states of its files.
"""

import stat
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import anyio.to_thread

from tocsin.clock import Clock
from tocsin.rules.reading.files import find_files
from tocsin.runtime import collecting
from tocsin.runtime.project import LoadedProject

QUIET = timedelta(milliseconds=200)
"""How long files must not have changed before they are read: a writer's pause between two of them."""

PATIENCE = timedelta(seconds=5)
"""Files that are never quiet are read after this long all the same, as long as nothing changes while they are."""

_READ_BYTES = 16 * 1024 * 1024

Sleep: TypeAlias = Callable[[float], Awaitable[None]]

Stamp: TypeAlias = tuple[int, int, int]
"""When a file was written and changed, in nanoseconds, and which one it is."""

Look: TypeAlias = Mapping[Path, tuple[bytes, Stamp] | None]
"""Files that were there, or should have been, and a digest of each one's content; None where it can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """What a project is read from: `config`, the files and folders that it names for rules, the lists of those."""

    config: Path
    rules: tuple[Path, ...]
    files: tuple[Path, ...]

    def look(self) -> Look:
        """Return what is there now; it reads every file, so that no trick of time stamps can hide a change."""
        try:
            found, _ = find_files(self.rules)
        except OSError:  # a folder that can't be entered; reading it will say so
            found = []
        return {path: _looked_at(path) for path in (self.config, *(file.absolute() for file in found), *self.files)}


class NeverQuiet(Exception):
    """The files changed during every try to read them."""


class Reader:
    """Reads a project anew whenever its files have changed; belongs to one task."""

    def __init__(self, load: Callable[[], LoadedProject], paths: Paths, clock: Clock, sleep: Sleep) -> None:
        """`load` reads everything; it runs in a thread. `sleep` waits, given seconds."""
        self._load = load
        self._clock = clock
        self._sleep = sleep
        self.paths = paths
        self._read: Mapping[Path, bytes | None] | None = None

    async def has_changed(self) -> bool:
        """Return whether anything differs from what was last read."""
        return _digests(await self._look()) != self._read

    async def quiet(self) -> None:
        """Wait until nothing has changed for a while, or for as long as one can wait."""
        ends_at = self._clock.monotonic() + PATIENCE.total_seconds()
        before = _digests(await self._look())
        while self._clock.monotonic() < ends_at:
            await self._sleep(QUIET.total_seconds())
            now = _digests(await self._look())
            if now == before:
                return
            before = now

    async def read(self) -> LoadedProject:
        """Return what the files say, all of them as they were at one moment.

        Raises:
            NeverQuiet: they changed during every try.
        """
        ends_at = self._clock.monotonic() + PATIENCE.total_seconds()
        while True:
            before = await self._look()
            loaded = await anyio.to_thread.run_sync(self._load_aside, abandon_on_cancel=True)
            self.paths = paths_of(loaded, self.paths)
            # Stamps as well: a file may have become another and be again what it was, and read as the other.
            if await self._look() == before:
                self._read = _digests(before)
                return loaded
            if self._clock.monotonic() > ends_at:
                raise NeverQuiet

    def _load_aside(self) -> LoadedProject:
        with collecting.beside_the_stream():
            return self._load()

    async def _look(self) -> Look:
        return await anyio.to_thread.run_sync(self.paths.look, abandon_on_cancel=True)


def paths_of(loaded: LoadedProject, before: Paths) -> Paths:
    """Return what a project was read from; where its configuration can't be told, what it was before."""
    return Paths(config=before.config, rules=loaded.rules or before.rules, files=loaded.files or before.files)


def _digests(look: Look) -> Mapping[Path, bytes | None]:
    return {path: None if seen is None else seen[0] for path, seen in look.items()}


def _looked_at(path: Path) -> tuple[bytes, Stamp] | None:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return None
        with path.open("rb") as file:
            digest = blake2b(file.read(_READ_BYTES), digest_size=16).digest()
        return digest, (found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    except OSError:
        return None
