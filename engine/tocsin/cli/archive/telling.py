"""What `match` tells of a tweet where nothing is held back: what the engine would, without what nobody reads of it.

An alert that is printed has a title and a proof, and neither a body nor a way to its destinations. So its clauses are
looked at once for both, and what of its line is the same for each tweet is written once for each rule. A property test
holds it to what the engine says, to the letter.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tocsin.alerting.alert import AlertForm
from tocsin.alerting.madeonce import MadeOnce
from tocsin.alerting.memory import AlertMemory
from tocsin.cli.archive.finds import Note, Said, failure_text, instant_text
from tocsin.cli.output.proofs import found_as_json, where_as_json
from tocsin.core.engine import SHADOW_CAPACITY
from tocsin.core.plan import Plan
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.connectives import Truth, deciding, settled, taken_apart
from tocsin.logic.proofs.observe import Observer
from tocsin.logic.proofs.reasons import LINES_MAX, reason
from tocsin.logic.verdict import Failed, Matched
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import AlertId, Tweet, alert_id
from tocsin.notify.escape import printable_json
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule
from tocsin.rules.templates import Template

_NO_BODY: Final = Template("")

_written: Final[Callable[[object], str]] = json.JSONEncoder(ensure_ascii=False).encode


class Teller:
    """Tells of tweets what the rules of a plan without limits say. `memory` are the alerts that have been raised."""

    def __init__(self, plan: Plan, places: SourceMap, memory: AlertMemory) -> None:
        self._plan = plan
        self._memory = memory
        self._shadow_memory = AlertMemory(capacity=SHADOW_CAPACITY)
        self._writers = MadeOnce[_Writer](lambda rule: _Writer(rule, places, plan.vocabulary))

    def told(self, tweet: Tweet, now: datetime) -> list[Said | Note]:
        """Return what there is to tell: alerts, those of rules in stage shadow, then what failed.

        Should it raise, nothing of the tweet is remembered as told.
        """
        facts = Facts(tweet.data)
        decided = self._plan.matcher.decided(facts)
        if not decided:
            return []  # most lines that are read match nothing after all
        alerts: list[Said] = []
        notes: list[Note] = []
        for compiled, verdict in decided:
            match verdict:
                case Matched():
                    alert = self._alert(compiled.rule, tweet, facts, now, notes)
                    if alert is not None:
                        alerts.append(alert)
                case Failed(error, _):
                    notes.append(Note(failure_text(tweet.id, compiled.rule.id, error)))
        for alert in alerts:
            (self._shadow_memory if alert.is_shadow else self._memory).remember(alert.alert_id, now)
        alerts.sort(key=lambda alert: alert.is_shadow)
        return [*alerts, *notes]

    def _alert(self, rule: Rule, tweet: Tweet, facts: Facts, now: datetime, notes: list[Note]) -> Said | None:
        """Return the alert of a true rule, None if it has been told or is excepted; put into `notes` what failed."""
        plan = self._plan
        occasion = plan.occasions.of(rule, tweet, facts)
        identity = alert_id(rule.id, "", occasion.text)
        errors = [] if occasion.problem is None else [occasion.problem]
        is_shadow = rule.stage == "shadow"
        said = None
        if identity not in (self._shadow_memory if is_shadow else self._memory):
            excepted = plan.exceptions.of(rule, facts, now)
            errors += [error for _, error in excepted.problems]
            if excepted.by is None:
                line, because = self._writers.of(rule).line(identity, tweet, facts, now)
                said = Said(identity, line, is_shadow)
                if not is_shadow:
                    routed = plan.router.destinations(rule, "", tweet.data, because)
                    errors += [error for _, error in routed.problems]
        notes += [Note(failure_text(tweet.id, rule.id, error)) for error in errors]
        return said


@dataclass(slots=True)
class _Leaf:
    """A leaf of a rule's condition, and what its line in a proof ends with."""

    observer: Observer
    tail: str


class _Writer:
    """Writes the lines of one rule's alerts."""

    def __init__(self, rule: Rule, places: SourceMap, vocabulary: Vocabulary) -> None:
        self._tree, exprs = taken_apart(rule.condition)
        self._leaves = [
            _Leaf(Observer(expr, vocabulary), _written(where_as_json(expr.at, places))[1:]) for expr in exprs
        ]
        self._always = settled(self._tree, True)
        self._form = AlertForm(replace(rule, body=_NO_BODY))
        self._head = f'{{"rule": {_written(rule.id)}, "tweet_id": '
        stage = ', "stage": "shadow"' if rule.stage == "shadow" else ""
        self._foot = f"]{stage}}}"

    def line(self, identity: AlertId, tweet: Tweet, facts: Facts, now: datetime) -> tuple[str, tuple[str, ...]]:
        """Return the line of a tweet that the rule is true of, and what made it so."""
        leaves = self._leaves
        truths = dict(
            deciding(self._tree, True, lambda number: leaves[number].observer.truth(facts)[0])
            if self._always is None
            else self._always
        )
        lines = [
            (reason(leaves[number].observer, truth, facts), truth, leaves[number]) for number, truth in truths.items()
        ]
        because = tuple(dict.fromkeys(line for line, _, _ in lines))[:LINES_MAX]
        alert = self._form.alert(identity, tweet, facts, now, because)
        proof = ", ".join([_proof_line(*line, facts) for line in lines])
        written = (
            f'{self._head}{_written(tweet.id)}, "key": {_written(alert.key)}, "at": "{instant_text(now)}", '
            f'"severity": "{alert.severity.value}", "title": {_written(alert.title.plain())}, '
            f'"because": {_written(because)}, "proof": [{proof}{self._foot}'
        )
        return printable_json(written), because


def _proof_line(line: str, truth: Truth, leaf: _Leaf, facts: Facts) -> str:
    found = [found_as_json(one) for one in leaf.observer.found(facts)]
    holds = "true" if truth else "false"
    return f'{{"reason": {_written(line)}, "holds": {holds}, "found": {_written(found)}, {leaf.tail}'
