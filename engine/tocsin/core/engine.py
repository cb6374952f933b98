"""The engine: one tweet in, one `Step` out. It reads no clock, touches nothing and sends nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tocsin import journal
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.silences import Silences
from tocsin.core.match import Match, failed
from tocsin.core.muting import Muting
from tocsin.core.outlet import Outlet
from tocsin.core.plan import Plan
from tocsin.core.shortcuts import Shortcut, deliveries_of
from tocsin.core.step import Decision, Draft, Step
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Failed
from tocsin.model import Alert, Tweet, alert_id
from tocsin.rules.ruleset import Rule

SHADOW_CAPACITY: Final = 100_000
"""How many matches of rules in stage shadow are told apart; a copy that comes later is counted anew."""


class Engine:
    """Decides what every tweet means under the current plan, and what is due when nothing comes.

    What it holds back must survive a stop: each step says what of that changed, to be kept with the rest of the step.
    """

    def __init__(self, plan: Plan, memory: AlertMemory) -> None:
        self._plan = plan
        self._memory = memory
        # Apart: a rule that goes live must still speak of what it only counted before.
        self._shadow_memory = AlertMemory(capacity=SHADOW_CAPACITY)
        self._muting = Muting(plan.inhibitions)
        self._ledger = Ledger()
        self._outlet = Outlet(plan, self._ledger)

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._plan

    def replace(self, plan: Plan) -> None:
        """Put another plan in force, from the next tweet on; what it no longer holds back is told at the next wake."""
        self._plan = plan
        self._muting.replace(plan.inhibitions)
        self._outlet.replace(plan)

    def silence(self, silences: Silences) -> None:
        """Put these silences in the place of those there were, from the next tweet on."""
        self._muting.silence(silences)

    def recall(self, alerts: Iterable[Alert]) -> None:
        """Note alerts that were raised before this start, in any order: inhibitions may be for them."""
        self._muting.note(alerts)

    def restore(self, records: Mapping[str, Record], now: datetime) -> None:
        """Take back what the steps of an earlier run left to be kept."""
        self._outlet.restore(records, now)

    def shift(self, by: timedelta) -> Step:
        """Move what is due: the clock was set by so much, and no time has passed."""
        self._outlet.shift(by)
        return Step(state=self._ledger.take())

    def next_wake(self) -> datetime | None:
        """Return when `wake` has something to do next, None if nothing is held."""
        return self._outlet.next_wake()

    def wake(self, now: datetime) -> Step:
        """Return what is due by now. A call too many does nothing; one too late only tells later."""
        step = self._woken(now)
        return replace(step, state=self._ledger.take())

    def observe(self, tweet: Tweet, now: datetime) -> Step:
        """Return what follows from a tweet: alerts, deliveries due at once, and the journal; first, what is due."""
        decision = self.decide(tweet, now)
        return Step(entries=(decision,)) if isinstance(decision, journal.Seen) else decision

    def decide(self, tweet: Tweet, now: datetime) -> Decision:
        """Return the same as `observe`; where a tweet was seen and nothing else, the entry alone says so."""
        facts = Facts(tweet.data)
        seen = journal.Seen(at=now, tweet_id=tweet.id, source=tweet.source)
        decided = self._plan.matcher.decided(facts)
        due = self._outlet.is_due(now)
        if not (decided or due or self._ledger):
            return seen  # most tweets are of no concern to any rule, and this is where all of them pass
        draft = Draft()
        if due:
            draft.add(self._woken(now))
        draft.entries.append(seen)
        for compiled, verdict in self._muting.sources_first(decided, tweet):
            if isinstance(verdict, Failed):
                where = ".".join(str(part) for part in verdict.at)
                draft.entries.append(failed(compiled.rule.id, tweet, now, where, verdict.error))
                continue
            rule = compiled.rule
            shortcut = None if self._muting else self._plan.shortcuts.of(rule)
            if shortcut is None:
                draft.add(self._decide(rule, tweet, facts, now))
            else:
                self._decide_straight(shortcut, Match(rule, tweet, facts, now, alert_id(rule.id, "", tweet.id)), draft)
        if self._ledger:
            draft.state |= self._ledger.take()
        return draft.step()

    def _decide_straight(self, shortcut: Shortcut, match: Match, draft: Draft) -> None:
        """Put into the draft what `_decide` returns, for a rule that has a shortcut and while nothing is muted."""
        if match.identity in self._memory:
            draft.entries.append(match.withheld("repeat", _told_before(match.rule)))
            return
        alert = shortcut.alert(match)
        self._memory.remember(match.identity, match.now)
        draft.alerts.append(alert)
        draft.deliveries += deliveries_of(alert, shortcut.routed, match.now)
        draft.entries.append(match.matched())
        draft.remembered.append((match.identity, match.now))

    def _decide(self, rule: Rule, tweet: Tweet, facts: Facts, now: datetime) -> Step:
        """Return what becomes of a match, the first reason to withhold it being the one that is recorded."""
        occasion = self._plan.occasions.of(rule, tweet, facts)
        match = Match(rule, tweet, facts, now, alert_id(rule.id, "", occasion.text))
        failures = [] if occasion.problem is None else [match.failed("once_per", occasion.problem)]
        if match.identity in self._memory_of(rule):
            return Step(entries=(*failures, match.withheld("repeat", _told_before(rule))))
        excepted = self._plan.exceptions.of(rule, facts, now)
        failures += [match.failed(where, error) for where, error in excepted.problems]
        if excepted.by is not None:
            # Not remembered: once the exception is gone, the tweet's next copy must be told.
            reason = f"exception {excepted.by.id!r}: {excepted.by.why}"
            return Step(entries=(*failures, match.withheld("exception", reason, exception=excepted.by.id)))
        return self._raise(match).behind(tuple(failures))

    def _raise(self, match: Match) -> Step:
        rule = match.rule
        because = self._plan.provers.of(rule).because_true(match.facts)
        alert = self._plan.forms.of(rule).alert(match.identity, match.tweet, match.facts, match.now, because)
        if rule.stage == "shadow":
            self._shadow_memory.remember(match.identity, match.now)
            withheld = match.withheld("shadow", "the rule is in stage shadow: nothing is sent")
            return Step(entries=(match.matched(), withheld), shadowed=(alert,))
        muted = self._muting.of(alert, match.now)
        failures = tuple(match.failed(where, error) for where, error in muted.problems)
        if muted.cause is not None:
            # Not remembered either, nor counted by a throttle: what comes again once nothing mutes it must be told.
            withheld = match.withheld(muted.cause, muted.reason, silence=muted.silence)
            return Step(entries=(*failures, withheld))
        step = self._muting.without_muted(self._outlet.put(match, alert), match.now, asked=alert.id)
        # Only now: had anything above gone wrong, the tweet's next copy must still be told.
        self._memory.remember(match.identity, match.now)
        self._muting.note(step.alerts)
        return step.remembering(match.identity, match.now).behind(failures)

    def _woken(self, now: datetime) -> Step:
        step = self._muting.without_muted(self._outlet.wake(now), now)
        self._muting.note(step.alerts)
        return step

    def _memory_of(self, rule: Rule) -> AlertMemory:
        return self._shadow_memory if rule.stage == "shadow" else self._memory


def _told_before(rule: Rule) -> str:
    what = "tweet" if rule.once_per is None else "value of once_per"
    return f"already raised: same rule, key and {what}"
