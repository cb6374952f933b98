"""The provider's limits."""

from tocsin.simulator.limits import Bucket, KeyUse, client_bucket


def seconds_borne(messages_per_s: int, *, at_most: int = 120) -> float:
    """Return after how many seconds of sending at a rate the first message is one too many."""
    bucket = client_bucket()
    for number in range(messages_per_s * at_most):
        if not bucket.take(number / messages_per_s):
            return number / messages_per_s
    return at_most


def test_a_hundred_messages_a_second_are_borne_for_ever() -> None:
    assert seconds_borne(100) == 120


def test_a_burst_of_two_hundred_is_borne_but_not_one_more() -> None:
    bucket = client_bucket()
    assert [bucket.take(5.0) for _ in range(201)] == [True] * 200 + [False]


def test_only_sustained_excess_is_too_much_and_the_sooner_the_greater_it_is() -> None:
    assert 1.9 <= seconds_borne(200) <= 2.1
    assert 19 <= seconds_borne(110) <= 21


def test_what_is_refused_is_not_counted() -> None:
    bucket = Bucket(limit_per_s=1, burst=1)
    assert [bucket.take(at) for at in (0.0, 0.5, 1.0, 1.1, 2.0)] == [True, False, True, False, True]


def test_a_key_opens_five_connections_and_gets_a_closed_one_back() -> None:
    use = KeyUse()
    assert [use.enter("a") for _ in range(6)] == [True] * 5 + [False]
    assert use.enter("b")
    use.leave("a")
    assert use.enter("a")
