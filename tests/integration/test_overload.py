"""More tweets than can be evaluated: the oldest are given up, each counted, and the connection stays."""

from tocsin.bench.stream import plan_of, to_rows, to_verdicts
from tocsin.testing import make_rule

PLAN = plan_of([make_rule("one", {"word": ["babe", "ba"]})])


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
