"""One tweet in, one step out."""

from collections.abc import Sequence

from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, Severity
from tocsin.rules.ruleset import Rule
from tocsin.testing import EPOCH, make_rule, make_ruleset, make_tweet

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
