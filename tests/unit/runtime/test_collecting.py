"""Work beside the stream: no collection meanwhile, quick turns, and afterwards all as before."""

import gc
import sys
from collections.abc import Iterator
from datetime import timedelta
from weakref import ref

import pytest

from tocsin.runtime.collecting import TURN_S, beside_the_stream, collect_between_batches, in_short_rounds
from tocsin.testing import ManualClock


class StoppedClock(ManualClock):
    """Stands still, but for a step at each look."""

    step_s = 0.0

    def monotonic(self) -> float:
        self.advance(timedelta(seconds=self.step_s))
        return super().monotonic()


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    turn_s = sys.getswitchinterval()
    yield
    gc.enable()
    gc.unfreeze()
    sys.setswitchinterval(turn_s)


def test_meanwhile_nothing_is_collected_and_turns_are_short() -> None:
    before = sys.getswitchinterval()
    with beside_the_stream():
        assert not gc.isenabled()
        assert sys.getswitchinterval() == pytest.approx(TURN_S, rel=0.1)
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(before, rel=0.1)


def test_it_is_over_once_the_last_of_those_at_work_has_ended() -> None:
    first, second = beside_the_stream(), beside_the_stream()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_collections_pass_over_what_there_is_and_what_took_long_to_look_at() -> None:
    before, clock = gc.get_threshold(), StoppedClock()
    with in_short_rounds(clock):
        assert gc.get_threshold() != before
        frozen = gc.get_freeze_count()
        kept = [[number] for number in range(1000)]
        gc.collect()
        assert gc.get_freeze_count() == frozen
        clock.step_s = 0.003
        gc.collect()
        assert gc.get_freeze_count() >= frozen + len(kept)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_collector_that_was_off_stays_off_and_quicker_turns_stay_quicker() -> None:
    gc.disable()
    sys.setswitchinterval(TURN_S / 5)
    with beside_the_stream():
        assert sys.getswitchinterval() == pytest.approx(TURN_S / 5, rel=0.1)
    assert not gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(TURN_S / 5, rel=0.1)


class Knot:
    """Holds itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_a_batch_is_not_looked_at_while_it_is_worked_on() -> None:
    rounds = list[str]()
    with in_short_rounds(StoppedClock()):
        gc.callbacks.append(lambda phase, about: rounds.append(phase))
        batch = [[number] for number in range(20_000)]
        gc.callbacks.pop()
    assert (len(batch), rounds) == (20_000, [])


def test_between_batches_circles_are_found_however_old_they_are() -> None:
    with in_short_rounds(StoppedClock()):
        knots = [Knot() for _ in range(1_000)]
        freed = [ref(knot) for knot in knots]
        collect_between_batches()
        del knots
        kept = list[list[int]]()
        for _ in range(20):
            kept += [[number] for number in range(1_000)]
            collect_between_batches()
        assert (len(kept), [knot for knot in freed if knot() is not None]) == (20_000, [])


def test_between_batches_nothing_is_looked_at_where_little_is_new_or_none_is_wanted() -> None:
    rounds = list[str]()
    gc.collect()
    gc.callbacks.append(lambda phase, about: rounds.append(phase))
    collect_between_batches()
    with beside_the_stream():
        kept = [[number] for number in range(1_000)]
        collect_between_batches()
    gc.callbacks.pop()
    assert (len(kept), rounds) == (1_000, [])
