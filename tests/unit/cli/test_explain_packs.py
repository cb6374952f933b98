"""Twenty tweets over the rule packs: explain names the leaves that decide, as trying every set of them does."""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tocsin.cli.explain import explain
from tocsin.logic.ast import Call, Expr
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.printing import to_json
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules
from tocsin.testing import make_tweet

PACKS = Path(__file__).parents[3] / "rules"
VOCABULARY = standard_vocabulary()
FAILING: Any = {"/": [1, 0]}
CONNECTIVES = {"and", "or", "!", "if"}

# The rule, the tweet, the verdict, and a part of a leaf that decides.
TWEETS: list[tuple[str, dict[str, Any], str, str]] = [
    ("outage-reported", {"text": "Is GitHub down for anyone else?"}, "match", "'down'"),
    ("outage-reported", {"text": "GitHub 障害かな、さっきから"}, "match", "contains '障害'"),
    ("outage-reported", {"text": "Moved all our repositories to GitHub, happy"}, "no_match", "not word"),
    ("outage-reported", {"text": "Feeling down today"}, "no_match", "not word"),
    ("outage-reported", {"text": "RT @dev: is github down?"}, "no_match", "is_retweet is true"),
    ("outage-spreading", {"text": "AWS is down.", "metrics__retweets": 340}, "match", "metrics.retweets is 340"),
    ("outage-spreading", {"text": "AWS is down.", "metrics__retweets": 49}, "no_match", "(not >= 50)"),
    ("outage-confirmed", {"text": "An incident.", "user__username": "GitHubStatus"}, "match", "from 'githubstatus'"),
    ("outage-confirmed", {"text": "Incident resolved.", "user__username": "githubstatus"}, "no_match", "'resolved'"),
    ("outage-confirmed", {"text": "An incident.", "user__username": "githubstatus_fan"}, "no_match", "not from"),
    ("outage-confirmed", {"text": 7, "user__username": "githubstatus"}, "failed", "looks at text"),
    ("cve-exploited", {"text": "CVE-2026-31337 is being actively exploited"}, "match", "'actively exploited'"),
    ("cve-exploited", {"text": "CVE-2026-31337 published, CVSS 5.3"}, "no_match", "not word"),
    ("cve-exploited", {"text": "0day in CVE-2026? No number yet."}, "no_match", "not matches"),
    ("cve-proof-of-concept", {"text": "PoC for CVE-2026-20198 released"}, "match", "'poc'"),
    ("cve-proof-of-concept", {"text": "CVE-2026-20198 https://www.exploit-db.com/exploits/5"}, "match", "link"),
    ("cve-proof-of-concept", {"text": "poc of my new recipe"}, "no_match", "not matches"),
    ("cve-advisory", {"text": "We added CVE-2026-9999", "user__username": "cisagov"}, "match", "matches"),
    ("cve-advisory", {"text": "Join our webinar", "user__username": "cisagov"}, "no_match", "not word"),
    ("cve-advisory", {"text": "CVE-2026-9999 lol", "user__username": "randomhacker"}, "no_match", "not from"),
]  # fmt: skip


def condition_of(rule_id: str) -> Expr:
    ruleset = load_rules([PACKS], VOCABULARY).ruleset
    assert ruleset is not None
    return next(rule for rule in ruleset.rules.values() if rule.id == rule_id).condition


def leaves_of(expr: Expr) -> Iterator[tuple[str, Any]]:
    """Yield the path of each leaf, as explain prints it, and the leaf."""
    if isinstance(expr, Call) and expr.op in CONNECTIVES:
        for part in expr.args:
            yield from leaves_of(part)
    else:
        yield ".".join(map(str, expr.at[1:])), to_json(expr)


def replaced(condition: Any, kept: list[Any]) -> Any:
    """Return the condition with something that fails in place of every leaf that isn't kept."""
    if isinstance(condition, dict) and next(iter(condition)) in CONNECTIVES:
        return {op: [replaced(part, kept) for part in parts] for op, parts in condition.items()}
    return condition if condition in kept else FAILING


def verdict(condition: Any, data: dict[str, Any]) -> str:
    expr = parse(condition, Scope(VOCABULARY)).expr
    assert expr is not None
    match compile_condition(expr, VOCABULARY).evaluate(Facts(data)):
        case Failed():
            return "failed"
        case Matched():
            return "match"
        case _:
            return "no_match"


def smallest_sets(expr: Expr, data: dict[str, Any]) -> list[set[str]]:
    """Return every smallest set of leaves that fixes the verdict though all others fail, by trying all sets."""
    condition, leaves = to_json(expr), dict(leaves_of(expr))
    wanted = verdict(condition, data)
    for size in range(len(leaves) + 1):
        sets = combinations(leaves.items(), size)
        found = [dict(kept) for kept in sets if verdict(replaced(condition, [*dict(kept).values()]), data) == wanted]
        if found:
            return [set(kept) for kept in found]
    raise AssertionError("all leaves together decide")


def explained(rule_id: str, tweets: list[dict[str, Any]], output: str) -> str:
    lines = "".join(json.dumps(dict(make_tweet(**tweet).data)) + "\n" for tweet in tweets)
    arguments = [rule_id, "--rules", str(PACKS), "--no-plugins", "--format", output, "--tweet", "-"]
    result = CliRunner().invoke(explain, arguments, input=lines, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def by_rule() -> dict[str, list[tuple[dict[str, Any], str, str]]]:
    rows: dict[str, list[tuple[dict[str, Any], str, str]]] = defaultdict(list)
    for rule_id, tweet, wanted, part in TWEETS:
        rows[rule_id].append((tweet, wanted, part))
    return rows


@pytest.mark.parametrize("rule_id", by_rule())
def test_the_leaves_that_decide_are_named_in_text_and_json(rule_id: str) -> None:
    rows = by_rule()[rule_id]
    tweets = [tweet for tweet, _, _ in rows]
    documents = [json.loads(line) for line in explained(rule_id, tweets, "json").splitlines()]
    texts = explained(rule_id, tweets, "text").split("\n\n")
    for document, text, (_, wanted, part) in zip(documents, texts, rows, strict=True):
        reasons = [leaf["reason"] for leaf in document["leaves"]]
        assert document["verdict"] == wanted
        assert any(part in reason for reason in reasons), reasons
        assert all(reason in text for reason in reasons)


@pytest.mark.parametrize("rule_id", by_rule())
def test_no_smaller_set_of_leaves_decides(rule_id: str) -> None:
    expr = condition_of(rule_id)
    tweets = [tweet for tweet, wanted, _ in by_rule()[rule_id] if wanted != "failed"]
    for line, tweet in zip(explained(rule_id, tweets, "json").splitlines(), tweets, strict=True):
        named = {leaf["path"] for leaf in json.loads(line)["leaves"]}
        assert named in smallest_sets(expr, dict(make_tweet(**tweet).data))
