"""Throttles, budgets and the valve, on timelines written by hand: minutes since the start, and what comes of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan, make_plan
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.logic.ast import Literal, Var
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Alert, DestinationName, Severity
from tocsin.rules.flood import Rate, Then, Throttle
from tocsin.rules.ruleset import Rule
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

CHAT = DestinationName("chat")
MINUTE = timedelta(minutes=1)
PER_USER = Var(Literal("user.id"), None)


def rule(then: Then = "count", *, per: Var | None = None, every: int = 30, name: str = "hacked") -> Rule:
    throttle = Throttle(every=every * MINUTE, per=per, then=then)
    return make_rule(name, {"word": [name]}, throttle=throttle)


def plan(*rules: Rule, valve: Rate | None = None) -> Plan:
    return make_plan(make_ruleset(*rules), [Route(when=None, notify=(CHAT,))], standard_vocabulary(), valve=valve)


class Timeline:
    """An engine on a clock that counts minutes; what is due is woken at its own time."""

    def __init__(self, *rules: Rule, valve: Rate | None = None) -> None:
        self.engine = Engine(plan(*rules, valve=valve), AlertMemory())
        self.steps: list[Step] = []
        self._tweets = 0

    def tweet(self, minute: float, text: str = "hacked", user: str | None = "u1") -> Step:
        """A tweet comes; return what came of it alone."""
        self.until(minute)
        self._tweets += 1
        tweet = make_tweet(text, id=str(self._tweets), user__id=user)
        step = self.engine.observe(tweet, EPOCH + minute * MINUTE)
        self.steps.append(step)
        return step

    def until(self, minute: float) -> list[Step]:
        """Let time pass; return what was due."""
        woken = list(wakes(self.engine, until=EPOCH + minute * MINUTE))
        self.steps += woken
        return woken

    @property
    def told(self) -> list[tuple[float, int, int]]:
        """Every alert: its minute, how many it says were held back, and how many it folds."""
        alerts = [alert for step in self.steps for alert in step.alerts]
        return [((alert.at - EPOCH) / MINUTE, alert.held_back, len(alert.folded)) for alert in alerts]


def withheld(steps: Sequence[Step]) -> list[journal.Withheld]:
    return [entry for step in steps for entry in step.entries if isinstance(entry, journal.Withheld)]


def alerts(steps: Sequence[Step]) -> list[Alert]:
    return [alert for step in steps for alert in step.alerts]


def test_the_first_is_told_and_what_follows_within_the_period_is_counted_for_the_next() -> None:
    timeline = Timeline(rule())
    for minute in (0, 1, 29, 31, 32, 100):
        timeline.tweet(minute)
    assert timeline.told == [(0, 0, 0), (31, 2, 0), (100, 1, 0)]
    assert alerts(timeline.steps)[1].held_since == EPOCH + MINUTE


def test_the_period_is_over_to_the_moment() -> None:
    timeline = Timeline(rule())
    timeline.tweet(0)
    timeline.tweet(30)
    assert timeline.told == [(0, 0, 0), (30, 0, 0)]


def test_held_matches_do_not_begin_the_period_anew() -> None:
    timeline = Timeline(rule())
    for minute in range(0, 91, 10):
        timeline.tweet(minute)
    assert timeline.told == [(0, 0, 0), (30, 2, 0), (60, 2, 0), (90, 2, 0)]


def test_what_is_held_back_says_what_holds_it_and_until_when() -> None:
    timeline = Timeline(rule(per=PER_USER))
    timeline.tweet(0)
    [entry] = withheld([timeline.tweet(1)])
    assert entry.cause == "throttle"
    assert entry.reason == "throttle: one alert every 30m per user.id; counted for the next alert"
    assert entry.until == EPOCH + 30 * MINUTE


def test_the_alert_that_tells_a_count_is_linked_with_what_it_counts() -> None:
    timeline = Timeline(rule())
    for minute in (0, 1, 2, 31):
        timeline.tweet(minute)
    [entry] = [entry for step in timeline.steps for entry in step.entries if isinstance(entry, journal.Released)]
    assert (entry.matches, entry.alert_id) == (2, alerts(timeline.steps)[-1].id)
    assert {held.held_in for held in withheld(timeline.steps)} == {entry.held_in}


def test_nothing_is_sent_at_the_end_of_a_period_that_only_counts() -> None:
    timeline = Timeline(rule())
    timeline.tweet(0)
    timeline.tweet(1)
    timeline.until(10_000)
    assert timeline.told == [(0, 0, 0)]


def test_keys_are_throttled_apart() -> None:
    timeline = Timeline(rule(per=PER_USER))
    for minute, user in enumerate(["a", "b", "a", "b", "c"]):
        timeline.tweet(minute, user=user)
    assert [minute for minute, *_ in timeline.told] == [0, 1, 4]


def test_tweets_without_a_key_have_one_in_common() -> None:
    timeline = Timeline(rule(per=PER_USER))
    for minute in (0, 1, 40):
        timeline.tweet(minute, user=None)
    assert timeline.told == [(0, 0, 0), (40, 1, 0)]


def test_an_update_tells_at_the_end_of_the_period_with_the_newest_tweet() -> None:
    timeline = Timeline(rule("update"))
    for minute in (0, 1, 2, 3):
        timeline.tweet(minute)
    timeline.until(30)
    assert timeline.told == [(0, 0, 0), (30, 2, 0)]
    assert alerts(timeline.steps)[-1].tweet.id == "4"


def test_an_update_is_an_alert_after_which_the_period_begins_anew() -> None:
    timeline = Timeline(rule("update"))
    for minute in (0, 1, 31, 59, 61):
        timeline.tweet(minute)
    timeline.until(200)
    assert timeline.told == [(0, 0, 0), (30, 0, 0), (60, 1, 0), (90, 0, 0)]


def test_a_period_in_which_nothing_was_held_ends_without_a_word() -> None:
    timeline = Timeline(rule("update"))
    timeline.tweet(0)
    assert timeline.until(31) != []
    assert timeline.engine.next_wake() is None
    timeline.tweet(31)
    assert timeline.told == [(0, 0, 0), (31, 0, 0)]


def test_a_digest_folds_what_was_held_back() -> None:
    timeline = Timeline(rule("digest"))
    for minute in range(6):
        timeline.tweet(minute)
    timeline.until(30)
    assert timeline.told == [(0, 0, 0), (30, 0, 5)]
    digest = alerts(timeline.steps)[-1]
    assert list(digest.folded) == [entry.alert_id for entry in withheld(timeline.steps)]
    assert digest.title.plain() == "hacked: 5 alerts held back since 12:01 UTC"


def test_a_release_is_journalled_with_what_it_tells_of() -> None:
    timeline = Timeline(rule("digest"))
    for minute in range(3):
        timeline.tweet(minute)
    [step] = timeline.until(30)
    [entry] = [entry for entry in step.entries if isinstance(entry, journal.Released)]
    assert (entry.by, entry.matches, entry.alert_id) == ("throttle", 2, alerts([step])[0].id)
    assert entry.folded == tuple(held.alert_id for held in withheld(timeline.steps))


BUDGETED = make_rule("hacked", {"word": ["hacked"]}, budget=Rate(2, "hour"))


def test_past_the_budget_there_is_one_digest_at_the_end_of_its_period() -> None:
    timeline = Timeline(BUDGETED)
    for minute in (0, 10, 20, 30, 59, 61, 62):
        timeline.tweet(minute)
    timeline.until(500)
    assert timeline.told == [(0, 0, 0), (10, 0, 0), (60, 0, 3), (61, 0, 0), (62, 0, 0)]


def test_what_the_budget_holds_back_says_so() -> None:
    timeline = Timeline(BUDGETED)
    for minute in range(3):
        timeline.tweet(minute)
    [entry] = withheld(timeline.steps)
    assert (entry.cause, entry.reason) == ("budget", "budget: 2/hour is spent; told in a digest")
    assert entry.until == EPOCH + 60 * MINUTE


def test_a_digest_past_the_budget_tells_of_what_the_throttle_had_held_back() -> None:
    timeline = Timeline(replace(rule(every=1), budget=Rate(1, "hour")))
    for minute in (0, 0.5, 5, 5.5, 10):
        timeline.tweet(minute)
    timeline.until(60)
    assert timeline.told == [(0, 0, 0), (60, 2, 2)]


def test_the_valve_folds_what_goes_beyond_it_whatever_the_rule() -> None:
    rules = [make_rule(name, {"word": [name]}) for name in ("a", "b")]
    timeline = Timeline(*rules, valve=Rate(2, "minute"))
    for second, text in enumerate(["a", "b", "a", "b", "a b"]):
        timeline.tweet(second / 60, text)
    timeline.until(1)
    assert [folded for *_, folded in timeline.told] == [0, 0, 4]
    digest = alerts(timeline.steps)[-1]
    assert (digest.rule_id, digest.title.plain()) == ("tocsin.digest", "4 alerts past the valve of 2/minute")
    assert {entry.cause for entry in withheld(timeline.steps)} == {"valve"}


def test_critical_alerts_pass_the_valve_and_count() -> None:
    quiet = make_rule("quiet", {"word": ["quiet"]})
    loud = make_rule("loud", {"word": ["loud"]}, severity=Severity.CRITICAL)
    timeline = Timeline(quiet, loud, valve=Rate(1, "minute"))
    assert len(timeline.tweet(0, "loud").alerts) == 1
    assert len(timeline.tweet(0, "loud").alerts) == 1
    assert timeline.tweet(0, "quiet").alerts == ()


def test_each_destination_has_a_digest_of_its_own_past_the_valve() -> None:
    mail = make_rule("mail", {"word": ["mail"]}, notify=["mail"])
    chat = make_rule("chat", {"word": ["chat"]}, notify=["chat"])
    timeline = Timeline(mail, chat, valve=Rate(1, "minute"))
    for text in ("mail", "mail", "chat", "mail"):
        timeline.tweet(0, text)
    [step] = timeline.until(1)
    assert [(str(one.destination), len(one.alert.folded)) for one in step.deliveries] == [("mail", 2), ("chat", 1)]


def test_a_copy_of_a_tweet_that_is_held_back_is_not_counted_again() -> None:
    timeline = Timeline(rule("digest"))
    timeline.tweet(0)
    copy = make_tweet("hacked", id="77")
    for minute in (1, 2):
        timeline.steps.append(timeline.engine.observe(copy, EPOCH + minute * MINUTE))
    timeline.until(30)
    assert timeline.told == [(0, 0, 0), (30, 0, 1)]
    assert [entry.cause for entry in withheld(timeline.steps)] == ["throttle", "repeat"]


def test_a_wake_that_comes_late_tells_later_and_changes_nothing_else() -> None:
    timeline = Timeline(rule("update"))
    for minute in (0, 1):
        timeline.tweet(minute)
    late = timeline.engine.wake(EPOCH + 40 * MINUTE)
    assert [alert.held_back for alert in late.alerts] == [0]
    assert timeline.engine.next_wake() == EPOCH + 60 * MINUTE


@pytest.mark.parametrize("then", ["count", "update", "digest"])
def test_what_a_rule_holds_back_is_told_when_its_throttle_changes(then: Then) -> None:
    timeline = Timeline(rule(then))
    for minute in range(3):
        timeline.tweet(minute)
    timeline.engine.replace(plan(rule(then, every=5)))
    timeline.until(2)
    assert sum(held + (folded or 1) for _, held, folded in timeline.told) == 3


def test_what_a_rule_holds_back_is_told_to_its_own_destinations_when_it_is_taken_away() -> None:
    timeline = Timeline(replace(rule("digest"), notify=(DestinationName("desk"),)))
    for minute in range(3):
        timeline.tweet(minute)
    timeline.engine.replace(plan(BUDGETED_OTHER))
    [step] = timeline.until(2)
    assert [(str(one.destination), len(one.alert.folded)) for one in step.deliveries] == [("desk", 2)]


def test_a_throttle_goes_on_over_a_reload_that_leaves_it_as_it_is() -> None:
    timeline = Timeline(rule())
    timeline.tweet(0)
    timeline.tweet(1)
    timeline.engine.replace(plan(rule(), BUDGETED_OTHER))
    timeline.tweet(2)
    timeline.tweet(31)
    assert timeline.told == [(0, 0, 0), (31, 2, 0)]


BUDGETED_OTHER = make_rule("other", {"word": ["other"]}, budget=Rate(2, "hour"))


def test_a_clock_that_is_set_moves_what_is_held_along() -> None:
    timeline = Timeline(rule("update"))
    for minute in (0, 1):
        timeline.tweet(minute)
    for by in (timedelta(days=1), timedelta(days=-1)):
        timeline.engine.shift(by)
    timeline.until(30)
    assert timeline.told == [(0, 0, 0), (30, 0, 0)]


def test_what_a_reload_ends_is_told_as_of_now_though_the_clock_is_set_in_between() -> None:
    timeline = Timeline(rule("digest"), BUDGETED_OTHER, valve=Rate(1, "hour"))
    for minute in range(3):
        timeline.tweet(minute)
    timeline.engine.replace(plan(BUDGETED_OTHER))
    timeline.engine.shift(timedelta(days=-1))
    step = timeline.engine.wake(EPOCH - timedelta(days=1) + 3 * MINUTE)
    assert [(alert.at, len(alert.folded)) for alert in step.alerts] == [(EPOCH - timedelta(days=1) + 3 * MINUTE, 2)]
    assert timeline.engine.next_wake() is None


def test_a_clock_that_was_set_back_while_nothing_ran_holds_nothing_for_longer_than_the_period() -> None:
    before = Timeline(rule())
    state = before.tweet(60 * 24).state
    after = Timeline(rule())
    after.engine.restore({name: record for name, record in state.items() if record is not None}, EPOCH)
    assert after.engine.next_wake() == EPOCH + 30 * MINUTE


def test_past_the_most_keys_the_oldest_is_told_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.core.outlet.MOST_KEYS", 2)
    timeline = Timeline(rule(per=PER_USER))
    for minute, user in enumerate(["a", "a", "a", "b"]):
        timeline.tweet(minute, user=user)
    step = timeline.tweet(4, user="c")
    [evicted] = [entry for entry in step.entries if isinstance(entry, journal.Evicted)]
    assert (evicted.rule_id, evicted.held) == ("hacked", 2)
    assert [alert.held_back for alert in step.alerts] == [1, 0]


def test_a_digest_holds_no_more_than_it_can_and_loses_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.alerting.pile.MOST_IDS", 250)
    timeline = Timeline(rule("digest"))
    for number in range(601):
        timeline.tweet(number / 100)
    timeline.until(30)
    assert [folded for *_, folded in timeline.told] == [0, 250, 250, 100]
    assert alerts(timeline.steps)[2].title.plain() == "hacked: 250 alerts held back since 12:02 UTC"
    told = [identity for alert in alerts(timeline.steps) for identity in alert.folded]
    assert told == [entry.alert_id for entry in withheld(timeline.steps)]


def test_a_rule_without_a_throttle_leaves_nothing_to_keep() -> None:
    timeline = Timeline(make_rule("hacked", {"word": ["hacked"]}))
    step = timeline.tweet(0)
    assert step.state == {}
    assert timeline.engine.next_wake() is None
