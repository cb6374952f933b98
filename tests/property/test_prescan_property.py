"""Law 2 for archives: a line that the prescan leaves out makes no rule true, however it is written."""

# ruff: noqa: RUF001 - letters of other widths are meant

import json
import os
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from tests.property.fuzzing import wild_rules
from tests.property.wild import VOCABULARY, Wild
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Matched
from tocsin.matching.automaton import ByteAutomaton
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.prescan import Prescan, byte_search
from tocsin.sources.events import Received
from tocsin.sources.jsonl import tweet_from_line
from tocsin.testing import EPOCH

ROUNDS = int(os.environ.get("TOCSIN_FUZZ_ROUNDS", "3"))
TWEETS = 200


def line_of(tweet: dict[str, Any], rng: Random) -> bytes:
    """Return a tweet as one line, its characters escaped as far as somebody may think fit."""
    text = json.dumps(tweet, ensure_ascii=rng.random() < 0.3).encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        text = text.replace(b"/", b"\\/")
    if rng.random() < 0.2:
        text = text.replace(b"t", b"\\u0074", 3)
    return text.replace(b": ", b":") if rng.random() < 0.5 else text


def scan_of(rules: Sequence[CompiledRule], seed: int) -> Prescan | None:
    """Return the prescan of rules with the one search or the other."""
    return Prescan.of([rule.rule for rule in rules], VOCABULARY, byte_search if seed % 2 else ByteAutomaton)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_prescan_loses_no_line(seed: int) -> None:
    wild, rng = Wild(seed), Random(seed)
    written = [rule.compiled for rule in wild_rules(wild, 200)]
    rules = [(rule, scan) for rule in written if (scan := scan_of([rule], seed)) is not None]
    assert len(rules) > 20
    lines = [line_of(wild.tweet(), rng) for _ in range(TWEETS)]
    block = b"\n".join(lines)
    of_all = scan_of([rule for rule, _ in rules], seed)
    assert of_all is not None
    named = {block[begin:end].rstrip(b"\n") for begin, end in of_all.lines(block)}
    by_rule = [{block[begin:end].rstrip(b"\n") for begin, end in scan.lines(block)} for _, scan in rules]
    for line in lines:
        read = tweet_from_line(line, source="test", received_at=EPOCH)
        if not isinstance(read, Received):
            continue
        facts = Facts(read.tweet.data)
        for (rule, _), its in zip(rules, by_rule, strict=True):
            if isinstance(rule.condition.evaluate(facts), Matched):
                assert line in its, f"{rule.rule.condition} {line!r}"
                assert line in named


@pytest.mark.parametrize(
    ("when", "line", "is_read"),
    [
        ({"word": "btc"}, b'{"id":"1","text":"BTC up"}', True),
        ({"word": "btc"}, b'{"id":"1","text":"btcx"}', False),
        ({"word": "btc"}, b'{"id":"1","text":"a\\nbtc"}', True),
        ({"word": "btc"}, b'{"id":"1","text":"\\u0062tc"}', True),
        ({"word": "btc"}, '{"id":"1","text":"ＢＴＣ"}'.encode(), True),
        ({"word": "btc"}, '{"id":"1","text":"…速報"}'.encode(), False),
        ({"contains": "速報"}, '{"id":"1","text":"速報です"}'.encode(), True),
        ({"contains": "速報"}, '{"id":"1","text":"速度"}'.encode(), False),
        ({"contains": "été"}, '{"id":"1","text":"e\u0301te\u0301"}'.encode(), True),
        ({"contains": "été"}, b'{"id":"1","text":"ete"}', False),
        ({"contains": "a/b"}, b'{"id":"1","text":"a\\/b"}', True),
        ({"==": [{"var": "lang"}, "en"]}, b'{"id":"1","lang":"en"}', True),
        ({"==": [{"var": "lang"}, "en"]}, b'{"id":"1","lang":"ja"}', False),
        ({"and": [{"word": "btc"}, {">": [{"var": "metrics.likes"}, 10**9]}]}, b'{"id":"1","text":"x"}', False),
    ],
)
def test_a_line_is_read_if_a_rule_may_be_true_of_it(when: Any, line: bytes, is_read: bool) -> None:
    from tests.property.test_law_2_index_loses_nothing import compiled_rules

    scan = Prescan.of([rule.rule for rule in compiled_rules([when])], VOCABULARY)
    assert scan is not None
    assert bool(list(scan.lines(b'{"id":"0"}\n' + line + b'\n{"id":"2"}\n'))) is is_read


@pytest.mark.parametrize(
    "when", [{">": [{"var": "metrics.likes"}, 3]}, {"!": {"word": "btc"}}, {"==": [{"var": "id"}, "5"]},
             {"==": [{"var": "url"}, "https://x.com/a/status/5"]}, True]
)  # fmt: skip
def test_a_rule_that_may_be_true_of_any_line_has_no_prescan(when: Any) -> None:
    from tests.property.test_law_2_index_loses_nothing import compiled_rules

    assert Prescan.of([rule.rule for rule in compiled_rules([when])], VOCABULARY) is None
