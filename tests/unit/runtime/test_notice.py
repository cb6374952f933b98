"""Word about reloads: to whom it goes, how often, and that it can be shown by every kind of service."""

from datetime import timedelta
from typing import get_args

import pytest

from tocsin.model import DestinationName
from tocsin.notify.escape import Family
from tocsin.notify.render import render
from tocsin.runtime.notice import EVERY, SENDER, ReloadNotices, notice
from tocsin.testing import EPOCH

SOON = timedelta(seconds=1)


def test_somebody_is_told_once_when_files_go_bad_and_once_when_they_are_good_again() -> None:
    notices = ReloadNotices()
    said = [notices.due(problem, EPOCH + n * EVERY) for n, problem in enumerate([None, "bad", "worse", None, None])]
    assert said == [False, True, False, True, False]


def test_what_comes_too_soon_is_said_later_unless_it_is_over() -> None:
    notices = ReloadNotices()
    assert notices.due("bad", EPOCH)
    assert not notices.due(None, EPOCH + SOON)
    assert not notices.due("bad again", EPOCH + 2 * SOON)
    assert not notices.due("bad again", EPOCH + EVERY)
    assert not notices.due(None, EPOCH + EVERY - SOON)
    assert notices.due(None, EPOCH + EVERY)


def test_a_notice_goes_to_the_one_destination_under_a_name_that_no_rule_can_have() -> None:
    step = notice("1 error: rules/a.yaml:3:5: no field 'x'", "abc", DestinationName("oncall"), EPOCH)
    [delivery] = step.deliveries
    assert (delivery.destination, delivery.alert.rule_id) == ("oncall", SENDER)
    assert "." in SENDER


@pytest.mark.parametrize("family", get_args(Family))
def test_every_kind_of_service_can_show_a_notice(family: Family) -> None:
    step = notice("1 error", "abc", DestinationName("oncall"), EPOCH)
    assert "not in force" in render(step.alerts[0], family).title


@pytest.mark.parametrize(("family", "ping"), [("slack", "<!channel>"), ("discord", "@everyone")])
def test_what_stands_in_a_rule_file_calls_nobody(family: Family, ping: str) -> None:
    step = notice(f"no field '{ping}'", "abc", DestinationName("oncall"), EPOCH)
    assert ping not in render(step.alerts[0], family).body
