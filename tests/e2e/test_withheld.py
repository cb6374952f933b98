"""What a run keeps back on purpose is in its journal, with the reason, and reaches nobody."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.program import finished, journal_of
from tests.receivers import HttpReceiver

RULES = """
tocsin: 1
rules:
  hacked:
    when: {word: hacked}
    except:
      - {id: giveaway, why: "a wave of fakes, says Ann", when: {contains: giveaway}}
      - {id: over, why: long gone, until: 2020-01-01, when: {contains: wallet}}
  hacked-in-shadow: {when: {word: hacked}, stage: shadow}
  by-author: {when: {word: hacked}, once_per: .user.id}
"""
TEXTS = ["hacked giveaway", "hacked wallet", "hacked", "nothing"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tweets = [{"id": str(number), "text": text, "user": {"id": "u"}} for number, text in enumerate(TEXTS)]
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def run(folder: Path, hook: HttpReceiver) -> None:
    (folder / "tocsin.yaml").write_text(
        "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml]\n"
        f'destinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\nroutes: [{{notify: [hook]}}]\n'
    )
    ran = finished("run", cwd=folder)
    assert ran.wait() == 0, ran.output()


def test_exceptions_shadow_rules_and_once_per_hold_back_and_say_why(folder: Path) -> None:
    with HttpReceiver() as hook:
        run(folder, hook)
        run(folder, hook)  # a restart: what was told stays told
    sent = Counter((post.json["rule"], post.json["tweet"]["id"]) for post in hook.posted)
    assert sent == Counter([("hacked", "1"), ("hacked", "2"), ("by-author", "0")])
    withheld = [record for record in journal_of(folder / "tocsin.db") if record["kind"] == "withheld"]
    reasons = {(record["rule_id"], record["tweet_id"], record["reason"]) for record in withheld}
    assert ("hacked", "0", "exception 'giveaway': a wave of fakes, says Ann") in reasons
    assert ("hacked-in-shadow", "2", "the rule is in stage shadow: nothing is sent") in reasons
    assert ("by-author", "1", "already raised: same rule, key and value of once_per") in reasons


def test_match_prints_shadow_rules_only_when_asked(folder: Path) -> None:
    plain = finished("match", "--rules", "rules.yaml", "tweets.jsonl", cwd=folder)
    asked = finished("match", "--rules", "rules.yaml", "--shadow", "tweets.jsonl", cwd=folder)
    assert {json.loads(line)["rule"] for line in plain.out} == {"hacked", "by-author"}
    marked = [json.loads(line) for line in asked.out if "stage" in json.loads(line)]
    assert [(line["rule"], line["tweet_id"], line["stage"]) for line in marked] == [
        ("hacked-in-shadow", number, "shadow") for number in ("0", "1", "2")
    ]


def test_alerts_shows_what_was_withheld_and_why(folder: Path) -> None:
    with HttpReceiver() as hook:
        run(folder, hook)
    shown = [json.loads(line) for line in finished("alerts", "--format", "json", cwd=folder).out]
    assert ("hacked", "0") in {(record["rule"], record["tweet_id"]) for record in shown if "withheld" in record}
    assert any("stage shadow" in record.get("withheld", "") for record in shown)


def test_defaults_and_overlays_are_heard_by_the_real_program(folder: Path) -> None:
    (folder / "overlay.yaml").write_text(
        "overlay: true\nrules:\n  by-author: {stage: shadow}\n  hacked:\n    except:\n"
        "      - {id: wallets, why: ours, when: {contains: wallet}}\n"
    )
    (folder / "tocsin.yaml").write_text(
        "source: {type: replay, path: tweets.jsonl}\nrules: [overlay.yaml, rules.yaml]\ndefaults: {severity: high}\n"
    )
    matched = finished("match", "tweets.jsonl", cwd=folder)
    assert [(line["rule"], line["tweet_id"], line["severity"]) for line in map(json.loads, matched.out)] == [
        ("hacked", "2", "high")
    ]
