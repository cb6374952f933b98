"""What `match` tells by its short way is what the engine says, to the letter."""

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from tests.property.fuzzing import wild_rules
from tests.property.wild import VOCABULARY, Wild
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.cli.archive.finds import Note, failure_text
from tocsin.cli.archive.matching import as_line
from tocsin.cli.archive.telling import Teller
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan, make_plan
from tocsin.core.step import Step
from tocsin.journal import Failed
from tocsin.logic.facts import Facts
from tocsin.model import Alert, DestinationName, Tweet
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule, RuleException, ruleset_of
from tocsin.rules.templates import Template, parse_template
from tocsin.sources.scrapest.tweet import tweet_of
from tocsin.testing import EPOCH

ROUNDS = int(os.environ.get("TOCSIN_FUZZ_ROUNDS", "3"))
TITLES = (
    "{{ rule }}: {{ text | clip(20) }}",
    "a \x7f\u2028title",
    "{{ because | join(' | ') }} {{ severity }} {{ words }}",
)
NOWHERE = SourceMap()


def title(source: str) -> Template:
    template = parse_template(source, {"text": "text", "words": "list"})[0]
    assert template is not None
    return template


def dressed(rules: list[Rule], rng: Random) -> Iterator[Rule]:
    """Yield rules with all that the engine asks of a true rule: exceptions, what it is told once for, a stage."""
    for rule in rules:
        condition = rng.choice(rules).condition
        excepted = RuleException(id="e", why="so", until=None, condition=condition, span=rule.span)
        yield replace(
            rule,
            title=title(rng.choice(TITLES)),
            exceptions=(excepted,) if rng.random() < 0.3 else (),
            once_per=condition if rng.random() < 0.3 else None,
            stage="shadow" if rng.random() < 0.2 else "live",
            notify=(DestinationName("there"),) if rng.random() < 0.3 else (),
        )


def expected(plan: Plan, step: Step) -> list[str]:
    """Return what the engine's step comes to in lines, and in notes."""

    def line(alert: Alert) -> dict[str, object]:
        leaves = plan.provers.of(plan.rules[alert.rule_id]).explain(Facts(alert.tweet.data)).leaves
        return {**as_line(alert), "proof": [leaf_as_json(leaf, NOWHERE, with_values=False) for leaf in leaves]}

    told = [as_json_line(line(alert)) for alert in step.alerts]
    told += [as_json_line({**line(alert), "stage": "shadow"}) for alert in step.shadowed]
    failed = [entry for entry in step.entries if isinstance(entry, Failed)]
    return told + [failure_text(entry.tweet_id, entry.rule_id, entry.error) for entry in failed]


def tweets(wild: Wild) -> Iterator[Tweet]:
    for number in range(120):
        read = tweet_of({**wild.tweet(), "id": str(number // 2)}, b"", source="test", received_at=EPOCH)
        assert isinstance(read, Tweet)
        yield read


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_short_way_tells_what_the_engine_says(seed: int) -> None:
    wild, rng = Wild(seed), Random(seed)
    wilds = [rule.compiled.rule for rule in wild_rules(wild, 100)]
    routes = [Route(when=rng.choice(wilds).condition, notify=(DestinationName("there"),)) for _ in range(seed % 3)]
    plan = make_plan(ruleset_of(dressed(wilds, rng)), routes, VOCABULARY, limited=False)
    engine, teller = Engine(plan, AlertMemory()), Teller(plan, NOWHERE, AlertMemory())
    compared = 0
    for tweet in tweets(wild):
        told = teller.told(tweet, EPOCH)
        decision = engine.decide(tweet, EPOCH)
        assert [one.text if isinstance(one, Note) else one.line for one in told] == (
            expected(plan, decision) if isinstance(decision, Step) else []
        )
        compared += len(told)
    assert compared > 300
