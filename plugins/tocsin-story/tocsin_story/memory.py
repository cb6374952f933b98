"""The stories of late, and which of them a tweet tells."""

from array import array
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from tocsin_story.features import Essence, essence_of

INDEXED: Final = 8
"""Features of a story that it is found by: those with the smallest numbers, which copies have in common as a rule."""

CROWDED: Final = 16
"""Stories found by one feature at the most: what is in more than these, such as "of the", tells none of them."""

TRIED: Final = 8
"""Candidates that are compared in full, those with the most features in common first."""

ACCOUNTS: Final = 10_000
"""Accounts told apart per story; what a story has more are not counted."""

CUT_MIN: Final = 5
"""Features that a text must have at least to count as a cut copy of a longer one."""

CUT_SIMILARITY: Final = 0.7
"""The share of a cut copy's features that the longer text must have."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a story once a tweet has told it: `tweets` and `accounts` count this one too."""

    story: str
    tweets: int
    accounts: int


@dataclass(slots=True)
class _Story:
    id: str
    features: "array[int]"
    numbers: frozenset[str]
    names: frozenset[str]
    seen_at: float
    tweets: int = 0
    accounts: set[str] = field(default_factory=set)

    def is_told_by(self, essence: Essence, features: frozenset[int], similarity: float) -> bool:
        """Whether a text is a copy of the story's first.

        Most of their word pairs must be the same. One that has a number or a name of its own in the place of another
        tells of something else: "Kraken pauses 3 markets" is no copy of "Binance pauses 5 markets".
        """
        if _differ(essence.numbers, self.numbers) or _differ(essence.names, self.names):
            return False
        return _are_alike(features, self.features, similarity)


class StoryMemory:
    """Gives each tweet the story that it tells: the same as an earlier one, or its own.

    A tweet is always compared with the first of a story and never with its copies, so that a story can't drift into
    another. At most `capacity` stories are kept, each for `remember_s` seconds after it was last told.
    """

    def __init__(self, similarity: float, capacity: int, remember_s: float, monotonic: Callable[[], float]) -> None:
        self._similarity = similarity
        self._capacity = capacity
        self._remember_s = remember_s
        self._monotonic = monotonic
        # In the order in which they were last told.
        self._stories: dict[str, _Story] = {}
        self._found_by: dict[int, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._stories)

    def told(self, text: str, account: str) -> Told | None:
        """Return which story a tweet tells; None where links, mentions and emoji are all there is."""
        essence = essence_of(text)
        if not essence.words:
            return None
        now = self._monotonic()
        self._forget(now)
        own, features = _identity(essence.words), essence.features
        story = self._stories.get(own) or self._copied(essence, features) or self._begin(own, essence, features)
        # To the end: it is the one that was told last.
        self._stories[story.id] = self._stories.pop(story.id)
        story.seen_at = now
        story.tweets += 1
        if len(story.accounts) < ACCOUNTS:
            story.accounts.add(account)
        return Told(story.id, story.tweets, len(story.accounts))

    def _copied(self, essence: Essence, features: frozenset[int]) -> _Story | None:
        common: dict[str, int] = {}
        for feature in features:
            for story_id in self._found_by.get(feature, ()):
                common[story_id] = common.get(story_id, 0) + 1
        for story_id in sorted(common, key=lambda story_id: (-common[story_id], story_id))[:TRIED]:
            story = self._stories[story_id]
            if story.is_told_by(essence, features, self._similarity):
                return story
        return None

    def _begin(self, story_id: str, essence: Essence, features: frozenset[int]) -> _Story:
        story = _Story(story_id, array("I", sorted(features)), essence.numbers, essence.names, self._monotonic())
        self._stories[story_id] = story
        for feature in story.features[:INDEXED]:
            known = self._found_by.get(feature, ())
            if len(known) < CROWDED:
                self._found_by[feature] = (*known, story_id)
        self._forget(story.seen_at)
        return story

    def _forget(self, now: float) -> None:
        while self._stories:
            oldest = next(iter(self._stories.values()))
            if len(self._stories) <= self._capacity and now - oldest.seen_at <= self._remember_s:
                return
            del self._stories[oldest.id]
            for feature in oldest.features[:INDEXED]:
                left = tuple(story_id for story_id in self._found_by.get(feature, ()) if story_id != oldest.id)
                if left:
                    self._found_by[feature] = left
                else:
                    self._found_by.pop(feature, None)


def _differ(ours: AbstractSet[str], theirs: AbstractSet[str]) -> bool:
    """Return whether each has something that the other has not; what only one has may have been cut off or added."""
    return not (ours <= theirs or theirs <= ours)


def _are_alike(features: frozenset[int], others: Collection[int], similarity: float) -> bool:
    """Return whether two texts have enough in common, or one is the other, cut off."""
    if not features or not others:
        return False
    common = len(features.intersection(others))
    if common >= similarity * (len(features) + len(others) - common):
        return True
    shorter = min(len(features), len(others))
    return shorter >= CUT_MIN and common >= CUT_SIMILARITY * shorter


def _identity(words: Sequence[str]) -> str:
    return blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
