"""Silences and inhibition in the engine: what is withheld, why, and for how long."""

from dataclasses import replace

from tests.muting import CHAT, MAIL, MINUTE, make_engine, make_inhibition, make_silence, raised, reasons, silences
from tocsin import journal
from tocsin.alerting.escalation import Escalation
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Severity
from tocsin.rules.flood import Rate, Throttle
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

HACK = make_rule("exchange-hack", {"word": ["hacked"]}, severity=Severity.CRITICAL)
CHATTER = make_rule("coin-chatter", {"word": ["btc"]}, labels={"team": "risk"})
OF_CHATTER = "eq: [.rule, coin-chatter]"
INHIBITION = make_inhibition("exchange-hack", OF_CHATTER)


def test_a_silenced_alert_is_withheld_under_the_name_and_reason_of_the_silence() -> None:
    engine = make_engine(CHATTER)
    engine.silence(silences(make_silence(OF_CHATTER)))
    step = engine.observe(make_tweet("btc"), EPOCH)
    assert not step.alerts
    assert not step.deliveries
    (entry,) = (entry for entry in step.entries if isinstance(entry, journal.Withheld))
    assert (entry.reason, entry.silence, entry.severity) == ("silence s1 by ada: drill", "s1", Severity.MEDIUM)


def test_a_silence_is_about_the_alert_its_labels_and_its_tweet() -> None:
    for text in ("eq: [.labels.team, risk]", "eq: [.severity, medium]", "word: moon", "hashtag: btc", "eq: [.key, '']"):
        engine = make_engine(CHATTER)
        engine.silence(silences(make_silence(text)))
        assert reasons(engine.observe(make_tweet("btc to the moon #btc"), EPOCH)), text


def test_a_silence_holds_from_its_beginning_to_just_before_its_end() -> None:
    engine = make_engine(CHATTER)
    engine.silence(silences(make_silence(OF_CHATTER, since=EPOCH + MINUTE, minutes=5)))
    told = [bool(engine.observe(make_tweet("btc", id=str(n)), EPOCH + n * MINUTE).alerts) for n in (0, 1, 5, 6)]
    assert told == [True, False, False, True]


def test_what_was_silenced_is_told_when_it_comes_again_after_the_silence() -> None:
    engine = make_engine(CHATTER)
    engine.silence(silences(make_silence(OF_CHATTER)))
    assert not engine.observe(make_tweet("btc"), EPOCH).alerts
    engine.silence(silences())
    assert raised(engine.observe(make_tweet("btc"), EPOCH)) == ["coin-chatter"]


def test_a_silence_that_fails_withholds_nothing_and_says_so() -> None:
    engine = make_engine(CHATTER)
    engine.silence(silences(make_silence("gt: [.text, 3]")))
    step = engine.observe(make_tweet("btc"), EPOCH)
    assert raised(step) == ["coin-chatter"]
    assert [entry.where for entry in step.entries if isinstance(entry, journal.Failed)] == ["silences.s1"]


def test_a_rule_in_stage_shadow_is_counted_as_such_and_not_as_silenced() -> None:
    engine = make_engine(replace(CHATTER, stage="shadow"))
    engine.silence(silences(make_silence(OF_CHATTER)))
    assert "shadow" in reasons(engine.observe(make_tweet("btc"), EPOCH))[0][1]


def test_while_the_graver_alert_is_fresh_the_other_is_withheld_with_its_name() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[INHIBITION])
    (hack,) = engine.observe(make_tweet("hacked", id="1"), EPOCH).alerts
    step = engine.observe(make_tweet("btc", id="2"), EPOCH + 29 * MINUTE)
    assert reasons(step) == [("coin-chatter", f"inhibited by alert {hack.id} of rule 'exchange-hack'")]
    assert raised(engine.observe(make_tweet("btc", id="3"), EPOCH + 30 * MINUTE)) == ["coin-chatter"]


def test_a_tweet_that_is_of_both_kinds_inhibits_at_once_whatever_the_order_of_the_rules() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[INHIBITION])
    assert raised(engine.observe(make_tweet("btc hacked"), EPOCH)) == ["exchange-hack"]


