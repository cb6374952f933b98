"""More tweets than can be evaluated: the oldest are given up, each counted, and the connection stays.

`TOCSIN_FULL=1` has the long form: a minute with 1,000 rules, just under what this machine can do and at five times it.
"""

import os

import pytest

from tocsin.bench import contenders, workload
from tocsin.bench.latency import to_webhook
from tocsin.bench.receiving import receiving
from tocsin.bench.stream import Rate, plan_of, to_rows, to_verdicts
from tocsin.core.plan import Plan
from tocsin.testing import make_rule

PLAN = plan_of([make_rule("one", {"word": ["babe", "ba"]})])
FULL = os.environ.get("TOCSIN_FULL") == "1"
RULES = 1_000 if FULL else 100
GROWTH_MIB = 40


def plan_of_many() -> Plan:
    writer = workload.Writer(2)
    return plan_of([rule.rule for rule in contenders.compiled([writer.condition() for _ in range(RULES)])])


def told(rate: Rate) -> str:
    """Return what a run gave, for whoever runs the long form with `-s`."""
    took = f"{rate.seconds:.1f} s, {rate.processor_s:.1f} of the processor"
    said = f"{rate.tweets:,} evaluated, {rate.shed:,} given up in {took}"
    waited = f"p50 {rate.waited(0.5) * 1e3:.0f} ms, p99 {rate.waited(0.99) * 1e3:.0f} ms"
    return f"{said}; {rate.alerts:,} alerts, {waited}; {rate.resident_mib:.0f} MiB, grown by {rate.grown_mib:.0f}"


@pytest.mark.timeout(900 if FULL else 120)
def test_at_a_rate_that_the_machine_can_take_nothing_is_given_up_and_beyond_it_each_is_counted() -> None:
    plan = plan_of_many()
    alone = to_rows(plan, 20_000 if FULL else 500)
    able = alone.tweets / alone.seconds
    # Even if the machine slowed down meanwhile: in the short form all of it fits into the queue.
    steady = to_rows(plan, int(able * 0.7 * 60) if FULL else 2_000, rate=able * 0.7)
    print(f"\nsteady, {able * 0.7:,.0f} a second: {told(steady)}")
    assert (steady.shed, steady.connections) == (0, 1)
    # In the short form one read brings more than the queue holds.
    offered = int(able * 5 * 60) if FULL else 10_000
    flood = to_rows(plan, offered, rate=able * 5) if FULL else to_rows(plan, offered, capacity=300)
    print(f"too many: {told(flood)}; {flood.tweets / flood.seconds / able:.2f} of the rate alone")
    assert (flood.tweets + flood.shed, flood.connections) == (offered, 1)
    assert flood.shed > 0
    assert flood.grown_mib <= GROWTH_MIB


def test_every_tweet_of_an_idle_system_reaches_the_webhook() -> None:
    took_s = to_webhook(100 if FULL else 5, 10)
    print(f"\nto the webhook: p50 {took_s[len(took_s) // 2] * 1e3:.1f} ms, slowest {took_s[-1] * 1e3:.1f} ms")
    assert len(took_s) == (100 if FULL else 5)
    assert took_s[0] > 0


def test_receiving_is_measured_beside_the_library_it_is_built_on() -> None:
    found = receiving(20_000 if FULL else 500)
    print(f"\n{found}")
    assert min(found.session, found.httpx_ws) > 0


def test_what_the_queue_can_not_hold_is_counted_to_the_tweet() -> None:
    # One read brings more than the queue holds.
    rate = to_rows(PLAN, 20_000, capacity=300)
    assert rate.shed > 0
    assert rate.tweets + rate.shed == 20_000
    assert rate.connections == 1


def test_nothing_is_given_up_where_there_is_room() -> None:
    rate = to_rows(PLAN, 5_000)
    assert (rate.tweets, rate.shed, rate.connections) == (5_000, 0, 1)
    assert rate.alerts > 0
    assert rate.waited(0.99) >= rate.waited(0.5) > 0


def test_verdicts_alone_need_no_store() -> None:
    assert to_verdicts(PLAN, 3_000).tweets == 3_000
