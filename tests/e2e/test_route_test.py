"""`tocsin route test` as people type it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.alerts import make_alert
from tests.e2e.program import Program, finished
from tocsin.clock import SystemClock
from tocsin.model import RuleId
from tocsin.store.sqlite import SqliteStore

RULES = """
tocsin: 1
rules:
  exchange-hack: {severity: critical, when: {word: hacked}}
  coin-chatter: {when: {word: btc}}
  own-mind: {when: {word: x}, notify: oncall}
  on-trial: {when: {word: x}, stage: shadow}
"""
CONFIG = """
source: {type: replay, path: t.jsonl}
rules: [rules.yaml]
destinations: {oncall: {url: "json://127.0.0.1:9/"}, email: {url: "json://127.0.0.1:9/"}}
routes:
  - {when: {eq: [.severity, critical]}, notify: [oncall], escalate: {after: 15m, to: [email]}}
  - {when: {word: moon}, notify: [oncall]}
  - {notify: [email]}
inhibit: [{if: exchange-hack, mutes: {eq: [.rule, coin-chatter]}, for: 30m}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "tocsin.yaml").write_text(CONFIG)
    (tmp_path / "t.jsonl").write_text('{"id": "1", "text": "btc to the moon"}\n')
    return tmp_path


def shown(folder: Path, *arguments: str) -> str:
    program = run(folder, *arguments)
    assert program.wait() == 0, program.output()
    return "\n".join(program.out)


def as_json(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(folder, *arguments, "--format", "json"))
    return found


def run(folder: Path, *arguments: str) -> Program:
    return finished("route", "test", *arguments, cwd=folder)


def test_it_says_who_is_told_when_and_by_which_line(folder: Path) -> None:
    assert shown(folder, "--rule", "exchange-hack", "--at", "2026-11-28T23:00", "--zone", "Europe/Berlin") == (
        "an alert of exchange-hack (rules.yaml:4), severity critical\n"
        "at Sat 2026-11-28 23:00 CET\n"
        "\n"
        "asked\n"
        "  route 1 (tocsin.yaml:6): true -> oncall\n"
        "\n"
        "told\n"
        "  oncall: at once\n"
        "  email: Sat 2026-11-28 23:15 CET, unless it is acknowledged before"
    )


def test_what_a_destination_holds_back_at_that_time_is_said(folder: Path) -> None:
    quiet = 'quiet: {zone: Europe/Berlin, from: "22:00", to: "07:00", then: hold, bypass: critical}, limit: 30/h'
    config = CONFIG.replace('email: {url: "json://127.0.0.1:9/"}', f'email: {{url: "json://127.0.0.1:9/", {quiet}}}')
    (folder / "tocsin.yaml").write_text(config)
    at = ("--at", "2026-11-28T23:00:00+01:00", "--zone", "Europe/Berlin")
    said = shown(folder, "--rule", "coin-chatter", *at)
    assert "email: held until Sun 2026-11-29 07:00 CET: quiet hours of 'email'" in said
    assert "at most 30 in 1h" in said
    escalation = as_json(folder, "--rule", "exchange-hack", *at)["told"][1]
    assert (escalation["destination"], escalation["held_until"]) == ("email", None)
    (told,) = as_json(folder, "--rule", "coin-chatter", *at)["told"]
    assert (told["held_until"], told["limit"]) == ("2026-11-29T06:00:00+00:00", {"count": 30, "period_s": 3600.0})


def test_as_json_it_says_the_same(folder: Path) -> None:
    found = as_json(folder, "--rule", "exchange-hack", "--at", "2026-11-28T23:00:00+01:00")
    assert [(each["line"], each["answer"]) for each in found["routes"]] == [(6, "true")]
    assert [(each["destination"], each["at"], each["unless"]) for each in found["told"]] == [
        ("oncall", "2026-11-28T22:00:00+00:00", None),
        ("email", "2026-11-28T22:15:00+00:00", "acked"),
    ]
    assert found["withheld"] is None


def test_severity_and_tweet_decide_like_those_of_a_real_alert(folder: Path) -> None:
    assert [t["destination"] for t in as_json(folder, "--rule", "exchange-hack", "--severity", "low")["told"]] == [
        "email"
    ]
    found = as_json(folder, "--rule", "exchange-hack", "--severity", "low", "--tweet", "t.jsonl")
    assert [each["destination"] for each in found["told"]] == ["oncall"]
    assert found["matches_tweet"] is False


def test_a_rule_that_names_its_destinations_asks_no_route_and_does_not_escalate(folder: Path) -> None:
    said = shown(folder, "--rule", "own-mind")
    assert "no route: the rule's own notify decides (rules.yaml:6), and nothing escalates" in said


def test_what_would_withhold_the_alert_is_said(folder: Path) -> None:
    now = SystemClock().now()
    assert "would be withheld while an alert of exchange-hack is younger than 30m" in shown(
        folder, "--rule", "coin-chatter"
    )
    store = SqliteStore.open(folder / "tocsin.db")
    alert = replace(make_alert(1, at=now), rule_id=RuleId("exchange-hack"))
    store.commit([alert], [], [])
    store.silences.add("eq: [.rule, own-mind]", why="drill", by="ada", since=now, until=now + timedelta(hours=1))
    store.close()
    assert f"withheld, so nobody hears of it: inhibited by alert {alert.id}" in shown(folder, "--rule", "coin-chatter")
    assert "withheld, so nobody hears of it: silence s1 by ada: drill" in shown(folder, "--rule", "own-mind")
    later = (now + timedelta(hours=2)).isoformat()
    for rule in ("coin-chatter", "own-mind"):
        assert as_json(folder, "--rule", rule, "--at", later)["withheld"] is None
    assert "stage shadow" in shown(folder, "--rule", "on-trial")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "exchange-hac"], "did you mean 'exchange-hack'?"),
        (["--rule", "exchange-hack", "--at", "some day"], "is no time"),
        (["--rule", "exchange-hack", "--zone", "Nowhere"], "there is no zone 'Nowhere'"),
        (["--rule", "exchange-hack", "--tweet", "none.jsonl"], "can't be read"),
    ],
)
def test_a_mistake_is_said_clearly_with_status_2(folder: Path, arguments: list[str], said: str) -> None:
    program = run(folder, *arguments)
    assert (program.wait(), said in program.output()) == (2, True), program.output()
    assert "Traceback" not in program.output()
