"""At most so many messages in any period, and word of a storm while it lasts."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alerting.limit import Limit, free, next_free_at, parse_limit
from tocsin.testing import EPOCH

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "count", "period"),
    [
        ("30/h", 30, 60 * MINUTE),
        ("30/hour", 30, 60 * MINUTE),
        ("1/s", 1, MINUTE / 60),
        (" 5 / min ", 5, MINUTE),
        ("5/m", 5, MINUTE),
        ("1000/d", 1000, 1440 * MINUTE),
    ],
)
def test_a_limit_is_read(text: str, count: int, period: timedelta) -> None:
    assert parse_limit(text) == Limit(count, period)


@pytest.mark.parametrize("text", ["", "30", "h", "30/week", "-1/h", "0/h", "1.5/h", "1001/h", "٣/h"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no rate|lets nothing|more than"):
        parse_limit(text)


def sent_at(limit: Limit, messages: int) -> list[float]:
    """Return the minutes at which messages leave that all wait from the start."""
    sent: list[datetime] = []
    now = EPOCH
    for _ in range(messages):
        now = next_free_at(limit, sent, now)
        sent.append(now)
    return [(at - EPOCH) / MINUTE for at in sent]


def test_half_go_at_once_and_the_rest_over_the_period() -> None:
    assert sent_at(Limit(6, timedelta(hours=1)), 8) == [0, 0, 0, 15, 30, 45, 60, 65]


def test_one_a_period_is_one_a_period() -> None:
    assert sent_at(Limit(1, timedelta(hours=1)), 3) == [0, 60, 120]


def test_free_counts_what_is_left_of_the_burst() -> None:
    limit = Limit(6, timedelta(hours=1))
    assert [free(limit, [EPOCH] * n, EPOCH) for n in range(5)] == [3, 2, 1, 0, 0]
    assert free(limit, [EPOCH] * 3, EPOCH + 15 * MINUTE) == 1


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    assert free(Limit(2, MINUTE), [EPOCH + timedelta(days=1)] * 2, EPOCH) == 1


LIMITS = st.builds(Limit, st.integers(1, 20), st.sampled_from([MINUTE, 60 * MINUTE]))
PAUSES = st.lists(st.integers(0, 1800).map(lambda seconds: timedelta(seconds=seconds)), max_size=60)


@given(LIMITS, PAUSES)
def test_no_period_has_more_than_the_limit(limit: Limit, pauses: list[timedelta]) -> None:
    sent: list[datetime] = []
    now = EPOCH
    for pause in pauses:
        now = next_free_at(limit, sent, now + pause)
        sent.append(now)
    for position, first in enumerate(sent):
        assert sum(at < first + limit.period for at in sent[position:]) <= limit.count
