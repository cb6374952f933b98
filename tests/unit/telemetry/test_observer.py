"""What the journal records is counted, shows in health, and is logged if somebody should know."""

from datetime import timedelta
from typing import Any

import pytest

from tocsin import journal
from tocsin.model import AlertId, DestinationName, RuleId, TweetId
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer
from tocsin.testing import EPOCH

TWEET, RULE, ALERT, DESTINATION = TweetId("1"), RuleId("r"), AlertId("a"), DestinationName("chat")


class Lines(list[tuple[str, str]]):
    """A log that remembers levels and events."""

    def __call__(self, level: str, event: str, **fields: Any) -> None:
        self.append((level, event))


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def observer(lines: Lines) -> Observer:
    return Observer(Metrics(), Health(), lines)


def attempted(outcome: str) -> journal.Attempted:
    return journal.Attempted(
        at=EPOCH, alert_id=ALERT, destination=DESTINATION, attempt=1, outcome=outcome, detail="", next_at=None
    )


@pytest.mark.parametrize(
    ("entry", "sample"),
    [
        (journal.Seen(at=EPOCH, tweet_id=TWEET, source="x"), "tocsin_tweets_total 1.0"),
        (journal.Dropped(at=EPOCH, tweet_id=TWEET, by="p", reason=""), 'tocsin_dropped_total{by="p"} 1.0'),
        (journal.Shed(at=EPOCH, count=7, reason=""), "tocsin_shed_total 7.0"),
        (journal.Unusable(at=EPOCH, reason=""), "tocsin_unusable_messages_total 1.0"),
        (
            journal.Matched(at=EPOCH, tweet_id=TWEET, rule_id=RULE, alert_id=ALERT),
            'tocsin_matches_total{rule="r"} 1.0',
        ),
        (
            journal.Withheld(at=EPOCH, alert_id=ALERT, rule_id=RULE, tweet_id=TWEET, reason=""),
            'tocsin_withheld_total{reason="other",rule="r"} 1.0',
        ),
        (
            journal.Matched(at=EPOCH, tweet_id=TWEET, rule_id=RULE, alert_id=ALERT, stage="shadow"),
            'tocsin_shadow_matches_total{rule="r"} 1.0',
        ),
        (
            journal.Withheld(
                at=EPOCH, alert_id=ALERT, rule_id=RULE, tweet_id=TWEET, reason="", cause="exception", exception="e"
            ),
            'tocsin_exceptions_total{exception="e",rule="r"} 1.0',
        ),
        (
            journal.Released(
                at=EPOCH, alert_id=ALERT, rule_id=RULE, by="throttle", held_in="x", matches=5, folded=(), reason=""
            ),
            'tocsin_released_total{by="throttle"} 5.0',
        ),
        (
            journal.Evicted(at=EPOCH, rule_id=RULE, by="throttle", held=2),
            'tocsin_throttle_evictions_total{rule="r"} 1.0',
        ),
        (
            journal.Failed(at=EPOCH, tweet_id=TWEET, rule_id=RULE, where="", error=""),
            'tocsin_rule_failures_total{rule="r"} 1.0',
        ),
        (attempted("refused"), 'tocsin_delivery_attempts_total{destination="chat",outcome="refused"} 1.0'),
        (
            journal.GaveUp(at=EPOCH, alert_id=ALERT, destination=DESTINATION, reason=""),
            'tocsin_dead_letters_total{destination="chat"} 1.0',
        ),
        (
            journal.PluginFailed(at=EPOCH, plugin="p", hook="h", error=""),
            'tocsin_plugin_failures_total{plugin="p"} 1.0',
        ),
        (
            journal.Unseen(at=EPOCH, since=EPOCH - timedelta(seconds=9), until=EPOCH, cause=""),
            "tocsin_gap_seconds_total 9.0",
        ),
        (journal.Connection(at=EPOCH, state="connected", reason=""), "tocsin_connected 1.0"),
        (journal.Acknowledged(at=EPOCH, alert_id=ALERT, by="ada", note=""), "tocsin_acknowledged_total 1.0"),
    ],
    ids=lambda value: value.kind if not isinstance(value, str) else "",
)
def test_every_kind_of_entry_is_counted(observer: Observer, entry: journal.Entry, sample: str) -> None:
    observer.saw(entry)
    assert sample in observer.metrics.render().decode().splitlines()


def test_it_is_ready_once_connected_with_rules_and_a_store_that_works(observer: Observer) -> None:
    observer.health.rules = 3
    assert observer.health.problems() == ["stream: connecting"]
    observer.saw(journal.Connection(at=EPOCH, state="connected", reason=""))
    assert observer.health.report()["ready"]
    observer.store_failed("disk full")
    assert observer.health.problems() == ["state: disk full"]


def test_a_store_that_keeps_failing_is_logged_once_and_its_recovery_too(observer: Observer, lines: Lines) -> None:
    for _ in range(3):
        observer.store_failed("disk full")
    observer.store_works()
    observer.store_works()
    assert lines == [("error", "commit-failed"), ("info", "commit-works-again")]


def test_only_a_delivered_attempt_counts_as_delivered(observer: Observer) -> None:
    observer.saw(attempted("unreachable"))
    observer.saw(attempted("delivered"))
    assert observer.health.delivered == 1


def test_an_outbox_that_cannot_be_used_is_a_reason_not_to_be_ready(observer: Observer, lines: Lines) -> None:
    observer.outbox_changed("the disk is gone")
    assert "outbox: the disk is gone" in observer.health.problems()
    observer.outbox_changed(None)
    assert "outbox" not in str(observer.health.problems())
    assert lines == [("error", "outbox-failed"), ("info", "outbox-works-again")]


def test_a_match_in_stage_shadow_is_no_alert(observer: Observer, lines: Lines) -> None:
    observer.saw(journal.Matched(at=EPOCH, tweet_id=TWEET, rule_id=RULE, alert_id=ALERT, stage="shadow"))
    assert observer.health.alerts == 0
    assert "tocsin_matches_total{" not in observer.metrics.render().decode()
    assert lines == [("info", "shadow-match")]
