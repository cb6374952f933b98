"""From an alert to deliveries: throttle, budget, routes, valve, in this order, and what each lets go later."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from tocsin import journal
from tocsin.alerting.alarms import AT_ONCE
from tocsin.alerting.bounds import Bounds
from tocsin.alerting.budget import Budgets
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.pile import matches_told
from tocsin.alerting.release import Admission, Hold, Release, Stage
from tocsin.alerting.routes import Routed
from tocsin.alerting.throttle import MOST_KEYS, Throttles
from tocsin.alerting.valve import Valve
from tocsin.core.match import Match, failed, heard_by_nobody, held
from tocsin.core.plan import Plan
from tocsin.core.shortcuts import deliveries_of
from tocsin.core.step import Step
from tocsin.core.wakes import Wake, kept, next_wake
from tocsin.model import Alert, RuleId
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
        # When something is due next, kept at hand: it is asked for with every tweet.
        self._next: Wake | None = None
        # The last instant that it was told of: what is due at once is due then.
        self._now = AT_ONCE
        # The rules of earlier plans, the latest last: those that are gone may still have something to tell.
        self._earlier = list[Mapping[RuleId, Rule]]()

    def put(self, match: Match, alert: Alert) -> Step:
        """Return what becomes of the alert of a match."""
        self._now = match.now
        if not self._bounds.may_hold(match.rule.id):
            # Nothing is held of it, so nothing is due later that wasn't.
            return self._past_budget(alert, match.rule.id, (match.matched(),), match.now, match.now)
        try:
            return self._put(match, alert)
        finally:
            self._look()

    def is_due(self, now: datetime) -> bool:
        """Whether `wake` has something to do."""
        return self._next is not None and self._next.at <= now

    def wake(self, now: datetime) -> Step:
        """Return what is due: the periods that are over, the earliest first."""
        self._now = now
        steps: list[Step] = []
        while (due := self._next) is not None and due.at <= now:
            moment = now if due.at == AT_ONCE else due.at
            try:
                steps += [self._released(release, moment, now) for release in due.end(now)]
            finally:
                self._look()
        self._earlier.clear()
        return Step.joined(steps)

    def next_wake(self) -> datetime | None:
        """Return when `wake` has something to do next, None if nothing is held."""
        if self._next is None:
            return None
        return self._now if self._next.at == AT_ONCE else self._next.at

    def replace(self, plan: Plan) -> None:
        """Put another plan in force: what it limits as before goes on, the rest is told at the next wake."""
        # Not looked through for what is gone: there may be 100,000 rules, and the stream waits.
        earlier, self._plan = self._plan.rules, plan
        self._throttles.settle(plan.bounds.throttles)
        self._budgets.settle(plan.bounds.budgets)
        self._valve.settle(plan.bounds.valve)
        self._look()
        if self._next is not None:
            self._earlier.append(earlier)

    def shift(self, by: timedelta) -> None:
        """Move everything that is due: the clock was set by so much."""
        self._now += by
        for stage in (self._throttles, self._budgets, self._valve):
            stage.shift(by)
        self._look()

    def restore(self, records: Mapping[str, Record], now: datetime) -> None:
        """Take back what an earlier run left."""
        self._now = now
        throttles, budgets, valve = (kept(records, stage) for stage in ("throttle", "budget", "valve"))
        self._throttles.restore(throttles.heads, throttles.piles, now)
        self._budgets.restore(budgets.heads, budgets.piles, now)
        self._valve.restore(valve.heads.get("valve"), valve.piles, now)
        self.replace(self._plan)

    @property
    def _bounds(self) -> Bounds:
        return self._plan.bounds

    def _look(self) -> None:
        stages = (self._throttles, self._budgets, self._valve)
        self._next = next_wake(Wake(at, stage.end_next) for stage in stages if (at := stage.next_at()) is not None)

    def _put(self, match: Match, alert: Alert) -> Step:
        now, rule_id = match.now, match.rule.id
        clause = self._bounds.throttles.get(rule_id)
        if clause is None:
            return self._past_throttle(alert, rule_id, (match.matched(),), now, now)
        key = self._bounds.keys.of(match.rule, match.facts)
        problems = () if key.problem is None else (match.failed("throttle.per", key.problem),)
        admission = self._throttles.admit(rule_id, clause, key.text, alert, now)
        first = Step.joined([Step(entries=problems), self._let_go(admission, "throttle", now, now)])
        if isinstance(admission.alert, Hold):
            return Step.joined([_held(alert, now, "throttle", admission.alert), first])
        counted = Step(entries=tuple(_counted(admission, rule_id, now)))
        passed = self._past_throttle(admission.alert, rule_id, (match.matched(),), now, now)
        return Step.joined([first, counted, passed])

    def _past_throttle(
        self, alert: Alert, rule_id: RuleId, told: Sequence[journal.Entry], moment: datetime, now: datetime
    ) -> Step:
        """Return what becomes of an alert that no throttle holds back; `told` is journalled if it goes out."""
        rate = self._bounds.budgets.get(rule_id)
        if rate is None:
            return self._past_budget(alert, rule_id, told, moment, now)
        admission = self._budgets.admit(rule_id, rate, alert, moment)
        if isinstance(admission.alert, Hold):
            withheld = _held(alert, now, "budget", admission.alert)
            return Step.joined([withheld, self._let_go(admission, "budget", moment, now)])
        return self._past_budget(admission.alert, rule_id, told, moment, now)

    def _past_budget(
        self, alert: Alert, rule_id: RuleId, told: Sequence[journal.Entry], moment: datetime, now: datetime
    ) -> Step:
        routed = self._routed(alert, rule_id)
        problems = tuple(failed(rule_id, alert.tweet, now, where, error) for where, error in routed.problems)
        if not routed.destinations:
            return Step((alert,), (), (*told, *problems, heard_by_nobody(alert, now)))
        if self._bounds.valve is not None:
            admission = self._valve.admit(self._bounds.valve, alert, routed.destinations, moment)
            if isinstance(admission.alert, Hold):
                withheld = _held(alert, now, "valve", admission.alert)
                return Step.joined([Step(entries=problems), withheld, self._let_go(admission, "valve", moment, now)])
        return _sent(alert, routed, (*told, *problems), now)

    def _routed(self, alert: Alert, rule_id: RuleId) -> Routed:
        rules = (self._plan.rules, *reversed(self._earlier))
        rule = next((found for each in rules if (found := each.get(rule_id)) is not None), None)
        # Of a rule that was taken away while nothing ran, only the alert is left to decide by.
        return (
            self._plan.router.of_alert(alert)
            if rule is None
            else self._plan.router.destinations(rule, alert.key, alert.tweet.data, alert.because)
        )

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
            held_in=release.held_in,
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
                later = self._routed(alert, release.rule_id).later
                later = tuple((name, after) for name, after in later if name not in release.destinations)
                step = _sent(alert, Routed(release.destinations, later=later), (), now)
            case _:
                assert_never(release.by)
        return Step.joined([Step(entries=(entry,)), step])


def _held(alert: Alert, now: datetime, stage: Stage, hold: Hold) -> Step:
    return Step(entries=(held(alert, now, stage, hold),))


def _counted(admission: Admission, rule_id: RuleId, now: datetime) -> Iterator[journal.Released]:
    """Yield the entry that an alert tells of what was held back before it, if it does."""
    if admission.told and not isinstance(admission.alert, Hold):
        yield journal.Released(
            at=now,
            alert_id=admission.alert.id,
            rule_id=rule_id,
            by="throttle",
            held_in=admission.held_in,
            matches=admission.told,
            folded=(),
            reason="the next alert tells how many were held back",
        )


def _sent(alert: Alert, routed: Routed, entries: tuple[journal.Entry, ...], now: datetime) -> Step:
    return Step((alert,), deliveries_of(alert, routed, now), entries)
