"""When to connect again."""

from datetime import timedelta
from random import Random

import pytest

from tocsin.sources.scrapest.backoff import Backoff
from tocsin.sources.scrapest.endings import Broken, Closed, Ending, HandshakeRefused, Stop
from tocsin.sources.scrapest.reconnection import Pause, Reconnection
from tocsin.testing import EPOCH

BRIEF, PROVEN = timedelta(seconds=29), timedelta(seconds=30)


class Latest(Random):
    """Draws the end of every range, so that pauses are their ceilings."""

    def random(self) -> float:
        return 1.0


def pauses(reconnection: Reconnection, *endings: tuple[Ending, timedelta]) -> list[float]:
    steps = [reconnection.after(ending, lived, EPOCH) for ending, lived in endings]
    return [step.duration.total_seconds() for step in steps if isinstance(step, Pause)]


def test_the_ceiling_doubles_from_one_second_up_to_thirty() -> None:
    ceilings = [Backoff().ceiling(attempt).total_seconds() for attempt in (1, 2, 3, 4, 5, 6, 7, 5000)]
    assert ceilings == [1, 2, 4, 8, 16, 30, 30, 30]


def test_pauses_are_spread_over_the_whole_range_below_the_ceiling() -> None:
    drawn = [Backoff().pause(4, Random(seed)) / timedelta(seconds=8) for seed in range(200)]
    assert 0 <= min(drawn) < 0.1
    assert 0.9 < max(drawn) <= 1


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="counts from 1"):
        Backoff().pause(0, Random(1))


def test_brief_connections_dont_end_the_growth_and_a_proven_one_does() -> None:
    broken = Broken()
    reconnection = Reconnection(Latest())
    lives = [timedelta(0), BRIEF, BRIEF, BRIEF, PROVEN, BRIEF]
    assert pauses(reconnection, *[(broken, life) for life in lives]) == [1, 2, 4, 8, 1, 2]


def test_friendly_endings_are_answered_within_a_second_unless_they_keep_coming() -> None:
    assert pauses(Reconnection(Latest()), *[(Closed(1001), BRIEF)] * 6) == [1, 1, 1, 1, 2, 4]


def test_a_named_wait_is_kept_and_jittered() -> None:
    refused = HandshakeRefused(429, "20")
    assert pauses(Reconnection(Latest()), (refused, timedelta(0))) == [21]
    [pause] = pauses(Reconnection(Random(3)), (refused, timedelta(0)))
    assert 20 <= pause <= 21


def test_policy_closures_stop_only_in_a_row() -> None:
    policy = (Closed(1008), BRIEF)
    reconnection = Reconnection(Latest())
    assert len(pauses(reconnection, policy, policy, policy, policy, (Broken(), PROVEN), policy, policy)) == 7
    assert len(pauses(reconnection, policy, policy)) == 2
    assert isinstance(reconnection.after(*policy, EPOCH), Stop)
