"""The one loop that owns the engine: takes what has queued up, decides, commits it in one transaction."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import assert_never

import anyio
from anyio.lowlevel import checkpoint

from tocsin import journal
from tocsin.clock import Clock
from tocsin.core.engine import Engine
from tocsin.core.step import Decision, Step
from tocsin.errors import StoreError, TocsinError
from tocsin.model import Gap, Tweet, TweetId
from tocsin.plugins.faults import Faults
from tocsin.plugins.guard import Answer
from tocsin.runtime.clockwatch import ClockWatch
from tocsin.runtime.collecting import collect_between_batches
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.portion import Portion
from tocsin.runtime.serial import Serial
from tocsin.sources.source import Connected, Disconnected, Duplicate, Inbox, Received, SourceEvent, Unusable
from tocsin.store.store import Store
from tocsin.telemetry.observer import Observer

BATCH = 5_000
"""Events decided and committed together at the most: with the stream at full speed, a transaction in 100 ms."""

_ROUND = 500
"""Events read and decided before anything else has its turn, at the most."""

_LONG_ENOUGH_S = 0.1
"""Once deciding has taken so long, what is decided is committed, and the rest waits for the next transaction."""

COMMIT_PAUSE = timedelta(seconds=1)
"""Between tries to commit a batch that the store would not take (a full or locked disk)."""

LOOKS_EVERY = timedelta(seconds=30)
"""How often to look while something is held, whatever the clock says: it may be set."""

LONG_S = 0.05
"""After so much work at a stretch the event loop has its turn."""

FINISH_LIMIT = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that takes its turn between two tweets: `act` is called there, and `step` journalled in that place."""

    act: Callable[[Engine], None]
    step: Step
    committed: anyio.Event = field(default_factory=anyio.Event)


_LATEST = 1_000
"""Starts and connections looked through, newest first, for the last at which the stream was being seen."""