def test_an_alert_never_inhibits_its_own_kind() -> None:
    for source in ("exchange-hack", "eq: [.severity, critical]"):
        engine = make_engine(HACK, inhibitions=[make_inhibition(source, "eq: [.rule, exchange-hack]")])
        assert [raised(engine.observe(make_tweet("hacked", id=n), EPOCH)) for n in "12"] == [["exchange-hack"]] * 2


def test_what_is_itself_withheld_inhibits_nothing() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[INHIBITION])
    engine.silence(silences(make_silence("eq: [.rule, exchange-hack]")))
    assert raised(engine.observe(make_tweet("btc hacked"), EPOCH)) == ["coin-chatter"]


def test_an_inhibition_goes_on_after_a_restart() -> None:
    (hack,) = make_engine(HACK).observe(make_tweet("hacked"), EPOCH).alerts
    engine = make_engine(HACK, CHATTER, inhibitions=[make_inhibition("eq: [.severity, critical]", OF_CHATTER)])
    engine.recall([hack])
    assert not engine.observe(make_tweet("btc", id="2"), EPOCH + MINUTE).alerts


def test_a_reload_forgets_only_the_inhibitions_that_it_changes() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[INHIBITION])
    engine.observe(make_tweet("hacked", id="1"), EPOCH)
    for inhibitions, muted in (([make_inhibition("exchange-hack", OF_CHATTER)], True), ([], False)):
        plan = make_plan(
            make_ruleset(HACK, CHATTER), [Route(when=None, notify=(CHAT,))], standard_vocabulary(), inhibitions
        )
        engine.replace(plan)
        number = str(2 + muted)
        assert bool(reasons(engine.observe(make_tweet("btc", id=number), EPOCH + MINUTE))) is muted


def test_an_inhibition_that_fails_withholds_nothing_and_says_so() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[make_inhibition("exchange-hack", "gt: [.text, 3]")])
    engine.observe(make_tweet("hacked", id="1"), EPOCH)
    step = engine.observe(make_tweet("btc", id="2"), EPOCH)
    assert raised(step) == ["coin-chatter"]
    assert [entry.where for entry in step.entries if isinstance(entry, journal.Failed)] == ["inhibit.1.mutes"]


def test_a_clock_that_was_set_back_a_day_does_not_inhibit_for_a_day() -> None:
    engine = make_engine(HACK, CHATTER, inhibitions=[INHIBITION])
    engine.observe(make_tweet("hacked", id="1"), EPOCH)
    assert raised(engine.observe(make_tweet("btc", id="2"), EPOCH - 24 * 60 * MINUTE)) == ["coin-chatter"]


def test_without_silences_and_inhibitions_nothing_changes() -> None:
    plan = make_plan(make_ruleset(CHATTER), [Route(when=None, notify=(CHAT,))], standard_vocabulary())
    assert len(Engine(plan, AlertMemory()).observe(make_tweet("btc"), EPOCH).deliveries) == 1


def test_what_a_throttle_lets_go_is_withheld_if_it_is_silenced_by_then() -> None:
    throttled = replace(CHATTER, throttle=Throttle(every=30 * MINUTE, per=None, then="digest"))
    engine = make_engine(throttled)
    for number in range(3):
        engine.observe(make_tweet("btc", id=str(number)), EPOCH)
    engine.silence(silences(make_silence(OF_CHATTER)))
    step = engine.wake(EPOCH + 30 * MINUTE)
    assert (step.alerts, step.deliveries) == ((), ())
    assert ("coin-chatter", "silence s1 by ada: drill") in reasons(step)


def test_an_alert_that_the_valve_held_back_escalates_once_it_is_told() -> None:
    route = Route(when=None, notify=(CHAT,), escalate=Escalation(after=15 * MINUTE, to=(MAIL,)))
    plan = make_plan(make_ruleset(CHATTER), [route], standard_vocabulary(), valve=Rate(1, "minute"))
    engine = Engine(plan, AlertMemory())
    for number in range(3):
        engine.observe(make_tweet("btc", id=str(number)), EPOCH)
    told = engine.wake(EPOCH + MINUTE).deliveries
    assert [(each.destination, each.due_at) for each in told] == [(CHAT, EPOCH + MINUTE), (MAIL, EPOCH + 16 * MINUTE)]
