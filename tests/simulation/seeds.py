"""From a seed to a world that has been lived: what tests and `make simulate` run."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.simulation.faults import draw_weather
from tests.simulation.record import Record
from tests.simulation.scenario import STEADY, Scenario, draw_arrivals
from tests.simulation.world import World, fresh_folder

STANDARD = Scenario()
DESTINATIONS = ("steady", "chat", "mail", "hurried", "paper", "asleep", "choosy")


def live(seed: int) -> World:
    """Return the world of a seed at its end."""
    rng = Random(f"{seed}/world")
    lasts = timedelta(minutes=rng.choice((10, 60, 180)))
    weather = draw_weather(seed, lasts, DESTINATIONS, STEADY)
    stream = weather.stream
    arrivals = draw_arrivals(
        seed, lasts, rng.choice((5, 15, 40)), again=stream.again, late=stream.late, lost=stream.lost
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


def copies(record: Record) -> int:
    """Return how many deliveries a service took that it had taken before."""
    taken = Counter((identity, s.destination) for s in record.sends if s.accepted for identity in s.rows)
    return taken.total() - len(taken)


def month(seed: int, days: int = 30) -> World:
    """Return a world of so many days with the seed's faults, seldom enough that most days are quiet."""
    lasts = timedelta(days=days)
    weather = draw_weather(seed, lasts, DESTINATIONS, STEADY)
    weather = replace(weather, process=replace(weather.process, at_step=0.0))
    arrivals = draw_arrivals(seed, lasts, 33 * days, again=0.05, late=0.05, lost=0.0)
    with fresh_folder() as folder:
        world = World(seed, STANDARD, weather, arrivals, Path(folder))
        world.silences = [
            (f"eq: [.rule, {rule}]", timedelta(days=day), timedelta(days=day + 2))
            for day, rule in ((3, "beta"), (14, "often"), (20, "both"))
        ]
        world.run()
        world.record.events = [json.dumps(record) for record in world.journal()]
        return world
