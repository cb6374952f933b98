"""What one alert costs, from a rule that is true of a tweet to rows on disk; no sockets, no dispatcher.

    python -m tests.benchmarks.alerts                       # alerts as of the rules of `tocsin bench`
    python -m tests.benchmarks.alerts --templates default   # with the title and body that rules have by themselves
    python -m tests.benchmarks.alerts --profile engine      # or store, observer: where the time goes

Microseconds of processor time an alert, the least of several rounds: in the engine beyond matching, in the store beyond
the rows of tweets that were seen, and in the observer.
"""

import argparse
import cProfile
import pstats
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final, TypeVar

import msgspec

from tocsin.alerting.memory import AlertMemory
from tocsin.bench.contenders import compiled
from tocsin.bench.stream import plan_of
from tocsin.bench.workload import Writer
from tocsin.clock import SystemClock
from tocsin.core.engine import Engine
from tocsin.core.plan import Plan
from tocsin.core.step import Decision, Step
from tocsin.journal import Seen
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Tweet, TweetId
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE, Template, parse_template
from tocsin.runtime import collecting
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.health import Health
from tocsin.telemetry.metrics import Metrics
from tocsin.telemetry.observer import Observer

T = TypeVar("T")

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH: Final = 2_500
"""Tweets a transaction: about what `run` makes of a stream at full speed."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds an alert."""

    engine: float
    store: float
    observer: float

    @property
    def whole(self) -> float:
        """All of it."""
        return self.engine + self.store + self.observer


def main() -> None:
    """Measure in rounds and print the least of each."""
    arguments = _arguments()
    writer = Writer(2)
    plan = _plan([writer.condition() for _ in range(arguments.rules)], arguments.templates)
    tweets = [_tweet(writer.tweet()) for _ in range(arguments.tweets)]
    _decided(plan, tweets)  # what is made of a rule at its first match is made now
    if arguments.profile:
        _profile(plan, tweets, arguments.profile)
        return
    with collecting.in_short_rounds(SystemClock()):
        rounds = [_costs(plan, tweets) for _ in range(arguments.rounds)]
    steps = _decided(plan, tweets)
    alerts = sum(len(step.alerts) for step in steps if isinstance(step, Step))
    best = Costs(*(min(getattr(each, name) for each in rounds) for name in ("engine", "store", "observer")))
    print(f"{alerts:,} alerts of {len(tweets):,} tweets, {arguments.rules:,} rules; microseconds an alert:")
    print(f"engine {best.engine:.1f}, store {best.store:.1f}, observer {best.observer:.1f}, in all {best.whole:.1f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=1_000)
    parser.add_argument("--tweets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--templates", choices=("text", "default"), default="text")
    parser.add_argument("--profile", choices=("engine", "store", "observer"))
    return parser.parse_args()


def _plan(conditions: Sequence[object], templates: str) -> Plan:
    rules = [rule.rule for rule in compiled(conditions)]
    if templates == "default":
        title, body = _template(DEFAULT_TITLE), _template(DEFAULT_BODY)
        rules = [replace(rule, title=title, body=body) for rule in rules]
    return plan_of(rules)


def _template(source: str) -> Template:
    template, problems = parse_template(source, standard_vocabulary().fields)
    if template is None:
        raise ValueError(str(problems))
    return template


def _tweet(line: bytes) -> Tweet:
    data = msgspec.json.decode(line)
    return Tweet(id=TweetId(data["id"]), data=data, source="bench", received_at=_NOW, created_at=_NOW)


def _costs(plan: Plan, tweets: Sequence[Tweet]) -> Costs:
    steps = _decided(plan, tweets)
    # Of tweets that raise nothing, which are most, deciding costs what matching does.
    raising = [tweet for tweet, step in zip(tweets, steps, strict=True) if isinstance(step, Step)]
    matching, _ = _timed(lambda: _matched(plan, raising))
    deciding, _ = _timed(lambda: _decided(plan, raising))
    seen = [Seen(at=_at(number), tweet_id=tweet.id, source="bench") for number, tweet in enumerate(tweets)]
    rows_seen, _ = _timed(lambda: _committed(seen))
    rows, joined = _timed(lambda: _committed(steps))
    observed_seen, _ = _timed(lambda: _observed([Step.joined(seen)]))
    observed, _ = _timed(lambda: _observed(joined))
    alerts = sum(len(step.alerts) for step in joined)
    per_alert = 1e6 / alerts
    return Costs(
        engine=(deciding - matching) * per_alert,
        store=(rows - rows_seen) * per_alert,
        observer=(observed - observed_seen) * per_alert,
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = process_time()
    result = work()
    return process_time() - began, result


def _at(number: int) -> datetime:
    return _NOW + timedelta(milliseconds=number // 500)


def _matched(plan: Plan, tweets: Sequence[Tweet]) -> None:
    for number, tweet in enumerate(tweets):
        Seen(at=_at(number), tweet_id=tweet.id, source=tweet.source)
        plan.matcher.decided(Facts(tweet.data))


def _decided(plan: Plan, tweets: Sequence[Tweet]) -> list[Decision]:
    engine = Engine(plan, AlertMemory())
    return [engine.decide(tweet, _at(number)) for number, tweet in enumerate(tweets)]


def _committed(decisions: Sequence[Decision]) -> list[Step]:
    """Join and write them as the ingest loop does."""
    joined: list[Step] = []
    with TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "bench.db")
        for start in range(0, len(decisions), _BATCH):
            step = Step.joined(decisions[start : start + _BATCH])
            store.commit(step.alerts, step.deliveries, step.entries, state=step.state, remembered=step.remembered)
            joined.append(step)
        store.close()
    return joined


def _observed(steps: Sequence[Step]) -> None:
    observer = Observer(Metrics(), Health(), _quiet)
    for step in steps:
        observer.saw_all(step.entries)


def _quiet(*arguments: object, **fields: object) -> None:
    return None


def _profile(plan: Plan, tweets: Sequence[Tweet], what: str) -> None:
    steps = _decided(plan, tweets)
    joined = _committed(steps)
    work: dict[str, Callable[[], object]] = {
        "engine": lambda: _decided(plan, tweets),
        "store": lambda: _committed(steps),
        "observer": lambda: _observed(joined),
    }
    profile = cProfile.Profile()
    profile.runcall(work[what])
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
