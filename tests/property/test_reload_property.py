"""Whatever is written when, the rules in force are those of one moment of the files, and never none."""

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import anyio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.integration.reloading import CONFIG, Reloading, rules_file
from tests.property.counts import examples
from tocsin.runtime.reloading.reading import PATIENCE

NAMES = ("a", "b", "c")

Content: TypeAlias = "str | None"
"""The word that a file's one rule looks for; "?" for a broken file, None for no file."""

writes = st.tuples(st.sampled_from(NAMES), st.sampled_from(["x", "y", "z", "?", None]))
moments = st.lists(st.lists(writes, max_size=4), max_size=4)


class Files:
    """The rule files, and every state that they have been in."""

    def __init__(self, folder: Path) -> None:
        self._rules = folder / "rules"
        self._rules.mkdir()
        self._now: dict[str, Content] = {}
        self.states: list[dict[str, Content]] = []
        for name in NAMES:
            self.write(name, "x")
        self.states = self.states[-1:]

    def write(self, name: str, content: Content) -> None:
        path = self._rules / f"{name}.yaml"
        match content:
            case None:
                path.unlink(missing_ok=True)
            case "?":
                path.write_text("rules: [")
            case word:
                path.write_text(rules_file(name, word=word))
        if path.exists():
            # No two writes within one tick of the clock: files are at rest for longer before they are read.
            os.utime(path, ns=(len(self.states), len(self.states)))
        self._now = {**self._now, name: content}
        self.states.append(self._now)

    def right_states(self) -> list[dict[str, str]]:
        """Return those of the states that are rule sets: none of the files broken, and not all of them gone."""
        return [there for there in map(_there, self.states) if there and "?" not in there.values()]

    def last_state(self) -> dict[str, str]:
        """Return what is there now."""
        return _there(self.states[-1])


def _there(state: dict[str, Content]) -> dict[str, str]:
    return {name: content for name, content in state.items() if content is not None}


def in_force(reloading: Reloading) -> dict[str, str]:
    rules = reloading.reloader.running.record.rules
    assert reloading.is_whole()
    return {name: next(word for word in "xyz" if f"'{word}'" in str(rule["when"])) for name, rule in rules.items()}


@given(rounds=st.lists(st.tuples(moments, moments, moments), min_size=1, max_size=4))
@example(rounds=[([], [], [[("b", "y")], [("b", "x")]])])
@settings(max_examples=examples(60), deadline=None)
def test_what_is_in_force_was_on_disk_at_one_moment_and_the_last_word_counts(
    rounds: list[tuple[list[list[tuple[str, Content]]], ...]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        anyio.run(_play, Path(place), rounds)


async def _play(folder: Path, rounds: list[tuple[list[list[tuple[str, Content]]], ...]]) -> None:
    files = Files(folder)
    (folder / "tocsin.yaml").write_text(CONFIG)
    reloading = Reloading(folder)

    def write_all(writes: list[tuple[str, Content]]) -> None:
        for name, content in writes:
            files.write(name, content)
        reloading.clock.advance(PATIENCE / 8)

    def later(moments: list[list[tuple[str, Content]]]) -> list[Callable[[], object]]:
        return [partial(write_all, writes) for writes in moments]

    for before, waiting, reading in rounds:
        for writes in before:
            write_all(writes)
        reloading.while_waiting, reloading.while_reading = later(waiting), later(reading)
        await reloading.look()
        assert in_force(reloading) in files.right_states()
    reloading.while_waiting, reloading.while_reading = [], []
    await reloading.look()
    if files.last_state() in files.right_states():
        assert in_force(reloading) == files.last_state()
