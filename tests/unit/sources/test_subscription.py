"""From the wanted subscriptions to the messages that bring the server there."""

import json
from typing import Any

from tocsin.config.settings import Subscription
from tocsin.sources.scrapest.subscription import FreshConnection, SubscriptionState

OUTAGE = Subscription(keywords=("outage",))
NASA = Subscription(users=("nasa",))


def sent(state: SubscriptionState) -> list[tuple[str, dict[str, Any]]]:
    messages = state.changes()
    assert not isinstance(messages, FreshConnection)
    return [(message["action"], message["filters"]) for message in map(json.loads, messages)]


def changed(before: list[Subscription], after: list[Subscription]) -> list[tuple[str, dict[str, Any]]] | None:
    """Return the messages of a change; None for a fresh connection."""
    state = SubscriptionState(before)
    state.changes()
    state.want(after)
    messages = state.changes()
    return None if isinstance(messages, FreshConnection) else [
        (message["action"], message["filters"]) for message in map(json.loads, messages)
    ]  # fmt: skip


def test_every_field_is_asked_for_as_the_specification_writes_it() -> None:
    state = SubscriptionState([Subscription(keywords=("b", "a"), users=("u",), language="en", min_retweets=5)])
    assert sent(state) == [("subscribe", {"keywords": ["a", "b"], "users": ["u"], "language": "en", "min_retweets": 5})]


def test_no_field_at_all_asks_for_everything() -> None:
    assert sent(SubscriptionState([Subscription()])) == [("subscribe", {})]


def test_what_is_said_twice_is_asked_for_once() -> None:
    twice = [Subscription(keywords=("a", "b")), Subscription(keywords=("b", "a", "a"), min_retweets=0)]
    assert sent(SubscriptionState(twice)) == [("subscribe", {"keywords": ["a", "b"]})]


def test_nothing_is_sent_when_nothing_changed() -> None:
    assert changed([OUTAGE, NASA], [NASA, OUTAGE]) == []


def test_a_reconnect_asks_for_the_whole_set_again() -> None:
    state = SubscriptionState([OUTAGE, NASA])
    first = sent(state)
    state.reconnected()
    assert sent(state) == first


def test_additions_go_before_removals() -> None:
    assert changed([OUTAGE], [NASA]) == [
        ("subscribe", {"users": ["nasa"]}), ("unsubscribe", {"keywords": ["outage"]}),
    ]  # fmt: skip


def test_a_changed_list_asks_for_the_new_one_and_takes_only_its_old_words_out() -> None:
    before, after = Subscription(keywords=("a", "b", "c")), Subscription(keywords=("a", "b", "d"))
    assert changed([before], [after]) == [
        ("subscribe", {"keywords": ["a", "b", "d"]}), ("unsubscribe", {"keywords": ["c"]}),
    ]  # fmt: skip


def test_what_a_wider_subscription_includes_may_stay() -> None:
    assert changed([Subscription(keywords=("a",), min_retweets=10)], [Subscription(keywords=("a",))]) == [
        ("subscribe", {"keywords": ["a"]})
    ]


def test_a_value_that_another_subscription_needs_is_never_taken_out() -> None:
    shared = Subscription(keywords=("outage",), users=("nasa",))
    assert changed([shared], [Subscription(keywords=("outage",), language="en")]) is None


def test_what_servers_would_make_different_things_of_is_not_left_to_them() -> None:
    """Without its keyword, one server keeps the old subscription for its user, another drops it."""
    assert changed([Subscription(keywords=("a",), users=("u", "v"))], [Subscription(users=("u", "w"))]) is None


def test_everything_cant_be_taken_back_by_value() -> None:
    assert changed([Subscription()], [OUTAGE]) is None


def test_each_language_that_must_go_has_a_message_of_its_own() -> None:
    before = [Subscription(language="en"), Subscription(language="de", keywords=("a",))]
    assert changed(before, [NASA]) == [
        ("subscribe", {"users": ["nasa"]}),
        ("unsubscribe", {"keywords": ["a"]}),
        ("unsubscribe", {"language": "de"}),
        ("unsubscribe", {"language": "en"}),
    ]


def test_superseded_subscriptions_dont_pile_up_without_end() -> None:
    state = SubscriptionState([Subscription(keywords=("a",), min_retweets=1000)])
    fresh = 0
    for minimum in range(999, 0, -1):
        state.changes()
        state.want([Subscription(keywords=("a",), min_retweets=minimum)])
        if isinstance(state.changes(), FreshConnection):
            fresh += 1
            state.reconnected()
    assert 10 <= fresh <= 25
