"""Transforms, then the engine: one bad tweet stays one bad tweet."""

from datetime import datetime

import pytest

from tocsin.alerting.memory import AlertMemory
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Decision
from tocsin.journal import Unusable
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Tweet
from tocsin.plugins.guard import TransformChain
from tocsin.runtime.pipeline import Pipeline
from tocsin.testing import EPOCH, ManualClock, make_ruleset, make_tweet


class Buggy(Engine):
    """An engine that trips over every tweet."""

    def decide(self, tweet: Tweet, now: datetime) -> Decision:
        """Fail as a bug does."""
        raise KeyError(tweet.data["text"])


@pytest.mark.anyio
async def test_a_bug_of_ours_is_journalled_with_its_place_and_without_the_tweet_s_text() -> None:
    engine = Buggy(make_plan(make_ruleset(), (), standard_vocabulary()), AlertMemory())
    pipeline = Pipeline(TransformChain((), ManualClock(), print), engine)
    [entry] = (await pipeline.observe(make_tweet("meet me at nine"), EPOCH)).entries
    assert isinstance(entry, Unusable)
    assert "KeyError in test_pipeline.py" in entry.reason
    assert "meet" not in entry.reason
