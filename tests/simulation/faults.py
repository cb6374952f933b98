"""What goes wrong in a simulated world, all of it drawn from one seed.

A seed first draws which *kinds* of fault there are at all. A world with every kind at once hides what fails only
without the others: who crashes every minute never sees the tenth retry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of virtual time, in seconds from the start."""

    since_s: float
    until_s: float

    def holds(self, at_s: float) -> bool:
        """Whether an instant lies in it."""
        return self.since_s <= at_s < self.until_s


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFaults:
    """Chances for each tweet, and when the connection is lost."""

    lost: float = 0.0
    again: float = 0.0
    edited: float = 0.0
    late: float = 0.0
    down: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFaults:
    """Chances for each call of the store to fail before or after it took effect, and when it fails for a while."""

    before: float = 0.0
    after: float = 0.0
    down: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationFaults:
    """Chances for each send, how long answers take, and when nothing gets through."""

    refused: float = 0.0
    unreachable: float = 0.0
    told_to_wait: float = 0.0
    hangs: float = 0.0
    answer_lost: float = 0.0
    takes_s: float = 0.2
    down: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFaults:
    """The chance to die at each step that is one, when the process is killed or asked to stop, and the number of a
    step (from 1) at which it dies for certain.
    """

    at_step: float = 0.0
    killed_s: tuple[float, ...] = ()
    stopped_s: tuple[float, ...] = ()
    at_number: int | None = None


@dataclass(frozen=True, slots=True)
class ClockJump:
    """The wall clock is moved."""

    at_s: float
    by: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Everything that goes wrong in one world; once `lasts` is over, nothing does any more."""

    lasts: timedelta
    stream: StreamFaults = StreamFaults()
    disk: DiskFaults = DiskFaults()
    destinations: dict[str, DestinationFaults]
    process: ProcessFaults = ProcessFaults()
    jumps: tuple[ClockJump, ...] = ()

    def in_words(self) -> str:
        """Return what there is, for whoever reads a failure."""
        return f"{self.stream}\n{self.disk}\n{self.destinations}\n{self.process}\n{self.jumps}"


def draw_weather(seed: int, lasts: timedelta, destinations: tuple[str, ...], steady: str) -> Weather:
    """Return the faults of a seed; destination `steady` never has any."""
    rng = Random(f"{seed}/weather")
    over_s = lasts.total_seconds()
    stream, disk, process, clock = (rng.random() < chance for chance in (0.6, 0.5, 0.6, 0.3))
    jumps = _jumps(rng, over_s) if clock else ()
    return Weather(
        lasts=lasts,
        stream=_stream(rng, over_s) if stream else StreamFaults(),
        disk=_disk(rng, over_s) if disk else DiskFaults(),
        destinations={
            name: _destination(rng, over_s) if name != steady and rng.random() < 0.8 else DestinationFaults()
            for name in destinations
        },
        process=_process(rng, over_s, jumps) if process else ProcessFaults(),
        jumps=jumps,
    )


def _stream(rng: Random, over_s: float) -> StreamFaults:
    return StreamFaults(
        lost=_chance(rng, 0.1),
        again=_chance(rng, 0.2),
        edited=_chance(rng, 0.1),
        late=_chance(rng, 0.2),
        down=_spans(rng, over_s, most=3, longest_s=600),
    )


def _disk(rng: Random, over_s: float) -> DiskFaults:
    return DiskFaults(
        before=_chance(rng, 0.05), after=_chance(rng, 0.05), down=_spans(rng, over_s, most=2, longest_s=300)
    )


def _destination(rng: Random, over_s: float) -> DestinationFaults:
    return DestinationFaults(
        refused=_chance(rng, 0.1),
        unreachable=_chance(rng, 0.3),
        told_to_wait=_chance(rng, 0.1),
        hangs=_chance(rng, 0.05),
        answer_lost=_chance(rng, 0.1),
        takes_s=rng.choice((0.01, 0.2, 3.0)),
        down=_spans(rng, over_s, most=2, longest_s=3 * 3600),
    )


def _process(rng: Random, over_s: float, jumps: Sequence[ClockJump]) -> ProcessFaults:
    killed_s = [rng.uniform(0, over_s) for _ in range(rng.randint(0, 3))]
    # Some die just before the clock is moved: it then moves while nobody looks.
    killed_s += [jump.at_s - 0.01 for jump in jumps if rng.random() < 0.5]
    return ProcessFaults(
        at_step=rng.choice((0.0, 0.002, 0.01)),
        killed_s=tuple(sorted(killed_s)),
        stopped_s=tuple(sorted(rng.uniform(0, over_s) for _ in range(rng.randint(0, 2)))),
    )


def _jumps(rng: Random, over_s: float) -> tuple[ClockJump, ...]:
    """Return moves of the wall clock: a day or an hour either way, or back and forth in quick turn."""
    if rng.random() < 0.3:
        at_s = rng.uniform(0, over_s)
        return tuple(ClockJump(at_s + 20 * turn, timedelta(hours=1 if turn % 2 else -1)) for turn in range(6))
    days = (timedelta(days=1), timedelta(days=-1), timedelta(hours=1), timedelta(hours=-1))
    moments = sorted(rng.uniform(0, over_s) for _ in range(rng.randint(1, 2)))
    return tuple(ClockJump(at_s, rng.choice(days)) for at_s in moments)


def _chance(rng: Random, most: float) -> float:
    return rng.choice((0.0, most / 4, most))


def _spans(rng: Random, over_s: float, *, most: int, longest_s: float) -> tuple[Span, ...]:
    spans = []
    for _ in range(rng.randint(0, most)):
        since_s = rng.uniform(0, over_s)
        spans.append(Span(since_s, min(over_s, since_s + rng.uniform(1, longest_s))))
    return tuple(spans)
