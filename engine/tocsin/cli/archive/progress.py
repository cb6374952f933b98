"""How far an archive has been read, shown while it is, on standard error if that is a terminal."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress(Protocol):
    """Is told of what has been done."""

    def advance(self, lines: int) -> None:
        """Note that so many more lines have been dealt with."""
        ...

    def hide(self) -> None:
        """Leave the terminal to other output until the next `advance`."""
        ...


class Silent:
    """Shows nothing."""

    def advance(self, lines: int) -> None:
        """Do nothing."""

    def hide(self) -> None:
        """Do nothing."""


class _Shown:
    def __init__(self, bar: "Bar", task: "TaskID", file: IO[bytes], *, shares_terminal: bool) -> None:
        self._bar = bar
        self._task = task
        self._file = file
        self._lines = 0
        self._shares_terminal = shares_terminal

    def advance(self, lines: int) -> None:
        self._lines += lines
        speed = self._lines / elapsed if (elapsed := self._bar.tasks[self._task].elapsed) else 0
        done = self._file.tell() if self._bar.tasks[self._task].total else None
        self._bar.update(self._task, completed=done, lines=f"{self._lines:,}", speed=f"{speed:,.0f}")
        self._bar.start()

    def hide(self) -> None:
        if self._shares_terminal:
            self._bar.stop()


def is_shown() -> bool:
    """Whether anybody would see the progress."""
    return sys.stderr.isatty()


@contextmanager
def shown_progress(file: IO[bytes]) -> Iterator[Progress]:
    """Show lines, rate and, of a file whose size is known, a bar and the time left; gone when the block ends."""
    if not is_shown():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    status = os.fstat(file.fileno())
    size = status.st_size if stat.S_ISREG(status.st_mode) and status.st_size else None
    columns = (
        (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(compact=True), TextColumn("left"))
        if size
        else (TimeElapsedColumn(),)
    )
    bar = Bar(
        *columns,
        TextColumn("{task.fields[lines]} lines, {task.fields[speed]}/s"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task("", total=size, lines="0", speed="0")
    progress = _Shown(bar, task, file, shares_terminal=sys.stdout.isatty())
    bar.start()
    try:
        yield progress
    finally:
        bar.stop()
