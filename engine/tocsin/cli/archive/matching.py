"""What rules say of a block of lines, as text to be printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, assert_never

import anyio

from tocsin.alerting.ledger import Record
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.pile import matches_held
from tocsin.cli.archive.finds import Found, Note, Said, failure_text, instant_text
from tocsin.cli.archive.telling import Teller
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.proofs import leaf_as_json
from tocsin.clock import SystemClock
from tocsin.core.engine import Engine
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.errors import TocsinError
from tocsin.journal import Failed, PluginFailed, Unusable
from tocsin.logic.facts import Facts
from tocsin.matching.prescan import Prescan
from tocsin.model import Alert, Tweet
from tocsin.plugins.guard import Answer, TransformChain
from tocsin.runtime.pipeline import Pipeline
from tocsin.runtime.project import Project
from tocsin.sources.blocks import BLOCK_BYTES, Block
from tocsin.sources.events import Received
from tocsin.sources.jsonl import MAX_LINE, tweet_from_line
from tocsin.sources.scrapest.decode import Malformed
from tocsin.sources.scrapest.protocol import Unrecognised
from tocsin.sources.spans import Span, block_of

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)

_ALWAYS_READ_BYTES: Final = BLOCK_BYTES // 2
"""Blocks that begin within so many bytes are read whole, so that a file of the wrong kind is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How to match: with `every_line` no line is passed over because nothing that a rule looks for stands in it.

    With `limited`, throttles, budgets and the valve hold back as in a run, and blocks must come in order. With
    `counted` somebody looks at how many lines there were.
    """

    every_line: bool = False
    limited: bool = False
    counted: bool = False


class BlockMatcher:
    """Holds blocks of lines against a project's rules.

    `name` is the file's, which spans are read from. Another matcher that had an earlier block may have found a match
    already: whoever puts their blocks together tells it once.
    """

    def __init__(self, project: Project, name: str, ways: Ways) -> None:
        self._name = name
        self._file: IO[bytes] | None = None
        self._limited = ways.limited
        self._counted = ways.counted
        self._now = _ANY_TIME
        self._clock = SystemClock()
        self._found_so_far: list[Said | Note] = []
        self._held = dict[str, Record | None]()
        self._prepared = False
        self._faults = project.host.faults
        self._transforms = TransformChain(project.host.transforms, self._clock, self._note_failure)
        self._plan = project.plan(limited=ways.limited)
        memory = AlertMemory()
        self._pipeline = Pipeline(self._transforms, Engine(self._plan, memory))
        self._places = project.places
        self._teller = None if ways.limited else Teller(self._plan, project.places, memory)
        # A transform may write into a tweet what a rule looks for, and of what is held back each tweet tells the time.
        may_pass_over = not (ways.every_line or ways.limited or project.host.transforms)
        self._prescan = Prescan.of(project.ruleset.enabled, project.vocabulary) if may_pass_over else None

    def found(self, piece: Block | Span) -> Found:
        """Return what the rules say of a block, or of the lines of a span."""
        self._found_so_far = []
        block = piece if isinstance(piece, Block) else block_of(piece, self._opened(), name=self._name)
        if block.is_too_long:
            return Found((Note(f"longer than {MAX_LINE} bytes", 0),), block.begins_at, 1)
        if self._transforms.is_empty:
            for tweet in self._tweets(block):
                self._decide(tweet, tweet.data)
        else:
            anyio.run(self._transform_and_decide, tuple(self._tweets(block)))
        self._note_faults()
        lines = _line_count(block.lines) if self._counted or isinstance(piece, Block) else None
        return Found(tuple(self._found_so_far), block.begins_at, lines)

    def end(self) -> Found:
        """Return what is still to be told of what was held back, as if time went on."""
        self._found_so_far = []
        for step in wakes(self._pipeline.engine):
            self._say(step)
        held = matches_held(record for record in self._held.values() if record is not None)
        if held:
            counted = "1 match is" if held == 1 else f"{held:,} matches are"
            self._note(f"{counted} held back for the next alert to tell")
        return Found(tuple(self._found_so_far), 0, 0)

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            # Not before: of a copy of this process each must have a place of its own in the file.
            self._file = Path(self._name).open("rb", buffering=0)  # noqa: SIM115 - as long as there are spans
        return self._file

    async def _transform_and_decide(self, tweets: Sequence[Tweet]) -> None:
        if not self._prepared:
            # Here and not before: threads that transforms are given don't outlive a fork.
            self._prepared = True
            await self._transforms.prepare()
        for tweet, answer in zip(tweets, await self._pipeline.transformed(tweets), strict=False):
            self._decide(tweet, answer)

    def _decide(self, tweet: Tweet, answer: Answer) -> None:
        # The tweet's own time stands for the present: the same input, the same output on any day.
        now = tweet.created_at or tweet.received_at
        if self._limited:
            # What is held back waits for a clock, and clocks don't go back.
            now = self._now = max(self._now, now)
            for step in wakes(self._pipeline.engine, until=now):
                self._say(step)
        told = self._told(tweet, answer, now)
        if told is not None:
            self._found_so_far += told
        elif isinstance(decision := self._pipeline.decide(tweet, answer, now), Step):
            self._say(decision)
        self._note_faults()

    def _told(self, tweet: Tweet, answer: Answer, now: datetime) -> list[Said | Note] | None:
        """Return what there is to tell of a tweet; None where that is the engine's to say."""
        if self._teller is None or not isinstance(answer, Mapping):
            return None
        try:
            return self._teller.told(tweet if answer is tweet.data else replace(tweet, data=answer), now)
        except TocsinError:
            raise
        except Exception:  # noqa: BLE001 - the engine meets it again, and the pipeline says so of this tweet alone
            return None

    def _tweets(self, block: Block) -> Iterator[Tweet]:
        """Yield the tweets to be looked at, and note the lines that are none."""
        now = self._clock.now()
        lines = block.lines
        for begin, end in self._places_to_read(block):
            read = tweet_from_line(lines[begin:end], source="match", received_at=now)
            match read:
                case Received(tweet):
                    yield tweet
                case Malformed(reason):
                    self._note(reason, lines.count(b"\n", 0, begin))
                case Unrecognised():
                    continue
                case _:
                    assert_never(read)

    def _places_to_read(self, block: Block) -> Iterator[tuple[int, int]]:
        if self._prescan is None or block.begins_at < _ALWAYS_READ_BYTES:
            return _all_lines(block.lines)
        return self._prescan.lines(block.lines)

    def _say(self, step: Step) -> None:
        self._held |= step.state
        said = self._found_so_far
        for alert in step.alerts:
            said.append(Said(alert.id, as_json_line(self._line(alert))))
        for alert in step.shadowed:
            said.append(Said(alert.id, as_json_line({**self._line(alert), "stage": "shadow"}), is_shadow=True))
        for entry in step.entries:
            if isinstance(entry, Failed):
                self._note(failure_text(entry.tweet_id, entry.rule_id, entry.error))
            elif isinstance(entry, Unusable):
                self._note(entry.reason)

    def _line(self, alert: Alert) -> dict[str, object]:
        line = {**as_line(alert), "proof": self._proof(alert)}
        if self._limited:
            since = None if alert.held_since is None else instant_text(alert.held_since)
            line |= {"held_back": alert.held_back, "held_since": since, "folded": list(alert.folded)}
        return line

    def _proof(self, alert: Alert) -> list[dict[str, Any]]:
        """Return the leaves that made the rule true of the alert's tweet, as objects; a digest has no proof."""
        if alert.folded:
            return []
        leaves = self._plan.provers.of(self._plan.rules[alert.rule_id]).explain(Facts(alert.tweet.data)).leaves
        return [leaf_as_json(leaf, self._places, with_values=False) for leaf in leaves]

    def _note(self, text: str, line: int | None = None) -> None:
        self._found_so_far.append(Note(text, line))

    def _note_failure(self, failure: PluginFailed) -> None:
        self._note(f"plugin {failure.plugin}: {failure.error}")

    def _note_faults(self) -> None:
        for failure in self._faults.taken(self._clock.now()):
            self._note(f"plugin {failure.plugin}: {failure.hook} {failure.error}")


def as_line(alert: Alert) -> dict[str, object]:
    """Return what is printed of an alert."""
    return {
        "rule": alert.rule_id,
        "tweet_id": alert.tweet.id,
        "key": alert.key,
        "at": instant_text(alert.at),
        "severity": alert.severity.value,
        "title": alert.title.plain(),
        "because": list(alert.because),
    }


def _all_lines(lines: bytes) -> Iterator[tuple[int, int]]:
    """Yield from where to where each line goes that isn't blank."""
    begin = 0
    while begin < len(lines):
        end = lines.find(b"\n", begin) + 1 or len(lines)
        if not lines[begin:end].isspace():
            yield begin, end
        begin = end


def _line_count(lines: bytes) -> int:
    return lines.count(b"\n") + (not lines.endswith(b"\n"))
