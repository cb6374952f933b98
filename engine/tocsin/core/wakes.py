"""What is due next among the stages that hold alerts back, and what they left behind at the last stop."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.alerting.ledger import Record
from tocsin.alerting.pile import is_alert
from tocsin.alerting.release import Release, Stage
from tocsin.core.step import Step


@dataclass(frozen=True, slots=True)
class Wake:
    """Something of a stage is over at `at`; `end` ends it, now, and returns what is to be told."""

    at: datetime
    end: Callable[[datetime], list[Release]]


def next_wake(wakes: Iterable[Wake]) -> Wake | None:
    """Return the earliest, of several the first; None if there are none."""
    return min(wakes, key=lambda wake: wake.at, default=None)


class Woken(Protocol):
    """What can be woken: the engine."""

    def next_wake(self) -> datetime | None:
        """Return when something is due next."""
        ...

    def wake(self, now: datetime) -> Step:
        """Return what is due by now."""
        ...


def wakes(engine: Woken, *, until: datetime | None = None) -> Iterator[Step]:
    """Yield what is due up to an instant (None: until nothing is), each at its own time, as if a clock ran there."""
    while (at := engine.next_wake()) is not None and (until is None or at <= until):
        yield engine.wake(at)


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one stage: `heads` by name, and the alerts on its piles by the pile's name and their number."""

    heads: Mapping[str, Record]
    piles: Mapping[str, Mapping[int, Record]]


def kept(records: Mapping[str, Record], stage: Stage) -> Kept:
    """Return what was kept for a stage among all records."""
    own = {name: record for name, record in records.items() if name.partition("/")[0] == stage}
    piles: dict[str, dict[int, Record]] = defaultdict(dict)
    heads: dict[str, Record] = {}
    for name, record in own.items():
        pile, _, number = name.rpartition("/")
        if is_alert(record):
            piles[pile][int(number)] = record
        else:
            heads[name] = record
    return Kept(heads, piles)
