"""The promises, held in simulated worlds in which everything goes wrong that a seed says.

`make simulate SEEDS=1000` runs more of them, `make simulate SEED=7` one, with all that happened.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.faults import ClockJump, DestinationFaults, ProcessFaults, Span, Weather
from tests.simulation.parts import Arrival
from tests.simulation.seeds import STANDARD, live, told
from tests.simulation.world import World, fresh_folder
from tocsin.core.engine import Engine
from tocsin.core.step import Decision, Step
from tocsin.runtime.dispatching.dispatcher import Dispatcher
from tocsin.runtime.dispatching.standings import Standings
from tocsin.runtime.ingest import Ingest
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import make_tweet

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
DAYS = "30" if os.environ.get("TOCSIN_FULL") == "1" else "3"
BLOCK, BLOCKS = 10, 10


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, BLOCK * BLOCKS, BLOCK))
def test_no_seed_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + BLOCK):
        world = live(seed)
        assert not world.record.broken, told(world)


def lived(weather: Weather, folder: Path, *arrivals: Arrival, seed: int = 0) -> World:
    """Return a world of the standard scenario with these faults and tweets, at its end."""
    world = World(seed, STANDARD, weather, arrivals, folder)
    world.run()
    return world


def arriving(*at_s: float, text: str = "alpha beta") -> list[Arrival]:
    """Return tweets that every rule is true of."""
    return [Arrival(at, make_tweet(text, id=str(number))) for number, at in enumerate(at_s, start=1)]


@pytest.mark.slow
def test_a_death_at_any_step_of_a_small_world_breaks_no_promise() -> None:
    """Before and after every call of the store and every send, from the first of the start to the last of the end."""
    died_at, number = set[str](), 0
    while True:
        number += 1
        weather = Weather(
            lasts=timedelta(seconds=30),
            destinations={"mail": DestinationFaults(refused=1), "hurried": DestinationFaults(unreachable=0.5)},
            process=ProcessFaults(at_number=number),
        )
        with fresh_folder() as folder:
            world = lived(weather, Path(folder), *arriving(10, 12, text="beta"))
        assert not world.record.broken, f"death at step {number}: {told(world)}"
        died_at |= world.record.died_at
        if not world.record.crashes:
            break
    steps = {
        f"{when} {call}"
        for when in ("before", "after")
        for call in ("commit", "claim_due", "settle", "retry", "bury", "recover", "send")
    }
    assert steps <= died_at
    assert number > 50


@pytest.mark.slow
def test_a_destination_gone_for_80_hours_makes_dead_letters_after_72_and_delays_no_other(tmp_path: Path) -> None:
    gone = DestinationFaults(down=(Span(0, 80 * 3600),))
    weather = Weather(lasts=timedelta(hours=80), destinations={"mail": gone})
    world = lived(weather, tmp_path, *arriving(10, text="beta"))
    assert not world.record.broken, told(world)
    tries = [send.began_s for send in world.record.sends if send.destination == "mail"]
    assert max(tries) > 72 * 3600
    assert {e["reason"].partition(" attempts in ")[2] for e in world.journal() if e["kind"] == "gave-up"} == {
        "72 h: 503 try again later"
    }


@pytest.mark.parametrize("killed_s", [20, 10.05], ids=["waiting", "sending"])
@pytest.mark.parametrize("hours", [24, -24])
def test_a_clock_moved_while_tocsin_is_down_delays_a_retry_by_its_cap_at_most(
    tmp_path: Path, hours: int, killed_s: float
) -> None:
    weather = Weather(
        lasts=timedelta(minutes=10),
        destinations={"mail": DestinationFaults(down=(Span(0, 60),))},
        process=ProcessFaults(killed_s=(killed_s,)),
        jumps=(ClockJump(killed_s + 0.01, timedelta(hours=hours)),),
    )
    world = lived(weather, tmp_path, *arriving(10))
    assert not world.record.broken, told(world)
    assert max(send.began_s for send in world.record.sends) < 60 + 120 + 300


def test_a_dispatcher_with_a_destination_that_rested_and_nothing_to_send_does_not_spin(tmp_path: Path) -> None:
    """A rest ends before the retry is due as often as not; until then there is nothing to do."""
    weather = Weather(lasts=timedelta(hours=4), destinations={"hurried": DestinationFaults(down=(Span(0, 4 * 3600),))})
    world = lived(weather, tmp_path, *arriving(10))
    assert not world.record.broken, told(world)


@pytest.mark.slow
def test_the_same_days_twice_give_the_same_journal() -> None:
    """In two processes that order sets differently. In 30 days the clocks change twice; `make test` has three days."""
    journals = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--month", "183", "--days", DAYS],
            cwd=ROOT, env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]  # fmt: skip
    assert journals[0] == journals[1]
    assert len(journals[0].splitlines()) > 500


@dataclass(frozen=True)
class Sabotage:
    """Something in tocsin that is broken on purpose; `finds` is the beginning of the promise that breaks."""

    owner: Any
    name: str
    instead: Callable[..., Any]
    finds: str
    found_by: int = 0


async def _nothing(*_: Any, **__: Any) -> None: ...


def _keep_no_deliveries(
    original: Callable[..., int], store: SqliteStore, alerts: Any, _: Any, entries: Any, **more: Any
) -> int:
    return original(store, alerts, (), entries, **more)


def _alert_on_everything(original: Callable[..., Decision], engine: Engine, tweet: Any, now: Any) -> Decision:
    return original(engine, make_tweet("alpha", id=tweet.id), now)


def _forget_half(original: Callable[..., Decision], engine: Engine, tweet: Any, now: Any) -> Decision:
    decision = original(engine, tweet, now)
    return Step(entries=decision.entries[:1]) if isinstance(decision, Step) and int(tweet.id) % 2 else decision


SABOTAGES = (
    # A row that stays "sending" blocks its destination: what is due behind it is looked at again and again.
    Sabotage(SqliteStore, "recover", lambda original, store: 0, "P6", found_by=7),
    Sabotage(SqliteStore, "commit", _keep_no_deliveries, "P1"),
    Sabotage(SqliteStore, "state", lambda original, store: {}, "P1: held back for a digest", found_by=14),
    Sabotage(Standings, "resting", lambda original, standings: {}, "chat asked to wait", found_by=14),
    Sabotage(Dispatcher, "wake", lambda original, dispatcher: None, "P5", found_by=3),
    Sabotage(Engine, "decide", _alert_on_everything, "P3"),
    Sabotage(Engine, "decide", _forget_half, "beta is true of tweet"),
    Sabotage(Ingest, "_seen_again", lambda original, *_: (), "P4", found_by=6),
)


@pytest.mark.slow
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda s: f"{s.name}-{s.finds[:2]}")
def test_a_broken_part_breaks_a_promise(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds no fault in a broken tocsin says nothing about a whole one."""
    original = getattr(sabotage.owner, sabotage.name)

    def broken(*args: Any, **named: Any) -> Any:
        return sabotage.instead(original, *args, **named)

    monkeypatch.setattr(sabotage.owner, sabotage.name, broken)
    found = set[str]()
    # The seed that found it last is asked first: most others have no such fault.
    for seed in (sabotage.found_by, *range(60)):
        found |= {promise[: len(sabotage.finds)] for promise in live(seed).record.broken}
        if sabotage.finds in found:
            return
    pytest.fail(f"{sabotage.name} is broken, and only {sorted(found)} is noticed")
