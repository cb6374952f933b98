"""Law 3: whatever a rule would match, the derived subscription asks for."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.config.settings import Subscription
from tocsin.config.subscription import covering
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.stream_filter import filter_condition
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.ruleset import MatchBlock
from tocsin.testing import make_tweet

WORDS = st.sampled_from(["btc", "BTC", "#btc", "@ann", "c++", "hack", "not working", "速報", "a.b", "été"])
USERS = st.sampled_from(["ann", "@Bob", "b_c"])
BLOCKS = st.builds(
    MatchBlock,
    keywords=st.lists(WORDS, max_size=3).map(tuple),
    users=st.lists(USERS, max_size=2).map(tuple),
    language=st.sampled_from([None, "en"]),
    min_retweets=st.integers(0, 3),
)
TEXTS = st.lists(
    st.sampled_from(["btc", "#BTC", "$BTC", "@Ann", "c++", "hack", "not working", "速報です", "a.b", "x"]), max_size=5
)


def strictest_server_keeps(subscription: Subscription, text: str, user: str, retweets: int) -> bool:
    """A server that compares whole tokens without regard to case, and adds nothing of its own."""
    tokens = set(re.findall(r"[#@$]?\w+", text.lower()))
    return (
        (not subscription.keywords or any(word.lower() in tokens for word in subscription.keywords))
        and (not subscription.users or user.lower() in {name.lower() for name in subscription.users})
        and retweets >= (subscription.min_retweets or 0)
        and subscription.language is None
    )


@settings(deadline=None)
@given(
    st.lists(BLOCKS, min_size=1, max_size=4),
    TEXTS.map(" ".join),
    st.sampled_from(["ann", "Bob", "zed"]),
    st.integers(0, 4),
)
def test_no_tweet_that_a_block_matches_is_held_back(
    blocks: list[MatchBlock], text: str, user: str, retweets: int
) -> None:
    tweet = make_tweet(text, user__username=user, metrics__retweets=retweets, lang="en")
    facts = Facts(tweet.data)
    for block in blocks:
        condition = filter_condition(block.keywords, block.users, block.language, block.min_retweets or None)
        if isinstance(compile_condition(condition, standard_vocabulary()).evaluate(facts), Matched):
            assert strictest_server_keeps(covering(blocks), text, user, retweets)
