"""From an alert to deliveries: throttle, budget, routes, valve, in this order, and what each lets go later."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from tocsin import journal
from tocsin.alerting.alarms import AT_ONCE
from tocsin.alerting.budget import Budgets
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.limits import Limits
from tocsin.alerting.pile import matches_told
from tocsin.alerting.release import Admission, Release, Stage
from tocsin.alerting.routes import Routed
from tocsin.alerting.throttle import MOST_KEYS, Throttles
from tocsin.alerting.valve import Valve
from tocsin.core.match import Match, failed, withheld_alert
from tocsin.core.plan import Plan
from tocsin.core.step import NOTHING, Step
from tocsin.core.wakes import Wake, kept, next_wake
from tocsin.model import Alert, Delivery, DestinationName, RuleId
from tocsin.rules.ruleset import Rule


class Outlet:
    """Lets alerts out as fast as the limits allow, and keeps count of the others.

    Every change of what it keeps is in the ledger. Each stage decides for the instant at which something was due, so
    that it is of no account how late it is woken.
    """

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self._plan = plan
        self._throttles = Throttles(ledger, capacity=MOST_KEYS)
        self._budgets = Budgets(ledger)
        self._valve = Valve(ledger)
        # The last instant that it was told of: what is due at once is due then.
        self._now = AT_ONCE
        # Rules that are gone and still have something to tell.
        self._retired = dict[RuleId, Rule]()

    def put(self, match: Match, alert: Alert) -> Step:
        """Return what becomes of the alert of a match."""
        now, rule_id = match.now, match.rule.id
        self._now = now
        clause = self._limits.throttles.get(rule_id)
        if clause is None:
            return self._past_throttle(alert, rule_id, (match.matched(),), now, now)
        key = self._limits.keys.of(rule_id, match.facts)
        problems = () if key.problem is None else (match.failed("throttle.per", key.problem),)
        admission = self._throttles.admit(rule_id, clause, key.text, alert, now)
        first = Step.joined([Step(entries=problems), self._let_go(admission, "throttle", now, now)])
        if admission.alert is None:
            return Step.joined([first, _held(alert, now, "throttle", admission.withheld)])
        return Step.joined([first, self._past_throttle(admission.alert, rule_id, (match.matched(),), now, now)])

    def wake(self, now: datetime) -> Step:
        """Return what is due: the periods that are over, the earliest first."""
        self._now = now
        if not self._wakes():
            self._retired.clear()
            return NOTHING
        steps: list[Step] = []
        while (due := next_wake(self._wakes())) is not None and due.at <= now:
            moment = now if due.at == AT_ONCE else due.at
            steps += [self._released(release, moment, now) for release in due.end(now)]
        self._retired.clear()
        return Step.joined(steps)

    def next_wake(self) -> datetime | None:
        """Return when `wake` has something to do next, None if nothing is held."""
        due = next_wake(self._wakes())
        if due is None:
            return None
        return self._now if due.at == AT_ONCE else due.at

    def replace(self, plan: Plan) -> None:
        """Put another plan in force: what it limits as before goes on, the rest is told at the next wake."""
        self._retired |= {rule_id: rule for rule_id, rule in self._plan.rules.items() if rule_id not in plan.rules}
        self._plan = plan
        self._throttles.settle(plan.limits.throttles)
        self._budgets.settle(plan.limits.budgets)
        self._valve.settle(plan.limits.valve)

    def shift(self, by: timedelta) -> None:
        """Move everything that is due: the clock was set by so much."""
        self._now += by
        for stage in (self._throttles, self._budgets, self._valve):
            stage.shift(by)

    def restore(self, records: Mapping[str, Record], now: datetime) -> None:
        """Take back what an earlier run left."""
        self._now = now
        throttles, budgets, valve = (kept(records, stage) for stage in ("throttle", "budget", "valve"))
        self._throttles.restore(throttles.heads, throttles.piles, now)
        self._budgets.restore(budgets.heads, budgets.piles, now)
        self._valve.restore(valve.heads.get("valve"), valve.piles, now)
        self.replace(self._plan)

    @property
    def _limits(self) -> Limits:
        return self._plan.limits

    def _wakes(self) -> Sequence[Wake]:
        stages = (self._throttles, self._budgets, self._valve)
        return [Wake(at, stage.end_next) for stage in stages if (at := stage.next_at()) is not None]

    def _past_throttle(
        self, alert: Alert, rule_id: RuleId, told: Sequence[journal.Entry], moment: datetime, now: datetime
    ) -> Step:
        """Return what becomes of an alert that no throttle holds back; `told` is journalled if it goes out."""
        rate = self._limits.budgets.get(rule_id)
        if rate is None:
            return self._past_budget(alert, rule_id, told, moment, now)
        admission = self._budgets.admit(rule_id, rate, alert, moment)
        if admission.alert is None:
            held = _held(alert, now, "budget", admission.withheld)
            return Step.joined([held, self._let_go(admission, "budget", moment, now)])
        return self._past_budget(admission.alert, rule_id, told, moment, now)

    def _past_budget(
        self, alert: Alert, rule_id: RuleId, told: Sequence[journal.Entry], moment: datetime, now: datetime
    ) -> Step:
        routed = self._routed(alert, rule_id)
        problems = tuple(failed(rule_id, alert.tweet, now, where, error) for where, error in routed.problems)
        if not routed.destinations:
            reason = "no destination: the rule has no notify and no route is true"
            return Step((alert,), (), (*told, *problems, withheld_alert(alert, now, "no-destination", reason)))
        if self._limits.valve is not None:
            admission = self._valve.admit(self._limits.valve, alert, routed.destinations, moment)
            if admission.alert is None:
                held = _held(alert, now, "valve", admission.withheld)
                return Step.joined([Step(entries=problems), held, self._let_go(admission, "valve", moment, now)])
        return _sent(alert, routed.destinations, (*told, *problems), now)

    def _routed(self, alert: Alert, rule_id: RuleId) -> Routed:
        rule = self._plan.rules.get(rule_id) or self._retired.get(rule_id)
        # Of a rule that was taken away while nothing ran, only the alert is left to decide by.
        return self._plan.router.of_alert(alert) if rule is None else self._plan.router.destinations(rule, alert.key)

    def _let_go(self, admission: Admission, by: Stage, moment: datetime, now: datetime) -> Step:
        """Return what comes of room that was made for an alert."""
        evicted = tuple(
            journal.Evicted(at=now, rule_id=eviction.rule_id, by=by, held=eviction.held)
            for eviction in admission.evictions
        )
        return Step.joined(
            [Step(entries=evicted), *(self._released(release, moment, now) for release in admission.releases)]
        )

    def _released(self, release: Release, moment: datetime, now: datetime) -> Step:
        alert = release.alert
        entry = journal.Released(
            at=now,
            alert_id=alert.id,
            rule_id=release.rule_id,
            by=release.by,
            matches=matches_told(alert),
            folded=alert.folded,
            reason=release.reason,
        )
        match release.by:
            case "throttle":
                step = self._past_throttle(alert, release.rule_id, (), moment, now)
            case "budget":
                step = self._past_budget(alert, release.rule_id, (), moment, now)
            case "valve":
                step = _sent(alert, release.destinations, (), now)
            case _:
                assert_never(release.by)
        return Step.joined([Step(entries=(entry,)), step])


def _held(alert: Alert, now: datetime, stage: Stage, reason: str) -> Step:
    return Step(entries=(withheld_alert(alert, now, stage, reason),))


def _sent(
    alert: Alert, destinations: Sequence[DestinationName], entries: tuple[journal.Entry, ...], now: datetime
) -> Step:
    deliveries = tuple(Delivery(alert=alert, destination=name, due_at=now) for name in destinations)
    return Step((alert,), deliveries, entries)
