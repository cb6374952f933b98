"""Counters and gauges with declared names, served in Prometheus form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import choose_encoder

from tocsin import __version__
from tocsin.telemetry.labels import Bounded

CONNECTION_STATES: Final = ("connecting", "connected", "disconnected", "refused")

_LAGS_S: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What stands in the outbox for one destination; `oldest_at` is when its oldest waiting alert was raised."""

    waiting: int = 0
    dead: int = 0
    oldest_at: datetime | None = None


class Metrics:
    """What tocsin counts. Every name and label is declared here; docs/reference/metrics.md explains them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._declare_stream()
        self._declare_rules()
        self._declare_deliveries()
        self._declare_program()
        self.connection("connecting")

    def saw_tweets(self, count: int, last_at: datetime) -> None:
        """Count tweets that reached the engine, the last of them at an instant."""
        self.tweets.inc(count)
        self.last_tweet.set(last_at.timestamp())

    def connection(self, state: str) -> None:
        """Note the state of the connection, one of `CONNECTION_STATES`."""
        self.connected.set(state == "connected")
        for each in CONNECTION_STATES:
            self._connection.labels(state=each).set(each == state)

    def outbox(self, queues: Mapping[str, Queue], configured: Iterable[str], now: datetime) -> None:
        """Note what stands in the outbox; destinations that are neither there nor configured are no longer shown."""
        for gauge in (self._waiting, self._dead, self._oldest):
            gauge.clear()
        for name in {*queues, *configured}:
            queue = queues.get(name, Queue())
            self._waiting.labels(destination=name).set(queue.waiting)
            self._dead.labels(destination=name).set(queue.dead)
            age = 0.0 if queue.oldest_at is None else max((now - queue.oldest_at).total_seconds(), 0.0)
            self._oldest.labels(destination=name).set(age)

    def render(self) -> bytes:
        """Return everything in the Prometheus text format."""
        return generate_latest(self._registry)

    def answer(self, accept: str) -> tuple[bytes, str]:
        """Return everything and its content type, as OpenMetrics if `accept`, the header of a request, asks for it."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _declare_stream(self) -> None:
        self.tweets = self._counter("tocsin_tweets", "Tweets that reached the engine")
        self.dropped = self._counters("tocsin_dropped", "Tweets left out before the rules saw them", "by")
        self.shed = self._counter("tocsin_shed", "Tweets given up unread because the queue was full")
        self.unusable = self._counter(
            "tocsin_unusable_messages", "Messages of the stream that could not be read"
        )  # fmt: skip
        self.gaps = self._counter("tocsin_gaps", "Stretches in which the stream was not seen")
        self.gap_seconds = self._counter("tocsin_gap_seconds", "Time in which the stream was not seen")
        self.resubscriptions = self._counter(
            "tocsin_resubscriptions", "How often the stream was asked anew because no tweets came"
        )
        self.connected = self._gauge("tocsin_connected", "1 while the stream is being seen")
        self._connection = self._gauges(
            "tocsin_connection_state", "1 for the state that the connection to the stream is in, else 0", "state"
        )
        self.last_tweet = self._gauge("tocsin_last_tweet_timestamp_seconds", "When the newest tweet arrived, Unix time")
        self.last_tweet_age = self._gauge(
            "tocsin_last_tweet_age_seconds", "How long ago the newest tweet arrived; NaN before the first"
        )
        self.last_tweet_age.set(float("nan"))
        self.inbox = self._gauge("tocsin_inbox_messages", "Messages of the stream that wait to be evaluated")

    def _declare_rules(self) -> None:
        self.matches = self._counters("tocsin_matches", "Alerts raised", "rule")
        self.withheld = self._counters(
            "tocsin_withheld", "Alerts held back, by what did: the cause in the journal", "rule", "reason"
        )
        self.released = self._counters(
            "tocsin_released", "Matches that were held back and then told, by what had held them", "by"
        )
        self.evicted = self._counters(
            "tocsin_throttle_evictions", "Keys of throttles that were forgotten before their time, for want of room",
            "rule",
        )  # fmt: skip
        self.shadow_matches = self._counters(
            "tocsin_shadow_matches", "Matches of rules in stage shadow, of which nothing was sent", "rule"
        )
        self.exceptions = self._counters(
            "tocsin_exceptions", "Alerts that an exception of a rule held back", "rule", "exception"
        )
        self.failures = self._counters("tocsin_rule_failures", "Conditions that could not be evaluated", "rule")
        self.rules = self._gauge("tocsin_rules", "Rules in force")
        self.newest_in_force = self._gauge(
            "tocsin_newest_rules_in_force", "0 while changed files have errors and older rules go on"
        )
        self.newest_in_force.set(1)
        self.silences = self._gauge("tocsin_silences", "Silences in force")

    def _declare_deliveries(self) -> None:
        self.attempts = self._counters(
            "tocsin_delivery_attempts", "Sends, by how they ended: delivered, refused or unreachable",
            "destination", "outcome",
        )  # fmt: skip
        self.dead_letters = self._counters("tocsin_dead_letters", "Deliveries given up on", "destination")
        self.held = self._counters(
            "tocsin_held", "Deliveries that wait for the end of quiet hours or of a digest's period", "destination"
        )
        self.folded = self._counters("tocsin_folded", "Alerts that went out with others in one message", "destination")
        self.fallbacks = self._counters(
            "tocsin_fallbacks", "Alerts given to the fallback of a destination", "destination", "to"
        )
        self.acknowledged = self._counter(
            "tocsin_acknowledged", "Alerts that somebody took on by the link in their message"
        )
        self._waiting = self._gauges("tocsin_outbox_waiting", "Deliveries that wait or are being sent", "destination")
        self._dead = self._gauges("tocsin_outbox_dead", "Dead letters that wait for somebody to decide", "destination")
        self._oldest = self._gauges(
            "tocsin_outbox_oldest_age_seconds", "How long ago the oldest alert that waits was raised", "destination"
        )

    def _declare_program(self) -> None:
        self.ready = self._gauge("tocsin_ready", "1 while /readyz answers 200")
        self.plugin_failures = self._counters("tocsin_plugin_failures", "Failures of plugins, contained", "plugin")
        self.reloads = self._counters("tocsin_reloads", "Changed files, by whether they came into force", "outcome")
        self.heartbeats = self._counters(
            "tocsin_heartbeats", "Signs of life: sent, failed, or withheld because tocsin was not ready", "outcome"
        )
        self.state_bytes = self._gauge("tocsin_state_bytes", "Size of the state database, its log included")
        self.disk_free = self._gauge("tocsin_state_disk_free_bytes", "Free space on the disk of the state database")
        self.loop_lag = Histogram(
            "tocsin_loop_lag_seconds", "How much later than asked the event loop woke up, measured twice a second",
            buckets=_LAGS_S, registry=self._registry,
        )  # fmt: skip
        Info("tocsin_build", "The version that runs", registry=self._registry).info({"version": __version__})

    def _counter(self, name: str, about: str) -> Counter:
        return Counter(name, about, registry=self._registry)

    def _counters(self, name: str, about: str, *labels: str) -> Bounded[Counter]:
        return Bounded(Counter(name, about, labels, registry=self._registry))

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, registry=self._registry)

    def _gauges(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self._registry)
