"""Word that files may have changed: from the operating system at once, and by looking now and then in any case.

Folders are watched, not files: a file that is replaced, deleted or not there yet has no lasting identity. Watched is
each folder in which a name on the way to a file can come to mean something else, so that swapped links are noticed.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import anyio
from watchfiles import Change, awatch

STEP_MS = 20
"""A group of changes is told once nothing more has happened for this long …"""

LONGEST_MS = 200
"""… or after this long."""

_MOST_LINKS = 40

Folders: TypeAlias = Mapping[Path, frozenset[str] | None]
"""Folders to watch, without links in their own names, and the names in each that matter; None for all of them."""


class Watch:
    """Calls `on_change` whenever something happens to one of the names that matter; belongs to one task.

    What happens to files whose names begin with `ignored`, the state database and its companions, is no news.
    """

    def __init__(self, on_change: Callable[[], None], on_problem: Callable[[str], None], *, ignored: Path) -> None:
        """`on_problem` hears why the system tells of no changes; it is called once for each way of failing."""
        self._on_change = on_change
        self._on_problem = on_problem
        self._ignored = tuple({str(ignored.absolute()), str(ignored.resolve())})
        self._folders: Folders = {}
        self._moved = anyio.Event()
        self._problem: str | None = None

    def look_after(self, folders: Folders) -> None:
        """Watch these folders from now on."""
        is_elsewhere = folders.keys() != self._folders.keys()
        self._folders = folders
        if is_elsewhere:
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
        names = self._folders.get(Path(path).parent)
        return not path.startswith(self._ignored) and (names is None or Path(path).name in names)

    async def _listen(self, folders: Folders, stop: anyio.Event) -> None:
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


def folders_of(paths: Iterable[Path]) -> Folders:
    """Return every folder in which something can happen to one of the paths: where it lies, and each link on the way.

    Of a folder, that one and those in it; for a missing path the nearest folder that is there.
    """
    found: dict[Path, set[str] | None] = {}
    for path in paths:
        # What can't be entered can't be watched; reading it says so.
        with suppress(OSError):
            end = _follow(path.absolute(), found, _MOST_LINKS)
            if end is not None and end.is_dir():
                found |= {inside: None for inside in (end, *end.rglob("*")) if inside.is_dir()}
    return {folder: None if names is None else frozenset(names) for folder, names in found.items()}


def _follow(path: Path, found: dict[Path, set[str] | None], links_left: int) -> Path | None:
    """Note each name on the way that is a link, is missing or is the last; return what the path leads to, or None."""
    here = Path(path.anchor)
    for index, part in enumerate(path.parts[1:], start=2):
        if part == "..":
            here = here.parent
            continue
        step = here / part
        is_last = index == len(path.parts)
        if is_last or step.is_symlink() or not step.is_dir():
            names = found.setdefault(here, set())
            if names is not None:
                names.add(part)
        if step.is_symlink():
            target = (here / step.readlink()).joinpath(*path.parts[index:])
            return _follow(target, found, links_left - 1) if links_left else None
        if not is_last and not step.is_dir():
            return None
        here = step
    return here
