"""The journal as operators see it: each entry counted, reflected in health, and logged if somebody should know."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import assert_never

from tocsin import journal
from tocsin.model import RuleId, Tweet, TweetId
from tocsin.telemetry.health import Health
from tocsin.telemetry.log import Log
from tocsin.telemetry.metrics import Metrics


class Observer:
    """Sees every journal entry once, after it was committed; `pass_on` is told of it too, and of its tweet."""

    def __init__(
        self,
        metrics: Metrics,
        health: Health,
        log: Log,
        pass_on: Callable[[Iterable[journal.Entry], Mapping[TweetId, Tweet]], None] | None = None,
    ) -> None:
        self.metrics = metrics
        self.health = health
        self._log = log
        self._pass_on = pass_on

    @property
    def wants_tweets(self) -> bool:
        """Whether anybody looks at the tweets that `saw_all` is given."""
        return self._pass_on is not None

    def serving(self, host: str, port: int) -> None:
        """Note where the operators' answers are served."""
        self._log("info", "serving", url=f"http://{host}:{port}", paths="/livez /readyz /metrics")

    def in_force(self, rules: int, revision: str) -> None:
        """Note which rule set is in force, and how many rules run."""
        self.health.rules, self.health.revision = rules, revision
        self.metrics.rules.set(rules)

    def restart_needed(self, keys: Iterable[str]) -> None:
        """Note settings that have changed and that only a restart puts in force."""
        self._log("warning", "restart-needed", changed=", ".join(keys), hint="restart tocsin to apply this")

    def not_watching(self, problem: str, seconds: float) -> None:
        """Note that the system tells of no changes, so that files are only looked at now and then."""
        self._log("warning", "not-watching", problem=problem, looking_every_s=seconds)

    def nothing_changed(self, revision: str) -> None:
        """Note that somebody asked for a reload, and nothing differs from what is in force."""
        self._log("info", "nothing-changed", revision=revision)

    def silences_in_force(self, count: int) -> None:
        """Note how many silences there are."""
        self.metrics.silences.set(count)

    def silence_unreadable(self, silence: str, problem: str) -> None:
        """Note a silence that withholds nothing, since its condition can't be read."""
        self._log("error", "silence-unreadable", silence=silence, problem=problem, hint="end it, and add another")

    def heartbeat(self, outcome: str, problem: str) -> None:
        """Note a sign of life: `outcome` is sent, failed, or withheld because of the problem."""
        self.metrics.heartbeats.labels(outcome=outcome).inc()
        if outcome == "sent":
            self._log("debug", "heartbeat-sent")
        else:
            self._log("warning", f"heartbeat-{outcome}", problem=problem)

    def silent(self, after: timedelta) -> None:
        """Note that no tweets come though the stream is connected."""
        self.health.silence_problem = f"none came for {after.total_seconds():g} s though the stream is connected"
        self.metrics.resubscriptions.inc()
        self._log("error", "no-tweets", seconds=after.total_seconds(), action="the stream is asked anew, once")

    def tweets_again(self) -> None:
        """Note that they do again."""
        self.health.silence_problem = None
        self._log("info", "tweets-again")

    def cut_off(self, count: int) -> None:
        """Note that sends were still under way when the program ended; they are repeated at the next start."""
        self._log("warning", "cut-off", sends=count)

    def store_failed(self, problem: str) -> None:
        """Note that a batch could not be committed."""
        if self.health.store_problem != problem:
            self._log("error", "commit-failed", problem=problem)
        self.health.store_problem = problem

    def store_works(self) -> None:
        """Note that a batch was committed."""
        if self.health.store_problem is not None:
            self._log("info", "commit-works-again")
        self.health.store_problem = None

    def outbox_changed(self, problem: str | None) -> None:
        """Note why the outbox can't be used, or with None that it can be again."""
        self.health.outbox_problem = problem
        if problem is None:
            self._log("info", "outbox-works-again")
        else:
            self._log("error", "outbox-failed", problem=problem)

    def saw_all(self, entries: Sequence[journal.Entry], tweets: Mapping[TweetId, Tweet] = MappingProxyType({})) -> None:
        """Count, reflect and log each entry; `tweets` are those that entries are about, as they arrived."""
        seen: journal.Seen | None = None
        tweets_seen = 0
        alerts = Counter[RuleId]()
        for entry in entries:
            if type(entry) is journal.Seen:
                seen = entry
                tweets_seen += 1
            elif type(entry) is journal.Matched and entry.stage == "live":
                alerts[entry.rule_id] += 1
                self._log("info", "alert", rule=entry.rule_id, tweet=entry.tweet_id, alert=entry.alert_id)
            else:
                self._saw(entry)
        if seen is not None:
            self._saw_tweets(tweets_seen, seen.at)
        for rule_id, count in alerts.items():
            self._saw_alerts(rule_id, count)
        if self._pass_on is not None:
            self._pass_on(entries, tweets)

    def saw(self, entry: journal.Entry) -> None:
        """Count, reflect and log one entry."""
        self.saw_all((entry,))

    def _saw(self, entry: journal.Entry) -> None:
        match entry:
            case journal.Seen() | journal.Dropped() | journal.Shed() | journal.Unusable():
                self._saw_input(entry)
            case journal.Matched() | journal.Withheld() | journal.Failed():
                self._saw_decision(entry)
            case journal.Silenced() | journal.Acknowledged():
                self._saw_people(entry)
            case journal.Released() | journal.Evicted():
                self._saw_flood(entry)
            case journal.Attempted() | journal.GaveUp():
                self._saw_delivery(entry)
            case journal.Held() | journal.Folded() | journal.FellBack():
                self._saw_detour(entry)
            case journal.Connection() | journal.Unseen():
                self._saw_connection(entry)
            case journal.PluginFailed():
                self.metrics.plugin_failures.labels(plugin=entry.plugin).inc()
                self._log("warning", "plugin-failed", plugin=entry.plugin, hook=entry.hook, error=entry.error)
            case journal.Lifecycle():
                self._log("info", entry.event, detail=entry.detail)
            case journal.Reloaded() | journal.ReloadFailed():
                self._saw_reload(entry)
            case _:
                assert_never(entry)

    def _saw_tweets(self, count: int, last_at: datetime) -> None:
        self.metrics.saw_tweets(count, last_at)
        self.health.tweets += count
        self.health.received += count
        self.health.last_tweet_at = last_at

    def _saw_alerts(self, rule_id: RuleId, count: int) -> None:
        self.metrics.matches.labels(rule=rule_id).inc(count)
        self.health.alerts += count

    def _saw_input(self, entry: journal.Seen | journal.Dropped | journal.Shed | journal.Unusable) -> None:
        match entry:
            case journal.Seen():
                self._saw_tweets(1, entry.at)
            case journal.Dropped():
                self.metrics.dropped.labels(by=entry.by).inc()
                self.health.received += 1
                self._log("debug", "dropped", tweet=entry.tweet_id, by=entry.by, reason=entry.reason)
            case journal.Shed():
                self.metrics.shed.inc(entry.count)
                self._log("error", "shed", count=entry.count, reason=entry.reason)
            case journal.Unusable():
                self.metrics.unusable.inc()
                self._log("warning", "unusable-message", reason=entry.reason)

    def _saw_decision(self, entry: journal.Matched | journal.Withheld | journal.Failed) -> None:
        match entry:
            case journal.Matched():
                self.metrics.shadow_matches.labels(rule=entry.rule_id).inc()
                self._log("info", "shadow-match", rule=entry.rule_id, tweet=entry.tweet_id, alert=entry.alert_id)
            case journal.Withheld():
                self.metrics.withheld.labels(rule=entry.rule_id, reason=entry.cause).inc()
                if entry.exception is not None:
                    self.metrics.exceptions.labels(rule=entry.rule_id, exception=entry.exception).inc()
                self.health.withheld += 1
                until = {"until": entry.until.isoformat()} if entry.until is not None else {}
                self._log("info", "withheld", rule=entry.rule_id, tweet=entry.tweet_id, reason=entry.reason, **until)
            case journal.Failed():
                self.metrics.failures.labels(rule=entry.rule_id).inc()
                self._log(
                    "warning", "rule-failed", rule=entry.rule_id, tweet=entry.tweet_id, where=entry.where,
                    error=entry.error,
                )  # fmt: skip

    def _saw_people(self, entry: journal.Silenced | journal.Acknowledged) -> None:
        match entry:
            case journal.Silenced(event="added"):
                self._log("info", "silence-added", silence=entry.silence, by=entry.by, why=entry.why)
            case journal.Silenced():
                # Somebody should look: what was loud went by unheard.
                self._log(
                    "warning" if entry.loud else "info", f"silence-{entry.event}", silence=entry.silence,
                    hidden=entry.hidden, high_or_critical=entry.loud,
                )  # fmt: skip
            case journal.Acknowledged():
                self.metrics.acknowledged.inc()
                self._log("info", "acknowledged", alert=entry.alert_id, by=entry.by, stopped=", ".join(entry.stopped))

    def _saw_flood(self, entry: journal.Released | journal.Evicted) -> None:
        match entry:
            case journal.Released():
                self.metrics.released.labels(by=entry.by).inc(entry.matches)
                self._log(
                    "info", "released", rule=entry.rule_id, alert=entry.alert_id, by=entry.by, matches=entry.matches,
                    reason=entry.reason,
                )  # fmt: skip
            case journal.Evicted():
                self.metrics.evicted.labels(rule=entry.rule_id).inc()
                self._log("warning", "evicted", rule=entry.rule_id, by=entry.by, held=entry.held)

    def _saw_delivery(self, entry: journal.Attempted | journal.GaveUp) -> None:
        match entry:
            case journal.Attempted(bundle=str()):
                # One of several that a message stood for: the send itself has an entry of its own.
                self.health.delivered += entry.outcome == "delivered"
            case journal.Attempted():
                self.metrics.attempts.labels(destination=entry.destination, outcome=entry.outcome).inc()
                delivered = entry.outcome == "delivered"
                self.health.delivered += delivered and entry.alerts == 1
                self._log(
                    "info" if delivered else "warning", entry.outcome, alert=entry.alert_id,
                    destination=entry.destination, attempt=entry.attempt, detail=entry.detail,
                    **({"alerts": entry.alerts} if entry.alerts > 1 else {}),
                    **({"next": entry.next_at.isoformat()} if entry.next_at else {}),
                )  # fmt: skip
            case journal.GaveUp():
                self.metrics.dead_letters.labels(destination=entry.destination).inc()
                self.health.dead_letters += 1
                self._log("error", "gave-up", alert=entry.alert_id, destination=entry.destination, reason=entry.reason)

    def _saw_detour(self, entry: journal.Held | journal.Folded | journal.FellBack) -> None:
        match entry:
            case journal.Held():
                self.metrics.held.labels(destination=entry.destination).inc()
                self._log(
                    "info", "held", alert=entry.alert_id, destination=entry.destination,
                    until=entry.until.isoformat(), reason=entry.reason,
                )  # fmt: skip
            case journal.Folded():
                self.metrics.folded.labels(destination=entry.destination).inc(len(entry.alert_ids))
                self._log(
                    "info", "folded", alert=entry.alert_id, destination=entry.destination, alerts=len(entry.alert_ids),
                    reason=entry.reason,
                )  # fmt: skip
            case journal.FellBack():
                self.metrics.fallbacks.labels(destination=entry.destination, to=entry.to).inc()
                self._log(
                    "warning", "fell-back", alert=entry.alert_id, destination=entry.destination, to=entry.to,
                    reason=entry.reason,
                )  # fmt: skip

    def _saw_reload(self, entry: journal.Reloaded | journal.ReloadFailed) -> None:
        in_force = isinstance(entry, journal.Reloaded)
        self.metrics.reloads.labels(outcome="applied" if in_force else "failed").inc()
        self.metrics.newest_in_force.set(in_force)
        match entry:
            case journal.Reloaded():
                self.health.reload_problem = self.health.reload_problem_since = None
                self._log(
                    "info", "reloaded", revision=entry.revision, added=entry.added, changed=entry.changed,
                    removed=entry.removed, **({"detail": entry.detail} if entry.detail else {}),
                )  # fmt: skip
            case journal.ReloadFailed():
                self.health.reload_problem = entry.problem
                self.health.reload_problem_since = self.health.reload_problem_since or entry.at
                self._log("error", "reload-failed", still=entry.revision, problem=entry.problem)

    def _saw_connection(self, entry: journal.Connection | journal.Unseen) -> None:
        match entry:
            case journal.Connection():
                self.health.connection, self.health.connection_reason = entry.state, entry.reason
                self.metrics.connection(entry.state)
                level = "info" if entry.state == "connected" else "warning"
                self._log(level, entry.state, **({"reason": entry.reason} if entry.reason else {}))
            case journal.Unseen():
                lasted = (entry.until - entry.since).total_seconds()
                self.metrics.gaps.inc()
                self.metrics.gap_seconds.inc(max(lasted, 0.0))
                self._log(
                    "warning", "gap", since=entry.since.isoformat(), until=entry.until.isoformat(),
                    seconds=round(lasted, 3), cause=entry.cause,
                )  # fmt: skip
