"""Which stretches of the stream were not seen, and the limit of what we send."""

from datetime import timedelta

from tocsin.model import Gap
from tocsin.sources.scrapest.sending import SendLimit
from tocsin.sources.scrapest.sight import Sight
from tocsin.testing import EPOCH

SECOND = timedelta(seconds=1)


def test_a_first_connection_that_succeeds_missed_nothing() -> None:
    assert Sight(EPOCH).regained(EPOCH + SECOND) is None


def test_a_failed_first_attempt_opens_the_gap_at_the_start() -> None:
    sight = Sight(EPOCH)
    assert sight.lost(None, "refused") == Gap(EPOCH, None, "refused")
    assert sight.regained(EPOCH + 5 * SECOND) == Gap(EPOCH, EPOCH + 5 * SECOND, "refused")


def test_however_many_attempts_it_takes_it_is_one_gap_with_its_first_cause() -> None:
    sight = Sight(EPOCH)
    sight.lost(EPOCH + SECOND, "cut")
    sight.lost(None, "refused")
    assert sight.regained(EPOCH + 9 * SECOND) == Gap(EPOCH + SECOND, EPOCH + 9 * SECOND, "cut")
    assert sight.regained(EPOCH + 10 * SECOND) is None


def test_a_clock_that_was_set_back_makes_no_negative_gap() -> None:
    sight = Sight(EPOCH)
    sight.lost(EPOCH + SECOND, "cut")
    assert sight.regained(EPOCH) == Gap(EPOCH, EPOCH, "cut")


def test_a_burst_passes_up_to_the_limit_and_then_waits_its_turn() -> None:
    limit = SendLimit(messages=3, period_s=1.0)
    assert [limit.book(0.0) for _ in range(7)] == [0, 0, 0, 1, 1, 1, 2]
    assert limit.book(10.0) == 0
