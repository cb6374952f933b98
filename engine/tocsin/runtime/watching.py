"""Word that files may have changed: from the operating system at once, and by looking now and then in any case.

Folders are watched, not files: a file that is replaced, deleted or not there yet has no lasting identity. Watched is
each folder in which a name on the way to a file can come to mean something else, so that swapped links are noticed.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import anyio
from watchfiles import Change, awatch

STEP_MS = 20
"""A group of changes is told once nothing more has happened for this long …"""

LONGEST_MS = 200
"""… or after this long."""

_MOST_LINKS = 40


class Watch:
    """Calls `on_change` whenever something happens in one of the folders that matter; belongs to one task.

    What happens to files whose names begin with `ignored`, the state database and its companions, is no news.
    """

    def __init__(self, on_change: Callable[[], None], on_problem: Callable[[str], None], *, ignored: Path) -> None:
        """`on_problem` hears why the system tells of no changes; it is called once for each way of failing."""
        self._on_change = on_change
        self._on_problem = on_problem
        self._ignored = tuple({str(ignored.absolute()), str(ignored.resolve())})
        self._folders: frozenset[Path] = frozenset()
        self._moved = anyio.Event()
        self._problem: str | None = None

    def look_after(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on."""
        wanted = frozenset(folders)
        if wanted != self._folders:
            self._folders = wanted
            self._moved.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._moved = anyio.Event()
            stop = anyio.Event()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, self._folders, stop)
                try:
                    await self._moved.wait()
                finally:
                    # The library's thread asks for this every few milliseconds and can't be cancelled otherwise.
                    stop.set()

    def matters(self, change: Change, path: str) -> bool:
        """Return whether a change of a path is worth a look."""
        del change
        return not path.startswith(self._ignored)

    async def _listen(self, folders: frozenset[Path], stop: anyio.Event) -> None:
        there = [folder for folder in sorted(folders) if folder.is_dir()]
        if not there:
            return
        changes = awatch(
            *there,
            watch_filter=self.matters,
            debounce=LONGEST_MS,
            step=STEP_MS,
            stop_event=stop,
            recursive=False,
            ignore_permission_denied=True,
        )
        try:
            # Something may have happened before anybody listened. No other task runs before the listening begins.
            self._on_change()
            async for _ in changes:
                self._on_change()
        except (OSError, RuntimeError) as error:
            if self._problem != str(error):
                self._problem = str(error)
                self._on_problem(self._problem)


def folders_of(paths: Iterable[Path]) -> set[Path]:
    """Return every folder in which something can happen to one of the paths: where it lies, and each link on the way.

    Of a folder, that one and those in it; for a missing path the nearest folder that is there.
    """
    found: set[Path] = set()
    for path in paths:
        # What can't be entered can't be watched; reading it says so.
        with suppress(OSError):
            _add_folders(path.absolute(), found, _MOST_LINKS)
            if path.is_dir():
                found |= {inside for inside in path.rglob("*") if inside.is_dir()}
    return found


def _add_folders(path: Path, found: set[Path], links_left: int) -> None:
    here = Path(path.anchor)
    for index, part in enumerate(path.parts[1:], start=2):
        step = here / part
        if step.is_symlink():
            found.add(here)
            if links_left:
                _add_folders((here / step.readlink()).joinpath(*path.parts[index:]), found, links_left - 1)
            return
        if not step.is_dir():
            found.add(here)
            return
        here = step
    found.add(here)
