"""Calls that the whole program waits for: interrupted where they hang, put in quarantine where they do so again."""

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tocsin.clock import SystemClock
from tocsin.plugins.breaker import QUARANTINE
from tocsin.plugins.watch import PAUSE, STRIKES, Hung, Watch, Watched
from tocsin.testing import ManualClock

# The tests' own timeout takes the timer otherwise.
pytestmark = pytest.mark.timeout(60, method="thread")

QUICK = Watched("p", "operator quick", limit_s=0.05)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watch(clock: ManualClock) -> Iterator[Watch]:
    """A watch that has the timer; what had it before has it again afterwards."""
    before = signal.getsignal(signal.SIGALRM)
    watch = Watch(clock, say=lambda text: None)
    watch.start()
    yield watch
    watch.stop()
    signal.signal(signal.SIGALRM, before)


def burn() -> None:
    while True:
        pass


HANGS: dict[str, Callable[[], Any]] = {
    "burns the processor": burn,
    "sleeps": lambda: time.sleep(60),
    "waits for a lock": lambda: threading.Event().wait(),
    "backtracks": lambda: re.match(r"(a+)+$", "a" * 40 + "b"),
    "catches what is raised once": lambda: catches_once(),
}


def catches_once() -> None:
    try:
        burn()
    except Exception:  # noqa: BLE001 - what is tested
        burn()


@pytest.mark.parametrize("name", HANGS)
def test_whatever_way_it_hangs_it_is_interrupted(name: str, watch: Watch) -> None:
    with pytest.raises(Hung, match=r"took longer than 0.05 s and was interrupted"):
        watch.call(QUICK, HANGS[name])
    assert not watch.is_calling


def test_a_call_returns_and_raises_what_the_function_does(watch: Watch) -> None:
    assert watch.call(QUICK, divmod, 7, 2) == (3, 1)
    with pytest.raises(SystemExit):
        watch.call(QUICK, exec, "raise SystemExit")


def test_many_quick_calls_are_no_long_one(watch: Watch) -> None:
    clock = SystemClock()
    until = clock.monotonic() + 0.3
    while clock.monotonic() < until:
        watch.call(QUICK, len, "abc")


def test_one_that_hangs_repeatedly_is_not_called_for_a_while(watch: Watch, clock: ManualClock) -> None:
    for _ in range(STRIKES):
        with pytest.raises(Hung, match="interrupted"):
            watch.call(QUICK, burn)
        with pytest.raises(Hung, match="not called for a while"):
            watch.call(QUICK, len, "abc")
        clock.advance(PAUSE)
    with pytest.raises(Hung, match="not called for a while"):
        watch.call(QUICK, len, "abc")
    assert watch.resting == (QUICK,)
    clock.advance(QUARANTINE)
    assert watch.call(QUICK, len, "abc") == 3
    assert not watch.resting


def test_a_call_that_lasts_is_told_of_while_it_does(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.plugins.watch.TELL_AFTER_S", 0.05)
    told: list[str] = []
    watch.say = told.append
    with pytest.raises(Hung):
        watch.call(Watched("p", "loading it", limit_s=0.2), burn)
    assert told == ["plugin p: loading it has been under way for 0.05 s"]


def test_a_timer_that_somebody_else_has_is_left_alone(clock: ManualClock) -> None:
    before = signal.signal(signal.SIGALRM, handler := lambda number, frame: None)
    try:
        Watch(clock).start()
        assert signal.getsignal(signal.SIGALRM) is handler
    finally:
        signal.signal(signal.SIGALRM, before)


def test_calls_in_other_threads_are_made_all_the_same(watch: Watch) -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(watch.call(QUICK, len, "abc")))
    thread.start()
    thread.join()
    assert found == [3]
