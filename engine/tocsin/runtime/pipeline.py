"""What a source's event means: transforms and the engine for a tweet, journal entries for everything else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

from tocsin import journal
from tocsin.core.engine import Engine
from tocsin.core.step import Decision, Step
from tocsin.errors import PluginError, TocsinError
from tocsin.model import Tweet
from tocsin.plugins.guard import Answer, LeftOut, TransformChain


class Pipeline:
    """Transforms, each contained, then the engine."""

    def __init__(self, transforms: TransformChain, engine: Engine) -> None:
        self._transforms = transforms
        self.engine = engine

    async def observe(self, tweet: Tweet, now: datetime) -> Step:
        """Return what follows from a tweet.

        A tweet that trips over a bug of ours is journalled as unusable; the tweets after it go on.

        Raises:
            PluginError: a transform that says `on_error: halt` failed.
        """
        [answer] = await self.transformed((tweet,))
        return Step.joined([self.decide(tweet, answer, now)])

    async def transformed(self, tweets: Sequence[Tweet]) -> list[Answer]:
        """Return what the transforms make of tweets, in order; fewer if the last answer is that tocsin must stop."""
        if self._transforms.is_empty:
            return [tweet.data for tweet in tweets]
        return await self._transforms.apply_batch([tweet.data for tweet in tweets])

    def decide(self, tweet: Tweet, answer: Answer, now: datetime) -> Decision:
        """Return what follows from a tweet of which the transforms made `answer`.

        Raises:
            PluginError: it is one.
        """
        try:
            if answer is tweet.data:
                return self.engine.decide(tweet, now)
            if isinstance(answer, PluginError):
                raise answer
            if isinstance(answer, LeftOut):
                dropped = journal.Dropped(at=now, tweet_id=tweet.id, by=answer.plugin, reason=answer.reason)
                return Step(entries=(dropped,))
            return self.engine.decide(replace(tweet, data=answer), now)
        except TocsinError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad tweet must not delay the others
            reason = f"tweet {tweet.id}: a bug in tocsin: {type(error).__name__} {_place(error)}"
            return Step(entries=(journal.Unusable(at=now, reason=reason),))

    def wake(self, now: datetime) -> Step:
        """Return what is due by now of what is held. A bug of ours there is journalled, and tweets go on."""
        try:
            return self.engine.wake(now)
        except Exception as error:  # noqa: BLE001 - what is held back must not stop what comes
            reason = f"what was held back: a bug in tocsin: {type(error).__name__} {_place(error)}"
            return Step(entries=(journal.Unusable(at=now, reason=reason),))


def _place(error: Exception) -> str:
    """Return where an error was raised; its message may quote the tweet, which has no place in journal and log."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"in {Path(frame.filename).name}:{frame.lineno} ({frame.name})"
