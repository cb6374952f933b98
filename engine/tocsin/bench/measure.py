"""Timing, and the tables that the figures go into.

What is counted is the processor time of this process, so that other programs on the machine matter little; the least
of three runs stands, since whatever disturbs a run only makes it longer.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from time import process_time
from typing import Any, Final

from tocsin.bench import archives, contenders, loading, stream, workload
from tocsin.bench.contenders import Contender, Tweet
from tocsin.sources.scrapest.decode import Malformed, parse_object

_RUNS: Final = 3
_TURNS: Final = 5
_CHECKED: Final = 3
"""Tweets of which all contenders must say the same."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a heading; every cell is text."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure: the sizes of rule sets, the tweets, and the seconds that one figure may take."""

    sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    tweets: int = 2_000
    budget_s: float = 1.0
    words: tuple[int, ...] = (1, 10, 100, 1_000)
    archive: int = 100_000
    stream: int = 40_000


QUICK: Final = Effort(sizes=(1_000,), tweets=100, budget_s=0.05, words=(1, 100), archive=2_000, stream=2_000)
"""Enough to see that it works, and roughly how much."""


def tables(effort: Effort) -> Iterator[Table]:
    """Yield the tables one by one, as they are measured.

    Raises:
        ValueError: two contenders didn't say the same of a tweet.
    """
    yield _against_floor(effort)
    yield _growth(effort)
    yield _against_peers(effort)
    yield _worst(effort)
    yield _loading(effort)
    yield _archive(effort)
    yield _stream(effort)


def microseconds(
    work: Callable[[Any], object], items: Sequence[Any], budget_s: float, clock: Callable[[], float] = process_time
) -> float:
    """Return what one item costs; of `items` only as many are taken as the budget allows, at least one."""

    def seconds(count: int) -> float:
        began = clock()
        for item in items[:count]:
            work(item)
        return clock() - began

    count = 1
    took_s = seconds(count)
    while took_s * 2 * _RUNS < budget_s and count < len(items):
        count = min(count * 2, len(items))
        took_s = seconds(count)
    return min(took_s, *(seconds(count) for _ in range(_RUNS - 1))) / count * 1e6


def side_by_side(works: Sequence[Callable[[Any], object]], items: Sequence[Any], budget_s: float) -> Sequence[float]:
    """Return what one item costs with each of several ways, measured in turns: what disturbs one disturbs all."""
    turns = [[microseconds(work, items, budget_s / _TURNS / len(works)) for work in works] for _ in range(_TURNS)]
    return [min(costs) for costs in zip(*turns, strict=True)]


def _from_bytes(work: Callable[[Tweet], object]) -> Callable[[bytes], object]:
    def from_bytes(line: bytes) -> object:
        tweet = parse_object(line)
        return None if isinstance(tweet, Malformed) else work(tweet)

    return from_bytes


def _settled() -> None:
    """Keep the collector from walking through the rules while something is measured, as `run` does."""
    gc.collect()
    gc.freeze()


def _against_floor(effort: Effort) -> Table:
    rows = []
    for size in effort.sizes:
        work = workload.own_workload(size, effort.tweets)
        began = process_time()
        rules = contenders.compiled(work.conditions)
        compiled_s = process_time() - began
        began = process_time()
        decided = contenders.decided(rules)
        indexed_s = process_time() - began
        index, looped = contenders.indexed(rules), contenders.looped(rules)
        tweets = work.tweets()
        check_agreement({"index": index, "loop": looped}, tweets)
        answers = {tweet["id"]: index(tweet) for tweet in tweets}
        _settled()
        floor_us, ours_us = side_by_side(
            [_from_bytes(contenders.floor(rules, answers)), _from_bytes(decided)], work.lines, effort.budget_s
        )
        every_us = microseconds(_from_bytes(looped), work.lines, effort.budget_s)
        matches = sum(map(len, answers.values())) / len(tweets)
        rows.append(
            (f"{size:,}", f"{matches:.1f}", f"{floor_us:.1f}", f"{ours_us:.1f}", f"{ours_us / floor_us:.2f}",
             f"{every_us / ours_us:,.0f}", f"{compiled_s:.1f}", f"{indexed_s:.1f}")
        )  # fmt: skip
    headings = (
        "rules", "matches a tweet", "floor µs", "bytes to verdicts µs", "times the floor", "loop: times ours",
        "compile s", "index s",
    )  # fmt: skip
    return Table("From the bytes of a tweet to its verdicts, against the floor", headings, rows)


def _growth(effort: Effort) -> Table:
    costs: list[tuple[int, float]] = []
    for size in effort.sizes:
        work = workload.growing_workload(size, effort.tweets)
        index = contenders.indexed(contenders.compiled(work.conditions))
        _settled()
        costs.append((size, microseconds(index, work.tweets(), effort.budget_s)))
    rows = []
    for place, (size, cost) in enumerate(costs):
        before = costs[place - 1] if place else None
        slope = f"{log(cost / before[1]) / log(size / before[0]):.2f}" if before else ""
        rows.append((f"{size:,}", f"{cost:.1f}", slope))
    return Table("1,000 rules, and more that never match", ("rules", "µs a tweet", "slope (log-log)"), rows)


def _against_peers(effort: Effort) -> Table:
    rows = []
    for size in effort.sizes:
        work = workload.standard_workload(size, effort.tweets)
        rules = contenders.compiled(work.conditions)
        rivals: dict[str, Contender] = {
            "tocsin": contenders.indexed(rules),
            "every rule compiled": contenders.looped(rules),
            "json-logic-qubit": contenders.reference(work.conditions),
        }
        datalogic = contenders.datalogic(work.conditions)
        if datalogic is not None:
            rivals["datalogic-py"] = datalogic
        _settled()
        tweets = work.tweets()
        check_agreement(rivals, tweets)
        costs = {name: microseconds(rival, tweets, effort.budget_s) for name, rival in rivals.items()}
        rows += [(f"{size:,}", name, f"{cost:,.1f}", f"{cost / costs['tocsin']:,.0f}") for name, cost in costs.items()]
    return Table("JSON-logic without additions, verdicts equal", ("rules", "with", "µs a tweet", "times ours"), rows)


def _worst(effort: Effort) -> Table:
    rows = []
    most = effort.sizes[-1]
    for name, work in workload.worst_workloads(min(10_000, most), effort.tweets, without_terms=most).items():
        rules = contenders.compiled(work.conditions)
        index, looped = contenders.indexed(rules), contenders.looped(rules)
        _settled()
        tweets = work.tweets()
        check_agreement({"index": index, "loop": looped}, tweets)
        ours_us = microseconds(index, tweets, effort.budget_s)
        every_us = microseconds(looped, tweets, effort.budget_s)
        rows.append((name, f"{ours_us:,.1f}", f"{every_us / ours_us:,.1f}"))
    return Table("What an index is bad at", ("case", "µs a tweet", "loop: times ours"), rows)


def _loading(effort: Effort) -> Table:
    rows = []
    for size in effort.sizes:
        found = loading.loading(size)
        rows.append(
            (f"{size:,}", f"{found.cold_s:.2f}", f"{found.warm_s:.3f}", f"{found.indexed_s:.2f}",
             f"{found.read_bytes:,.0f}", f"{found.indexed_bytes:,.0f}")
        )  # fmt: skip
    headings = ("rules", "read from YAML s", "from the cache s", "index s", "bytes a rule, read", "and indexed")
    return Table("Loading rules from files", headings, rows)


def _archive(effort: Effort) -> Table:
    rows = []
    for words in effort.words:
        ways = archives.compared(words, effort.archive)
        ours = ways[0].seconds
        rows += [
            (
                f"{words:,}",
                way.name,
                f"{effort.archive / way.seconds:,.0f}",
                f"{way.seconds / ours:.1f}",
                f"{way.lines:,}",
            )
            for way in ways
        ]
    headings = ("words", "with", "lines/s of processor time", "times ours", "lines found")
    return Table("An archive of JSON lines, searched for words in any case", headings, rows)


def _stream(effort: Effort) -> Table:
    rows = []
    for size in effort.sizes:
        writer = workload.Writer(2)
        rules = [rule.rule for rule in contenders.compiled([writer.condition() for _ in range(size)])]
        plan = stream.plan_of(rules)
        _settled()
        verdicts = stream.to_verdicts(plan, effort.stream)
        written = stream.to_rows(plan, effort.stream)
        rows.append(
            (f"{size:,}", f"{verdicts.per_second:,.0f}", f"{written.per_second:,.0f}",
             f"{written.alerts / max(written.tweets, 1):.2f}", f"{written.shed:,}")
        )  # fmt: skip
    headings = ("rules", "to verdicts, tweets/s", "to rows on disk, tweets/s", "alerts a tweet", "given up")
    return Table("From the socket, tweets a second of processor time", headings, rows)


def check_agreement(rivals: Mapping[str, Contender], tweets: Sequence[Any]) -> None:
    """Refuse to compare the speed of what doesn't say the same."""
    for tweet in tweets[:_CHECKED]:
        verdicts = {name: list(rival(tweet)) for name, rival in rivals.items()}
        if len({tuple(found) for found in verdicts.values()}) > 1:
            raise ValueError(f"not the same verdicts on {tweet['text'][:200]!r}: {verdicts}")
