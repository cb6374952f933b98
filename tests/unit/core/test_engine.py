"""One tweet in, one step out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, Severity
from tocsin.rules.ruleset import Rule
from tocsin.testing import EPOCH, make_exception, make_rule, make_ruleset, make_tweet

CHAT, MAIL = DestinationName("chat"), DestinationName("mail")
TO_CHAT = Route(when=None, notify=(CHAT,))


def engine(rules: Sequence[Rule], *routes: Route) -> Engine:
    plan = make_plan(make_ruleset(*rules), routes or (TO_CHAT,), standard_vocabulary())
    return Engine(plan, AlertMemory())


def kinds(entries: Sequence[journal.Entry]) -> list[str]:
    return [entry.kind for entry in entries]


HACKED = make_rule("hacked", {"word": ["hacked"]}, severity=Severity.CRITICAL, title="{{ user.username }}: {{ text }}")


def test_a_tweet_that_no_rule_wants_is_seen_and_nothing_else() -> None:
    step = engine([HACKED]).observe(make_tweet("all quiet"), EPOCH)
    assert (step.alerts, step.deliveries, kinds(step.entries)) == ((), (), ["seen"])


def test_a_match_becomes_an_alert_and_a_delivery_for_each_destination() -> None:
    step = engine([HACKED], Route(when=None, notify=(CHAT, MAIL))).observe(make_tweet("we got Hacked!"), EPOCH)
    [alert] = step.alerts
    assert (alert.rule_id, alert.severity, alert.title.plain()) == (
        "hacked",
        Severity.CRITICAL,
        "someone: we got Hacked!",
    )
    assert [(delivery.destination, delivery.due_at) for delivery in step.deliveries] == [(CHAT, EPOCH), (MAIL, EPOCH)]
    assert kinds(step.entries) == ["seen", "matched"]


def test_an_alert_says_what_made_the_rule_true() -> None:
    [alert] = engine([HACKED]).observe(make_tweet("we got hacked"), EPOCH).alerts
    assert any("hacked" in reason for reason in alert.because)


def test_the_same_tweet_again_is_withheld_with_a_reason_and_sent_to_nobody() -> None:
    subject = engine([HACKED])
    subject.observe(make_tweet("hacked"), EPOCH)
    again = subject.observe(make_tweet("hacked"), EPOCH)
    assert (again.alerts, again.deliveries) == ((), ())
    assert kinds(again.entries) == ["seen", "withheld"]


def test_two_engines_give_an_alert_the_same_id() -> None:
    tweet = make_tweet("hacked", id="77")
    [first], [second] = (engine([HACKED]).observe(tweet, EPOCH).alerts for _ in range(2))
    assert first.id == second.id


def test_a_condition_that_fails_raises_no_alert_and_names_the_rule() -> None:
    """Text compared with a number fails; negating a failure must not page anyone."""
    broken = make_rule("broken", {"!": [{">": [{"var": "text"}, 3]}]})
    step = engine([broken, HACKED]).observe(make_tweet("hacked"), EPOCH)
    assert [alert.rule_id for alert in step.alerts] == ["hacked"]
    assert [entry.rule_id for entry in step.entries if isinstance(entry, journal.Failed)] == ["broken"]


def test_an_alert_that_reaches_nobody_is_recorded_as_withheld() -> None:
    nobody = Route(when=None, notify=())
    step = engine([HACKED], nobody).observe(make_tweet("hacked"), EPOCH)
    assert len(step.alerts) == 1
    assert "no destination" in next(entry.reason for entry in step.entries if isinstance(entry, journal.Withheld))


def test_a_disabled_rule_is_left_out() -> None:
    disabled = make_rule("off", {"word": ["hacked"]}, enabled=False)
    assert engine([disabled]).observe(make_tweet("hacked"), EPOCH).alerts == ()


def test_a_replaced_plan_holds_from_the_next_tweet_on() -> None:
    subject = engine([HACKED])
    other = make_plan(make_ruleset(make_rule("quiet", {"word": ["quiet"]})), [TO_CHAT], standard_vocabulary())
    subject.replace(other)
    assert [alert.rule_id for alert in subject.observe(make_tweet("quiet, not hacked"), EPOCH).alerts] == ["quiet"]


def test_a_tweet_cannot_speak_for_the_rule() -> None:
    """A field that the stream adds must not pass for the rule's own severity in a message."""
    rule = make_rule("loud", {"word": ["hacked"]}, severity=Severity.LOW, title="{{ severity }}")
    [alert] = engine([rule]).observe(make_tweet("hacked", severity="critical"), EPOCH).alerts
    assert alert.title.plain() == "low"


GIVEAWAY = make_exception("giveaway", {"contains": ["giveaway"]}, why="a wave of fakes", until=date(2026, 1, 1))
EXCEPTED = make_rule("hacked", {"word": ["hacked"]}, exceptions=[GIVEAWAY])


def reasons(entries: Sequence[journal.Entry]) -> list[str]:
    return [entry.reason for entry in entries if isinstance(entry, journal.Withheld)]


def test_an_exception_withholds_the_alert_and_the_journal_says_which_and_why() -> None:
    step = engine([EXCEPTED]).observe(make_tweet("hacked giveaway"), EPOCH)
    assert (step.alerts, step.deliveries) == ((), ())
    [entry] = [entry for entry in step.entries if isinstance(entry, journal.Withheld)]
    assert (entry.exception, entry.reason) == ("giveaway", "exception 'giveaway': a wave of fakes")


