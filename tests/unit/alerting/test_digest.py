"""Several alerts in one: nothing of them is lost that somebody would look for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts import make_alert
from tocsin.alerting.digest import LISTED, SENDER, fold
from tocsin.model import RuleId, Severity
from tocsin.store.codec import decode_alert, encode_alert
from tocsin.testing import EPOCH

NOW = EPOCH + timedelta(hours=1)


def test_a_digest_accounts_for_every_alert_by_its_id() -> None:
    alerts = [make_alert(number) for number in range(120)]
    assert fold(alerts, title="120 alerts", now=NOW).folded == tuple(alert.id for alert in alerts)


def test_a_digest_of_digests_names_the_alerts_themselves() -> None:
    first = fold([make_alert(1), make_alert(2)], title="2 alerts", now=NOW)
    assert fold([first, make_alert(3)], title="3 alerts", now=NOW).folded == tuple(make_alert(n).id for n in (1, 2, 3))


def test_the_same_alerts_make_the_same_digest_whenever_it_is_made() -> None:
    alerts = [make_alert(1), make_alert(2)]
    assert fold(alerts, title="a", now=NOW).id == fold(alerts, title="b", now=NOW + timedelta(days=1)).id
    assert fold(alerts, title="a", now=NOW).id != fold(alerts[:1], title="a", now=NOW).id


def test_a_digest_is_as_loud_as_the_loudest() -> None:
    alerts = [replace(make_alert(1), severity=Severity.CRITICAL), replace(make_alert(2), severity=Severity.LOW)]
    assert fold(alerts, title="2 alerts", now=NOW).severity is Severity.CRITICAL


def test_a_digest_of_several_rules_is_of_none_of_them() -> None:
    other = replace(make_alert(2), rule_id=RuleId("other"), labels={"team": "desk"})
    digest = fold([make_alert(1), other], title="2 alerts", now=NOW)
    assert (digest.rule_id, digest.labels) == (SENDER, {})
    assert fold([make_alert(1)], title="1 alert", now=NOW).rule_id == "hack"


def test_a_long_digest_lists_the_newest_and_says_how_many_there_were_before() -> None:
    body = fold([make_alert(n, f"no {n}.") for n in range(LISTED + 3)], title="many", now=NOW).body.plain()
    assert body.startswith("3 earlier ones")
    assert "no 2." not in body
    assert "no 3." in body


def test_a_long_digest_lists_what_is_most_severe_however_old() -> None:
    first = replace(make_alert(0, "the one that matters"), severity=Severity.CRITICAL)
    body = fold([first, *(make_alert(n) for n in range(1, LISTED + 3))], title="many", now=NOW).body.plain()
    assert body.startswith("3 earlier or less severe ones, then\n12:00 Hack: the one that matters")


def test_what_a_tweet_says_stays_untrusted_in_a_digest() -> None:
    body = fold([make_alert(1, "<!channel>\nsecond line")], title="1 alert", now=NOW).body
    assert [part.trusted for part in body.fragments if "channel" in part.text] == [False]
    assert body.plain().count("\n") == 1


def test_what_was_held_back_adds_up() -> None:
    early, late = EPOCH, EPOCH + timedelta(minutes=5)
    alerts = [replace(make_alert(n), held_back=n, held_since=at) for n, at in ((2, late), (3, early))]
    digest = fold(alerts, title="2 alerts", now=NOW)
    assert (digest.held_back, digest.held_since) == (5, early)


def test_a_digest_survives_the_store() -> None:
    alerts = [replace(make_alert(1), held_back=2, held_since=EPOCH), make_alert(2)]
    digest = fold(alerts, title="2 alerts", now=NOW)
    assert decode_alert(encode_alert(digest)) == digest


def test_nothing_makes_no_digest() -> None:
    with pytest.raises(ValueError, match="nothing"):
        fold([], title="none", now=NOW)
