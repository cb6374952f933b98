"""What follows an attempt."""

from datetime import timedelta
from random import Random

import pytest

from tocsin.model import Delivered, Outcome, Refused, Unreachable
from tocsin.notify.retry import CAP, GiveUp, RetryAt, Settled, next_step, pause
from tocsin.testing import EPOCH

HOUR = timedelta(hours=1)
RETRY_FOR = 72 * HOUR


class Latest(Random):
    """Randomness that always picks the longest pause."""

    def random(self) -> float:
        """Return what would be the top of the range."""
        return 1.0


def step_after(outcome: Outcome, attempt: int = 1, elapsed: timedelta = timedelta()) -> Settled | RetryAt | GiveUp:
    return next_step(outcome, attempt, EPOCH, EPOCH + elapsed, Latest(), RETRY_FOR)


def test_a_delivered_alert_is_settled() -> None:
    assert step_after(Delivered("200 ok")) == Settled("200 ok")


def test_a_refusal_is_final_at_once() -> None:
    assert step_after(Refused("no such channel", 404)) == GiveUp("no such channel")


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)])
def test_pauses_double_up_to_their_cap(attempt: int, seconds: int) -> None:
    assert step_after(Unreachable("busy"), attempt) == RetryAt(EPOCH + timedelta(seconds=seconds), "busy")


def test_pauses_are_spread_over_the_whole_range() -> None:
    pauses = [pause(10, Random(seed)) for seed in range(200)]
    assert min(pauses) < CAP * 0.05
    assert max(pauses) > CAP * 0.95


def test_no_try_comes_before_the_time_that_the_service_named() -> None:
    outcome = Unreachable("slow down", 429, timedelta(minutes=20))
    assert step_after(outcome) == RetryAt(EPOCH + timedelta(minutes=20), "slow down")


def test_an_absurd_retry_after_is_taken_as_a_day() -> None:
    assert step_after(Unreachable("slow down", 429, timedelta(days=300))) == RetryAt(EPOCH + 24 * HOUR, "slow down")


def test_tries_go_on_for_the_whole_time_and_the_last_falls_at_its_end() -> None:
    almost = RETRY_FOR - timedelta(seconds=5)
    assert step_after(Unreachable("busy"), 900, almost) == RetryAt(EPOCH + RETRY_FOR, "busy")
    assert step_after(Unreachable("busy"), 901, RETRY_FOR) == GiveUp("gave up after 901 attempts in 72 h: busy")


def test_failures_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        pause(0, Random(1))