def test_an_exception_holds_through_its_last_day_in_utc_and_no_longer() -> None:
    last_moment = EPOCH.replace(hour=23, minute=59, second=59)
    subject = engine([EXCEPTED])
    assert subject.observe(make_tweet("hacked giveaway"), last_moment).alerts == ()
    assert len(subject.observe(make_tweet("hacked giveaway"), last_moment + timedelta(seconds=1)).alerts) == 1


def test_an_exception_that_fails_withholds_nothing_and_is_recorded() -> None:
    broken = make_exception("broken", {">": [{"var": "text"}, 3]})
    step = engine([make_rule("hacked", {"word": ["hacked"]}, exceptions=[broken, GIVEAWAY])]).observe(
        make_tweet("hacked"), EPOCH
    )
    assert len(step.alerts) == 1
    assert [entry.where for entry in step.entries if isinstance(entry, journal.Failed)] == ["except.broken"]


def test_an_alert_that_an_exception_withheld_has_the_id_that_it_would_have_had() -> None:
    tweet = make_tweet("hacked giveaway")
    [alert] = engine([HACKED]).observe(tweet, EPOCH).alerts
    [entry] = [e for e in engine([EXCEPTED]).observe(tweet, EPOCH).entries if isinstance(e, journal.Withheld)]
    assert entry.alert_id == alert.id


SHADOW = make_rule("hacked", {"word": ["hacked"]}, stage="shadow", notify=["chat"])


def test_a_rule_in_stage_shadow_is_journalled_and_nothing_is_stored_or_sent() -> None:
    step = engine([SHADOW]).observe(make_tweet("hacked"), EPOCH)
    assert (step.alerts, step.deliveries) == ((), ())
    assert kinds(step.entries) == ["seen", "matched", "withheld"]
    assert "shadow" in reasons(step.entries)[0]
    assert [alert.rule_id for alert in step.shadowed] == ["hacked"]


def test_a_rule_in_stage_shadow_counts_a_tweet_once() -> None:
    subject = engine([SHADOW])
    subject.observe(make_tweet("hacked"), EPOCH)
    again = subject.observe(make_tweet("hacked"), EPOCH)
    assert (kinds(again.entries), again.shadowed) == (["seen", "withheld"], ())


def test_a_rule_that_goes_live_speaks_of_what_it_only_counted_before() -> None:
    subject = engine([SHADOW])
    subject.observe(make_tweet("hacked"), EPOCH)
    subject.replace(make_plan(make_ruleset(replace(SHADOW, stage="live")), [TO_CHAT], standard_vocabulary()))
    assert len(subject.observe(make_tweet("hacked"), EPOCH).alerts) == 1


def once_per(expression: object) -> Engine:
    return engine([make_rule("hacked", {"word": ["hacked"]}, once_per=expression)])


def test_once_per_tells_each_value_once_and_names_what_was_withheld() -> None:
    subject = once_per({"var": "user.id"})
    tweets = [make_tweet("hacked", id=str(number), user__id=user) for number, user in enumerate(["7", "8", "7"])]
    steps = [subject.observe(tweet, EPOCH) for tweet in tweets]
    assert [len(step.alerts) for step in steps] == [1, 1, 0]
    assert reasons(steps[2].entries) == ["already raised: same rule, key and value of once_per"]


def test_once_per_id_gives_the_alert_the_id_that_it_has_without() -> None:
    [with_it], [without] = (subject.observe(make_tweet("hacked"), EPOCH).alerts
                            for subject in (once_per({"var": "id"}), engine([HACKED])))  # fmt: skip
    assert with_it.id == without.id


@pytest.mark.parametrize("value", [None, ""])
def test_where_once_per_has_no_value_each_tweet_is_told(value: object) -> None:
    subject = once_per({"var": "user.id"})
    alerts = [subject.observe(make_tweet("hacked", id=name, user__id=value), EPOCH).alerts for name in ("1", "2", "1")]
    assert [len(told) for told in alerts] == [1, 1, 0]


def test_a_tweet_without_a_value_is_not_taken_for_a_value_like_its_id() -> None:
    subject = once_per({"var": "user.id"})
    assert len(subject.observe(make_tweet("hacked", id="1", user__id="77"), EPOCH).alerts) == 1
    assert len(subject.observe(make_tweet("hacked", id="77", user__id=None), EPOCH).alerts) == 1


def test_where_once_per_fails_the_tweet_is_told_and_the_failure_recorded() -> None:
    step = once_per({"+": [{"var": "text"}, 1]}).observe(make_tweet("hacked"), EPOCH)
    assert len(step.alerts) == 1
    assert [entry.where for entry in step.entries if isinstance(entry, journal.Failed)] == ["once_per"]


def test_values_of_once_per_may_be_lists() -> None:
    subject = once_per({"var": "hashtags"})
    alerts = [subject.observe(make_tweet(f"hacked {tags}", id=str(number)), EPOCH).alerts
              for number, tags in enumerate(["#a #b", "#a", "#b #a"])]  # fmt: skip
    assert [len(told) for told in alerts] == [1, 1, 0]
