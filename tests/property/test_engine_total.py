"""Whatever JSON a tweet holds, the engine decides, and an alert of it can be rendered for every service."""

from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin import journal
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, Tweet, TweetId
from tocsin.notify.escape import Family
from tocsin.notify.render import render
from tocsin.testing import EPOCH, make_exception, make_rule, make_ruleset

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(["RT @a: #x @y $z https://a.b/c", "@reply", "http://[::1", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
INNER_FIELDS = ["id", "username", "name", "hashtags", "mentions", "urls"]
FIELDS = ["id", "text", "user", "metrics", "entities", "lang", "media", "created_at", "severity"]
tweets = st.builds(
    lambda data, inner: {**data, "user": data.get("user", inner), "entities": inner},
    st.dictionaries(st.sampled_from(FIELDS), anything),
    st.dictionaries(st.sampled_from(INNER_FIELDS), anything),
)

ALWAYS = {"or": [{"==": [1, 1]}, {"word": ["x"]}, {"hashtag": ["x"]}, {"link": ["a.b"]}, {"from": ["a"]}]}
TITLE = "{{ text | clip(20) }} {{ user.username }} {{ hashtags | join(', ') }} {{ url }} {{ because | join('; ') }}"
PLAN = make_plan(
    make_ruleset(
        make_rule("always", ALWAYS, title=TITLE),
        make_rule("once", ALWAYS, once_per={"var": "user"}),
        make_rule("excepted", ALWAYS, exceptions=[make_exception("odd", {">": [{"var": "user.id"}, "m"]})]),
        make_rule("shadow", ALWAYS, title=TITLE, stage="shadow"),
        make_rule("leaves", {"and": [{"word": ["x", "rt"]}, {">": [{"var": "metrics.likes"}, 1]}]}),
        make_rule("derived", {"in": ["x", {"merge": [{"var": "hashtags"}, {"var": "links"}, {"var": "is_reply"}]}]}),
    ),
    [Route(when=None, notify=(DestinationName("chat"),))],
    standard_vocabulary(),
)


@settings(max_examples=examples(300), deadline=None)
@given(tweets)
def test_any_json_is_decided_and_its_alert_renders_for_every_family(data: dict[str, Any]) -> None:
    tweet = Tweet(id=TweetId("1"), data=data, source="test", received_at=EPOCH)
    step = Engine(PLAN, AlertMemory()).observe(tweet, EPOCH)
    assert {"always", "once"} <= {alert.rule_id for alert in step.alerts}
    assert [alert.rule_id for alert in step.shadowed] == ["shadow"]
    for entry in step.entries:
        journal.as_record(entry)
    for alert in step.alerts:
        for family in get_args(Family):
            assert render(alert, family).title
