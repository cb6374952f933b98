"""Plays tweets through a simulator: at a rate, for a time, with the faults of a script at their moments."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import anyio
import anyio.lowlevel

from tocsin.simulator.faults import Fault, Refuse, Timed
from tocsin.simulator.server import Simulator
from tocsin.simulator.subscriptions import Post
from tocsin.simulator.tweet_file import read_posts
from tocsin.simulator.tweets import TweetGenerator

NextPost: TypeAlias = Callable[[datetime], Post | None]
"""Returns the next tweet, written now; None at the end."""

_IN_A_ROW: Final = 100
"""After so many tweets without a pause, the connections' tasks get their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What is played. `rate_per_s` 0 is as fast as clients take it; `count` None has no end but the tweets' own."""

    rate_per_s: float = 20
    count: int | None = None
    lasts: timedelta | None = None
    on_subscribe: bool = True
    faults: Sequence[Timed] = ()


def made_up(seed: int, *, with_lang: bool = False) -> NextPost:
    """Return an endless supply of tweets."""
    return TweetGenerator(seed, with_lang=with_lang).next


def from_file(path: Path, *, loop: bool = False) -> NextPost:
    """Return the tweets of a file, over and over if `loop`.

    Calling the result raises ConfigError where the file can't be read; an empty file ends at once.
    """
    posts: Iterator[Post] = iter(())
    count = 0

    def next_post(_: datetime) -> Post | None:
        nonlocal posts, count
        post = next(posts, None)
        if post is None and (count == 0 or loop):
            posts = read_posts(path)
            post = next(posts, None)
        count += 1
        return post

    return next_post


async def play(simulator: Simulator, next_post: NextPost, plan: Play) -> None:
    """Play until the tweets, the count or the time is over, then close every connection, nothing left unsent.

    `plan.lasts` counts from the call, tweets and faults from the first subscription; only a `Refuse` at or after
    nothing is in force at once.
    """
    early = [timed.fault for timed in plan.faults if isinstance(timed.fault, Refuse) and not (timed.at or timed.after)]
    later = [timed for timed in plan.faults if timed.fault not in early]
    for fault in early:
        simulator.inject(fault)
    with anyio.move_on_after(None if plan.lasts is None else plan.lasts.total_seconds()):
        if plan.on_subscribe:
            await simulator.subscribed.wait()
        async with anyio.create_task_group() as tasks:
            for timed in later:
                if timed.at is not None:
                    tasks.start_soon(_inject_at, simulator, timed.fault, timed.at)
            await _play_tweets(simulator, next_post, plan, [timed for timed in later if timed.after is not None])
            tasks.cancel_scope.cancel()
    await simulator.close()


async def _inject_at(simulator: Simulator, fault: Fault, at: timedelta) -> None:
    await anyio.sleep(at.total_seconds())
    simulator.inject(fault)


async def _play_tweets(simulator: Simulator, next_post: NextPost, plan: Play, faults: Sequence[Timed]) -> None:
    began = simulator.clock.monotonic()
    due = sorted(faults, key=lambda timed: timed.after or 0)
    played = 0
    while plan.count is None or played < plan.count:
        await _turn(simulator, plan.rate_per_s, played, began)
        post = next_post(simulator.clock.now())
        if post is None:
            return
        simulator.play(post)
        played += 1
        while due and (due[0].after or 0) <= played:
            simulator.inject(due.pop(0).fault)


async def _turn(simulator: Simulator, rate_per_s: float, played: int, began: float) -> None:
    """Wait until it is the tweet's turn."""
    if rate_per_s > 0:
        early = began + played / rate_per_s - simulator.clock.monotonic()
        if early > 0:
            return await anyio.sleep(early)
    elif played % _IN_A_ROW == 0:
        await simulator.room()
    if played % _IN_A_ROW == 0:
        await anyio.lowlevel.checkpoint()
    return None
