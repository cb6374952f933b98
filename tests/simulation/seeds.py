"""From a seed to a world that has been lived: what tests and `make simulate` run."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

from tests.simulation.faults import draw_weather
from tests.simulation.record import Record
from tests.simulation.scenario import STEADY, Scenario, draw_arrivals
from tests.simulation.world import World, fresh_folder

STANDARD = Scenario()


def live(seed: int) -> World:
    """Return the world of a seed at its end."""
    rng = Random(f"{seed}/world")
    lasts = timedelta(minutes=rng.choice((10, 60, 180)))
    weather = draw_weather(seed, lasts, ("steady", "chat", "mail", "hurried"), STEADY)
    stream = weather.stream
    arrivals = draw_arrivals(
        seed, lasts, rng.choice((5, 20, 60)), again=stream.again, late=stream.late, lost=stream.lost
    )
    with fresh_folder() as folder:
        world = World(seed, STANDARD, weather, arrivals, Path(folder))
        world.run()
        return world


def told(world: World) -> str:
    """Return what a reader of a failure needs: the promises broken, the faults, the events, how to repeat it."""
    record = world.record
    lines = [f"seed {world.seed} breaks {len(record.broken)} promises:", *record.broken[:20], "", "faults:"]
    lines += [world.weather.in_words(), "", "events (s):", *record.events, ""]
    lines += [f"repeat it with: make simulate SEED={world.seed}"]
    return "\n".join(lines)
