"""Counters and gauges with declared names, served in Prometheus form."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What tocsin counts. Every name and label is declared here; docs/reference/metrics.md explains them."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.tweets = Counter("tocsin_tweets", "Tweets that reached the engine", registry=registry)
        self.dropped = Counter("tocsin_dropped", "Tweets left out before the rules saw them", ["by"], registry=registry)
        self.shed = Counter("tocsin_shed", "Tweets given up unread because the queue was full", registry=registry)
        self.unusable = Counter(
            "tocsin_unusable_messages", "Messages of the stream that couldn't be read", registry=registry
        )
        self.matches = Counter("tocsin_matches", "Alerts raised", ["rule"], registry=registry)
        self.withheld = Counter(
            "tocsin_withheld", "Alerts held back, by what did", ["rule", "reason"], registry=registry
        )
        self.released = Counter(
            "tocsin_released", "Matches that were held back and then told, by what had held them", ["by"],
            registry=registry,
        )  # fmt: skip
        self.evicted = Counter(
            "tocsin_throttle_evictions", "Keys of throttles that were forgotten too early", ["rule"], registry=registry
        )
        self.shadow_matches = Counter(
            "tocsin_shadow_matches", "Matches of rules in stage shadow, of which nothing was sent", ["rule"],
            registry=registry,
        )  # fmt: skip
        self.exceptions = Counter(
            "tocsin_exceptions", "Alerts that a rule's exception held back", ["rule", "exception"], registry=registry
        )
        self.failures = Counter(
            "tocsin_rule_failures", "Conditions that couldn't be evaluated", ["rule"], registry=registry
        )
        self.attempts = Counter(
            "tocsin_delivery_attempts", "Sends, by how they ended", ["destination", "outcome"], registry=registry
        )
        self.dead_letters = Counter("tocsin_dead_letters", "Deliveries given up on", ["destination"], registry=registry)
        self.held = Counter(
            "tocsin_held", "Deliveries that wait for the end of quiet hours or a digest", ["destination"],
            registry=registry,
        )  # fmt: skip
        self.folded = Counter(
            "tocsin_folded", "Alerts that went out with others in one message", ["destination"], registry=registry
        )
        self.fallbacks = Counter(
            "tocsin_fallbacks", "Alerts given to the fallback of a destination", ["destination", "to"],
            registry=registry,
        )  # fmt: skip
        self.plugin_failures = Counter(
            "tocsin_plugin_failures", "Failures of plugins, contained", ["plugin"], registry=registry
        )
        self.gaps = Counter("tocsin_gaps", "Stretches in which the stream was not seen", registry=registry)
        self.gap_seconds = Counter("tocsin_gap_seconds", "Time in which the stream was not seen", registry=registry)
        self.connected = Gauge("tocsin_connected", "1 while the stream is being seen", registry=registry)
        self.reloads = Counter(
            "tocsin_reloads", "Changed files, by whether they came into force", ["outcome"], registry=registry
        )
        self.newest_in_force = Gauge(
            "tocsin_newest_rules_in_force", "0 while changed files have errors and older rules go on", registry=registry
        )
        self.newest_in_force.set(1)
        self.rules = Gauge("tocsin_rules", "Rules in force", registry=registry)
        self.last_tweet = Gauge(
            "tocsin_last_tweet_timestamp_seconds", "When the newest tweet arrived", registry=registry
        )

    def saw_tweets(self, count: int, last_at: datetime) -> None:
        """Count tweets that reached the engine, the last of them at an instant."""
        self.tweets.inc(count)
        self.last_tweet.set(last_at.timestamp())

    def render(self) -> bytes:
        """Return everything in the Prometheus text format."""
        return generate_latest(self._registry)
