"""Tweets, rules and a clock for tests."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tocsin.logic.ast import Expr
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.model import DestinationName, RuleId, Severity, Tweet, TweetId
from tocsin.proving.tweets import neutral_data
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.flood import Rate, Throttle
from tocsin.rules.ruleset import Rule, RuleException, RuleSet, Stage, ruleset_of
from tocsin.rules.templates import Template, parse_template

EPOCH = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""The instant at which a `ManualClock` starts."""


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which it was advanced in all."""
        return self._elapsed

    def advance(self, by: timedelta) -> None:
        """Move both clocks on."""
        self._now += by
        self._elapsed += by.total_seconds()


def make_tweet(text: str | None = "hello", **fields: Any) -> Tweet:
    """Return a neutral tweet with `text`; other fields by name, dots as double underscores: `user__id="1"`."""
    data = {"id": "1", **neutral_data(), "text": text, "created_at": EPOCH.isoformat().replace("+00:00", "Z")}
    for name, value in fields.items():
        *parents, leaf = name.split("__")
        node = data
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return Tweet(id=TweetId(str(data["id"])), data=data, source="test", received_at=EPOCH, created_at=EPOCH)


def make_rule(
    rule_id: str,
    when: object,
    *,
    title: str = "{{ rule }}",
    body: str = "{{ text }}",
    severity: Severity = Severity.MEDIUM,
    labels: Mapping[str, str] = MappingProxyType({}),
    notify: Collection[str] = (),
    enabled: bool = True,
    exceptions: Collection[RuleException] = (),
    stage: Stage = "live",
    once_per: object = None,
    throttle: Throttle | None = None,
    budget: Rate | None = None,
    vocabulary: Vocabulary | None = None,
) -> Rule:
    """Return a rule whose condition is the JSON-logic `when`; `once_per` is JSON-logic too.

    Raises:
        ValueError: the condition or a template has a mistake; the message names it.
    """
    words = standard_vocabulary() if vocabulary is None else vocabulary
    return Rule(
        id=RuleId(rule_id),
        title=_template(title, words, labels),
        body=_template(body, words, labels),
        description="",
        severity=severity,
        labels=labels,
        condition=_expression(when, words),
        match=None,
        only_match=False,
        notify=tuple(DestinationName(name) for name in notify),
        enabled=enabled,
        span=Span("test", 1, 1),
        exceptions=tuple(exceptions),
        stage=stage,
        once_per=None if once_per is None else _expression(once_per, words),
        throttle=throttle,
        budget=budget,
    )


def make_exception(
    exception_id: str,
    when: object,
    *,
    why: str = "known and harmless",
    until: date | None = None,
    vocabulary: Vocabulary | None = None,
) -> RuleException:
    """Return an exception for `make_rule` whose condition is the JSON-logic `when`.

    Raises:
        ValueError: the condition has a mistake; the message names it.
    """
    words = standard_vocabulary() if vocabulary is None else vocabulary
    condition = _expression(when, words)
    return RuleException(id=exception_id, why=why, until=until, condition=condition, span=Span("test", 1, 1))


def make_ruleset(*rules: Rule) -> RuleSet:
    """Return rules as a set."""
    return ruleset_of(rules)


def _expression(value: object, vocabulary: Vocabulary) -> Expr:
    parsed = parse(value, Scope(vocabulary))
    if parsed.expr is None:
        raise ValueError("; ".join(problem.message for problem in parsed.problems))
    return parsed.expr


def _template(source: str, vocabulary: Vocabulary, labels: Mapping[str, str]) -> Template:
    template, problems = parse_template(source, vocabulary.fields, labels)
    if template is None:
        raise ValueError("; ".join(problem.message for problem in problems))
    return template
