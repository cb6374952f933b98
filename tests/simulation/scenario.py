"""What tocsin is to do in a simulated world, and what should come of each tweet by an independent reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.simulation.parts import Arrival
from tocsin.model import DestinationName, RuleId, Tweet
from tocsin.runtime.project import PluginChoice, Project, load_project
from tocsin.testing import make_tweet

STEADY = DestinationName("steady")
"""The destination that never fails: what it hears late is late because of others."""

_DESTINATIONS = """
  steady: {url: "json://127.0.0.1:9/steady"}
  chat: {url: "json://127.0.0.1:9/chat", limit: 20/h}
  mail: {url: "json://127.0.0.1:9/mail"}
  hurried: {url: "json://127.0.0.1:9/hurried", retry: {for: 2h}, fallback: steady}
  paper: {url: "json://127.0.0.1:9/paper", digest: {every: 30m, bypass: high}}
  asleep: {url: "json://127.0.0.1:9/asleep", quiet: {zone: Europe/Zurich, from: "14:10", to: "14:40"}}
  choosy: {url: "json://127.0.0.1:9/choosy", quiet: {zone: America/New_York, from: "08:20", to: "08:50", then: drop}}
"""
_RULES = """
  alpha: {when: {contains: alpha}, notify: [steady, chat, asleep]}
  beta: {when: {contains: beta}, notify: [mail, hurried]}
  both: {when: {and: [{contains: alpha}, {contains: beta}]}, severity: high}
  often: {when: {contains: gamma}, throttle: {every: 10m, then: digest}, notify: [steady, mail, choosy]}
  counted: {when: {contains: delta}, throttle: {every: 10m}, budget: 20/h, notify: [chat, paper]}
  silent: {when: {contains: alpha}, stage: shadow, notify: [chat]}
"""
_MORE = """
routes: [{when: {eq: [.severity, high]}, notify: [steady, mail, paper], escalate: {after: 15m, to: [chat]}}]
notices: {to: steady}
valve: 200/h
"""
_WORDS = {"alpha": ("alpha",), "beta": ("beta",), "both": ("alpha", "beta"), "often": ("gamma",), "counted": ("delta",)}

DIGESTS = frozenset({"often"})
"""The rules of which everything held back is told in a digest, at the latest `HELD_S` seconds later."""

HELD_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """Destinations and rules as YAML under their keys; `words` tells which words make each live rule true."""

    destinations: str = _DESTINATIONS
    rules: str = _RULES
    more: str = (
        "routes: [{when: {eq: [.severity, high]}, notify: [steady, mail], continue: true}]\nnotices: {to: steady}"
    )
    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(_WORDS))

    def expected(self, tweet: Tweet) -> frozenset[RuleId]:
        """Return the live rules that are true of a tweet."""
        text = str(tweet.data["text"])
        return frozenset(RuleId(rule) for rule, words in self.words.items() if all(word in text for word in words))

    def load(self) -> Project:
        """Return the project, read from files as `tocsin run` does."""
        with TemporaryDirectory() as folder:
            config = Path(folder, "tocsin.yaml")
            config.write_text(
                'source: {url: "ws://127.0.0.1:9/", api_key: k, subscribe: {}}\nrules: [rules.yaml]\n'
                f"destinations:{self.destinations}\n{self.more}\n"
            )
            Path(folder, "rules.yaml").write_text(f"tocsin: 1\nrules:{self.rules}")
            loaded = load_project(config, {}, PluginChoice(enabled=False))
        assert loaded.project is not None, [str(d.message) for d in loaded.diagnostics]
        return loaded.project


def draw_arrivals(seed: int, lasts: timedelta, count: int, *, again: float, late: float, lost: float) -> list[Arrival]:
    """Return what the provider sends: some tweets twice, some much later than others, some not at all."""
    rng = Random(f"{seed}/tweets")
    arrivals = []
    for number in range(count):
        words = [word for word in ("alpha", "beta", "gamma", "delta") if rng.random() < 0.4]
        tweet = make_tweet(" ".join(words), id=str(10**15 + number))
        at_s = rng.uniform(2, lasts.total_seconds())
        at_s += rng.uniform(0, 3600) if rng.random() < late else 0
        if rng.random() >= lost:
            arrivals.append(Arrival(at_s, tweet))
        if rng.random() < again:
            arrivals.append(Arrival(at_s + rng.expovariate(1 / 600), tweet, is_copy=True))
    in_time = [arrival for arrival in arrivals if arrival.at_s < lasts.total_seconds()]
    return sorted(in_time, key=lambda arrival: arrival.at_s)