class Ingest:
    """Carries a source's events through the pipeline into the store.

    `unseen_since` is when the stream was last seen before this start, None if never. `plugin_failures` and
    `faults` are where the plugins' failures gather; they are journalled with the batch in which they happened.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        pipeline: Pipeline,
        store: Store,
        in_store: Serial,
        observer: Observer,
        clock: Clock,
        on_commit: Callable[[Step], None],
        plugin_failures: list[journal.PluginFailed],
        faults: Faults | None = None,
        unseen_since: datetime | None = None,
    ) -> None:
        self._inbox = inbox
        self._pipeline = pipeline
        self._store = store
        self._in_store = in_store
        self._observer = observer
        self._clock = clock
        self._on_commit = on_commit
        self._plugin_failures = plugin_failures
        self._faults = faults if faults is not None else Faults()
        self._arrived: dict[TweetId, Tweet] = {}
        self._portion = Portion(_ROUND)
        self._undecided: deque[SourceEvent] = deque()
        self._decided: list[Decision] = []
        self._clock_watch = ClockWatch(clock)
        self._turns: deque[Turn] = deque()
        self._taken: list[Turn] = []
        self._blind = None if unseen_since is None else Gap(unseen_since, None, "tocsin was not running")

    async def between_tweets(self, act: Callable[[Engine], None], step: Step) -> None:
        """Call `act` between two tweets and journal `step` in that place; return once that is committed.

        The journal then has everything that was decided before it in front of `step`, and the rest behind it.
        """
        turn = Turn(act, step)
        self._turns.append(turn)
        self._inbox.nudge()
        await turn.committed.wait()

    async def run(self) -> None:
        """Decide and commit until the source has ended and everything it brought is committed.

        Raises:
            PluginError: a transform that says `on_error: halt` failed; what was decided before it is committed.
        """
        while self._undecided or not self._inbox.is_drained:
            if not self._undecided:
                self._undecided.extend(await self._take())
            self._decided += [*self._shed(), *self._due()]
            self._take_turns()
            try:
                await self._decide_for_a_while()
            except TocsinError as error:
                await self.finish(str(error))
                raise
            await self._commit()
            collect_between_batches()

    async def finish(self, detail: str) -> None:
        """Commit the end: what was decided, what was left undecided as a count, and an open gap, closed now.

        Gives up after `FINISH_LIMIT` if the store takes nothing; the next start then tells the gap.
        """
        now = self._clock.now()
        taken = list(self._undecided)
        self._undecided.clear()
        self._decided += self._shed()
        waiting_news, unread = self._inbox.give_up()
        news = [*(event for event in taken if isinstance(event, Connected | Disconnected)), *waiting_news]
        self._decided += [self._other_step(event) for event in news]
        entries: list[journal.Entry] = list(self._seen_again(now))
        unread += sum(isinstance(event, Received) for event in taken)
        if unread:
            entries.append(journal.Shed(at=now, count=unread, reason="stopped before they were evaluated"))
        entries.append(journal.Lifecycle(at=now, event="stopped", detail=detail))
        self._decided.append(Step(entries=tuple(entries)))
        with anyio.move_on_after(FINISH_LIMIT.total_seconds()):
            await self._commit()

    async def _take(self) -> list[SourceEvent]:
        """Return what has come; nothing where something that is held is due first."""
        wake_at = self._pipeline.engine.next_wake()
        patience = None
        if wake_at is not None:
            patience = min(max((wake_at - self._clock.now()).total_seconds(), 0.0), LOOKS_EVERY.total_seconds())
        with anyio.move_on_after(patience):
            return await self._inbox.take(self._portion.size)
        return []

    def _due(self) -> list[Step]:
        """Return what is due though no tweet came."""
        return [*self._moved(), self._pipeline.wake(self._clock.now())]

    def _moved(self) -> list[Step]:
        """Let what is held go by the clock as it is now, if it was set: as much of each period is left as before."""
        change = self._clock_watch.change()
        return [self._pipeline.engine.shift(change)] if change else []

    async def _decide_for_a_while(self) -> None:
        """Decide what has come by now; what comes meanwhile waits for the next transaction."""
        ends_s = self._clock.monotonic() + _LONG_ENOUGH_S
        left = min(self._inbox.waiting, BATCH)
        while self._undecided:
            await self._decide_some()
            if self._clock.monotonic() >= ends_s:
                return
            if self._undecided or left > 0:
                # The connection must be received from and its pings answered, however much there is to decide.
                await checkpoint()
            if not self._undecided:
                self._undecided.extend(self._inbox.take_now(min(left, self._portion.size)))
                left -= len(self._undecided)

    async def _decide_some(self) -> None:
        """Decide the next events, as many as the transforms take at once; the same call for tweets without those."""
        portion = list(islice(self._undecided, self._portion.size))
        started = self._clock.monotonic()
        tweets = [event.tweet for event in portion if isinstance(event, Received)]
        answers = iter(await self._pipeline.transformed(tweets))
        self._portion.took(self._clock.monotonic() - started)
        started = self._clock.monotonic()
        self._decided += self._moved()
        now = self._clock.now()
        for event in portion:
            # Taken out only once it is decided: a cancellation in between leaves it to be counted.
            self._decided.append(self._step(event, answers, now))
            self._undecided.popleft()
            if self._turns:
                self._take_turns()
            if self._clock.monotonic() - started > LONG_S:
                await checkpoint()  # an operator that hung, and others wait for the loop
                started = self._clock.monotonic()

    def _take_turns(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            turn.act(self._pipeline.engine)
            self._decided.append(turn.step)
            self._taken.append(turn)

    def _step(self, event: SourceEvent, answers: Iterator[Answer], now: datetime) -> Decision:
        """Return what follows from an event; for a tweet `answers` has next what the transforms made of it."""
        if isinstance(event, Received):  # nearly every event is one
            if self._observer.wants_tweets:
                self._arrived[event.tweet.id] = event.tweet
            return self._pipeline.decide(event.tweet, next(answers), now)
        return self._other_step(event)

    def _other_step(self, event: Duplicate | Unusable | Connected | Disconnected) -> Step:
        """Return what follows from an event that is no tweet."""
        match event:
            case Duplicate(tweet_id, at):
                dropped = journal.Dropped(at=at, tweet_id=tweet_id, by="stream", reason="seen before, to the letter")
                return Step(entries=(dropped,))
            case Unusable(at, reason, expected):
                return Step() if expected else Step(entries=(journal.Unusable(at=at, reason=reason),))
            case Connected(at, gap):
                connected = journal.Connection(at=at, state="connected", reason="")
                return Step(entries=(*self._seen_again(at, gap), connected))
            case Disconnected(at, reason, retry_at, gap):
                if self._blind is None:
                    self._blind = gap or Gap(at, None, reason)
                state = "refused" if retry_at is None else "disconnected"
                return Step(entries=(journal.Connection(at=at, state=state, reason=reason),))
            case _:
                assert_never(event)

    def _seen_again(self, at: datetime, closed: Gap | None = None) -> tuple[journal.Unseen, ...]:
        open_gap, self._blind = self._blind, None
        gap = closed or open_gap
        if gap is None:
            return ()
        since = gap.since if open_gap is None else min(gap.since, open_gap.since)
        return (journal.Unseen(at=at, since=since, until=at, cause=gap.cause),)

    def _shed(self) -> tuple[Step, ...]:
        count = self._inbox.take_shed()
        if not count:
            return ()
        reason = "the queue was full: tweets came faster than they could be evaluated"
        entries: list[journal.Entry] = [journal.Shed(at=self._clock.now(), count=count, reason=reason)]
        gap = self._inbox.take_shed_gap()
        if gap is not None and gap.until is not None:
            entries.append(journal.Unseen(at=gap.until, since=gap.since, until=gap.until, cause=gap.cause))
        return (Step(entries=tuple(entries)),)

    def _failures(self) -> tuple[journal.PluginFailed, ...]:
        """Return the failures of plugins so far; their threads may add to them meanwhile."""
        told = [self._plugin_failures.pop(0) for _ in range(len(self._plugin_failures))]
        return (*told, *self._faults.taken(self._clock.now()))

    async def _commit(self) -> None:
        """Write what was decided, however often that takes; cancelled before it is written, it stays decided."""
        step = Step.joined([*self._decided, Step(entries=self._failures())])
        self._decided = [step]
        watch = ClockWatch(self._clock)
        while step:
            try:
                await self._in_store(_written, self._store, step)
            except StoreError as error:
                # Nothing is given up: the batch is kept and the inbox holds what comes meanwhile, bounded and counted.
                self._observer.store_failed(str(error))
                await anyio.sleep(COMMIT_PAUSE.total_seconds())
                # By a clock that was set back meanwhile it would be due in the future.
                step = step.due_later(watch.change())
                self._decided = [step]
            else:
                self._decided = []
                self._observer.store_works()
                self._observer.saw_all(step.entries, self._arrived)
                self._arrived = {}
                self._on_commit(step)
                break
        # Turns that had nothing to journal too: what they did is done.
        while self._taken:
            self._taken.pop().committed.set()


def _written(store: Store, step: Step) -> None:
    store.commit(step.alerts, step.deliveries, step.entries, state=step.state, remembered=step.remembered)


def last_seen_at(store: Store) -> datetime | None:
    """Return when the stream was last known to be seen, as the journal has it; None if it never was.

    That need not be the newest entry: while nothing is seen, deliveries are retried and starts are noted.
    """
    # One kind at a time: each look-up is one step in an index, however long the journal is.
    records = [
        record for kind in ("seen", "dropped", "unusable", "gap") for record in store.journal(kinds=(kind,), limit=1)
    ]
    for kind, key, value in (("lifecycle", "event", "stopped"), ("connection", "state", "connected")):
        latest = store.journal(kinds=(kind,), limit=_LATEST)
        records += [record for record in latest if record[key] == value][:1]
    return max((datetime.fromisoformat(record["at"]) for record in records), default=None)
