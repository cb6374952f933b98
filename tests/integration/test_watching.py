"""Word of changes from the operating system, over real folders; and which folders it takes to hear of them all."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from watchfiles import Change as FileChange

from tocsin.runtime.reloading.watching import Watch, folders_of

pytestmark = pytest.mark.anyio

Change = Callable[[Path], object]


class Heard:
    """Notes that something was heard, and what went wrong."""

    def __init__(self) -> None:
        self._event = anyio.Event()
        self.problems: list[str] = []

    def note(self) -> None:
        self._event.set()

    async def next(self) -> None:
        with anyio.fail_after(20):
            await self._event.wait()
        self._event = anyio.Event()


@asynccontextmanager
async def watching(*paths: Path, state: Path) -> AsyncIterator[Heard]:
    """Watch paths for the length of the block, which begins once the system is being listened to."""
    heard = Heard()
    watch = Watch(heard.note, heard.problems.append, ignored=state)
    watch.look_after(folders_of(paths))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch.run)
        await heard.next()
        yield heard
        tasks.cancel_scope.cancel()


def relink(folder: Path) -> None:
    (folder / "rules" / "..next").symlink_to("..v2")
    (folder / "rules" / "..next").replace(folder / "rules" / "..data")


def put_in_place(folder: Path) -> None:
    (folder / "new.txt").write_text("tocsin: 1")
    (folder / "new.txt").rename(folder / "rules" / "a.yaml")


CHANGES: dict[str, Change] = {
    "written": lambda folder: (folder / "rules" / "a.yaml").write_text("tocsin: 1"),
    "renamed into place": put_in_place,
    "deleted": lambda folder: (folder / "rules" / "a.yaml").unlink(),
    "written in a folder within": lambda folder: (folder / "rules" / "sub" / "b.yaml").write_text("tocsin: 1"),
    "a folder made": lambda folder: (folder / "rules" / "another").mkdir(),
    "the whole folder moved away": lambda folder: (folder / "rules").rename(folder / "gone"),
    "a ConfigMap's link swapped": relink,
    "written where the link leads": lambda folder: (folder / "rules" / "..v1" / "c.yaml").write_text("tocsin: 1"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_heard_of(name: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    for folder in ("sub", "..v1", "..v2"):
        (rules / folder).mkdir(parents=True)
    (rules / "a.yaml").write_text("")
    (rules / "..v1" / "c.yaml").write_text("")
    (rules / "..data").symlink_to("..v1")
    (rules / "c.yaml").symlink_to("..data/c.yaml")
    async with watching(rules, rules / "c.yaml", state=tmp_path / "tocsin.db") as heard:
        CHANGES[name](tmp_path)
        await heard.next()


async def test_a_folder_that_appears_later_is_heard_of(tmp_path: Path) -> None:
    async with watching(tmp_path / "deep" / "rules", state=tmp_path / "tocsin.db") as heard:
        (tmp_path / "deep").mkdir()
        await heard.next()


async def test_a_watch_moves_to_the_folders_that_it_is_told(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    heard = Heard()
    watch = Watch(heard.note, heard.problems.append, ignored=tmp_path / "tocsin.db")
    watch.look_after({first: None})
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch.run)
        await heard.next()
        watch.look_after({second: None})
        await heard.next()
        (second / "a.yaml").write_text("tocsin: 1")
        await heard.next()
        tasks.cancel_scope.cancel()


async def test_a_system_that_cannot_watch_is_told_of_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*folders: Path, **options: object) -> AsyncIterator[None]:
        raise OSError("OS file watch limit reached.")
        yield

    monkeypatch.setattr("tocsin.runtime.reloading.watching.awatch", full)
    async with watching(tmp_path, state=tmp_path / "tocsin.db") as heard:
        with anyio.fail_after(20):
            while not heard.problems:
                await anyio.lowlevel.checkpoint()
    assert heard.problems == ["OS file watch limit reached."]


def test_folders_to_watch_are_those_of_every_link_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "store" / "v1" / "sub").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "rules").symlink_to("../current")
    (tmp_path / "current").symlink_to(tmp_path / "store" / "v1")
    assert folders_of([tmp_path / "etc" / "rules"]) == {
        tmp_path / "etc": frozenset(["rules"]),
        tmp_path: frozenset(["current"]),
        tmp_path / "store": frozenset(["v1"]),
        tmp_path / "store" / "v1": None,
        tmp_path / "store" / "v1" / "sub": None,
    }


def test_of_a_file_only_its_own_name_matters_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("")
    assert folders_of([tmp_path / "rules.yaml"]) == {tmp_path: frozenset(["rules.yaml"])}


def test_of_what_is_missing_the_first_name_that_is_matters(tmp_path: Path) -> None:
    assert folders_of([tmp_path / "deep" / "rules"]) == {tmp_path: frozenset(["deep"])}


def test_a_link_to_itself_is_watched_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "rules").symlink_to("rules")
    assert folders_of([tmp_path / "rules"]) == {tmp_path: frozenset(["rules"])}


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("rules/any.yaml", True),
        ("rules/tocsin.db", False),
        ("rules/tocsin.db-wal", False),
        ("tocsin.yaml", True),
        ("tocsin.log", False),
        ("rules", True),
    ],
)
def test_what_else_is_written_in_a_folder_is_no_news(name: str, matters: bool, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "tocsin.yaml").write_text("")
    watch = Watch(lambda: None, lambda problem: None, ignored=tmp_path / "rules" / "tocsin.db")
    watch.look_after(folders_of([tmp_path / "tocsin.yaml", tmp_path / "rules"]))
    assert watch.matters(FileChange.modified, str(tmp_path / name)) is matters
