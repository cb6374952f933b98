"""What a silence would have hidden, told from the alerts that were raised."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.alerting.facts import alert_facts, facts_of
from tocsin.logic.evaluation.compile import Condition
from tocsin.logic.verdict import Matched
from tocsin.model import Alert, RuleId, Severity

EXAMPLES = 5
_ANY_RULE = RuleId("any.rule")
"""No rule's id has a dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Of so many `alerts` a condition is true of `hidden`, `loud` of them of severity high or critical.

    `by_rule` counts them, most first; `examples` are the first few. `everything` says why all of what there may be
    would be hidden, None if it wouldn't.
    """

    alerts: int
    hidden: int
    loud: int
    by_rule: tuple[tuple[RuleId, int], ...]
    examples: tuple[Alert, ...]
    everything: str | None


def preview(condition: Condition, alerts: Iterable[Alert]) -> Preview:
    """Return what a condition is true of; alerts by which tocsin speaks of itself can't be silenced and don't count."""
    raised = [alert for alert in alerts if "." not in alert.rule_id]
    hidden = [alert for alert in raised if isinstance(condition.evaluate(facts_of(alert)), Matched)]
    return Preview(
        alerts=len(raised),
        hidden=len(hidden),
        loud=sum(alert.severity.is_loud for alert in hidden),
        by_rule=tuple(Counter(alert.rule_id for alert in hidden).most_common()),
        examples=tuple(hidden[:EXAMPLES]),
        everything=_everything(condition, raised, hidden),
    )


def _everything(condition: Condition, raised: list[Alert], hidden: list[Alert]) -> str | None:
    # A rule that isn't written yet, without labels, on a tweet without a text: whatever is true of that says nothing.
    unheard_of = [alert_facts(_ANY_RULE, severity, {}, "") for severity in Severity]
    if all(isinstance(condition.evaluate(facts), Matched) for facts in unheard_of):
        return "it is true of any alert, also of rules that aren't written yet"
    rules = {alert.rule_id for alert in raised}
    if len(hidden) == len(raised) and len(rules) > 1:
        return f"it is true of all {len(raised)} alerts there were, of {len(rules)} rules"
    return None
