"""Rules of which nothing can withhold an alert but that it was told before: from the match straight to the deliveries.

Most rules are so. What becomes of a match is the same as by the stages, which `tests/property/test_shortcuts.py` holds
side by side; only the asking is spared, and it costs more than all else.
"""

from dataclasses import dataclass
from datetime import datetime

from tocsin.alerting.alert import AlertForm
from tocsin.alerting.bounds import Bounds
from tocsin.alerting.forms import AlertForms
from tocsin.alerting.madeonce import MadeOnce
from tocsin.alerting.provers import Provers
from tocsin.alerting.routes import Routed, Router
from tocsin.core.match import Match
from tocsin.logic.proofs.proof import Prover
from tocsin.model import Alert, Delivery
from tocsin.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What the straight way of a rule needs."""

    prover: Prover
    form: AlertForm
    routed: Routed

    def alert(self, match: Match) -> Alert:
        """Return the alert of a match."""
        because = self.prover.because_true(match.facts)
        return self.form.alert(match.identity, match.tweet, match.facts, match.now, because)


class Shortcuts:
    """Says which rules have a straight way, as long as nothing is silenced and no inhibition is in force."""

    def __init__(self, bounds: Bounds, router: Router, provers: Provers, forms: AlertForms) -> None:
        def made(rule: Rule) -> Shortcut | None:
            routed = router.fixed(rule)
            is_straight = rule.stage == "live" and rule.once_per is None and not rule.exceptions
            if not is_straight or routed is None or bounds.may_hold(rule.id):
                return None
            # Without a destination, or where a route failed, there is more to say than that the alert was raised.
            if routed.problems or not routed.destinations:
                return None
            return Shortcut(provers.of(rule), forms.of(rule), routed)

        self._made = MadeOnce(made)

    def of(self, rule: Rule) -> Shortcut | None:
        """Return the straight way of a rule, None if it has none."""
        return self._made.of(rule)


def deliveries_of(alert: Alert, routed: Routed, now: datetime) -> tuple[Delivery, ...]:
    """Return the deliveries that are due at once, then those that are due later unless the alert is acknowledged."""
    if not routed.later and len(routed.destinations) == 1:
        return (Delivery(alert=alert, destination=routed.destinations[0], due_at=now),)
    at_once = [Delivery(alert=alert, destination=name, due_at=now) for name in routed.destinations]
    later = [
        Delivery(alert=alert, destination=name, due_at=now + after, escalation=after) for name, after in routed.later
    ]
    return (*at_once, *later)
