"""From a match to an alert: its words."""

from datetime import datetime
from typing import Any

from tocsin.logic.facts import Facts
from tocsin.logic.fields import DERIVED
from tocsin.model import Alert, AlertId, Tweet
from tocsin.rules.ruleset import Rule


class AlertForm:
    """What the alerts of a rule have in common, with room for what differs."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._title, self._body = rule.title, rule.body
        self._severity = rule.severity
        self._labels = rule.labels
        names = rule.title.names | rule.body.names
        self._derived = tuple(name for name in DERIVED if name in names)
        self._own: dict[str, Any] = {"rule": str(rule.id), "severity": rule.severity.value, "key": _KEY}

    def alert(self, identity: AlertId, tweet: Tweet, facts: Facts, now: datetime, because: tuple[str, ...]) -> Alert:
        """Return the alert of the rule, which is true of a tweet, under the id that the caller chose.

        `because` is what made the rule's condition true.
        """
        context = self._context(facts, because)
        return Alert(
            id=identity,
            rule_id=self._rule.id,
            key=_KEY,
            severity=self._severity,
            at=now,
            title=self._title.render(context),
            body=self._body.render(context),
            labels=self._labels,
            tweet=tweet,
            because=because,
        )

    def _context(self, facts: Facts, because: tuple[str, ...]) -> dict[str, Any]:
        # What tocsin itself says comes last: a tweet with a field called `severity` must not pass for the rule's.
        context = {**facts.data}
        for name in self._derived:
            context[name] = facts.derived(name)
        context.update(self._own)
        context["labels"] = dict(self._labels)
        context["because"] = list(because)
        return context


_KEY = ""
