"""A stream of believable tweets: chatter, and stories that flare up and die down. The same seed, the same tweets.

Only `created_at` depends on anything else. Stories run by the number of tweets, not by time, so that they are as dense
at any rate: the first six begin within the first hundred tweets, and each comes again every few hundred or thousand.
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Any, Final

from tocsin.simulator import vocabulary
from tocsin.simulator.cast import PEOPLE, PLAYERS, Account, people_of
from tocsin.simulator.stories import STORIES, Line, Story
from tocsin.simulator.subscriptions import Post

_FIRST_TWEET: Final = 1_886_493_083_207_827_456
_FIRST_STARTS: Final = (3, 14, 29, 47, 66, 88)
_PEAK: Final = 40
"""After so many tweets of the stream a story is at its height."""

_OVER: Final = 9 * _PEAK
_SHARE_OF_ONE: Final = 0.25
_SHARE_OF_ALL: Final = 0.4
"""How much of the stream a story takes at its height, and all of them together."""

_PAUSE: Final = (400, 1_600)
_CROWD: Final = 0.5
_RETWEETS: Final = 0.16
_REPLIES: Final = 0.14
_MARKET: Final = 0.03
_TAGGED: Final = 0.25
_WITH_EMOJI: Final = 0.3
_WITH_LINK: Final = 0.12
_CODE: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_REMEMBERED: Final = 50


@dataclass(slots=True)
class _Flare:
    """One occurrence of a story."""

    story: Story
    began: int
    choices: dict[str, str]
    scenes: Iterator[Line]

    def heat(self, now: int) -> float:
        """Return how much it is talked about, from 0 to 1."""
        age = (now - self.began) / _PEAK
        return age * math.exp(1 - age)


@dataclass(slots=True)
class _Spreading:
    """A tweet that will come again with more retweets."""

    data: dict[str, Any]
    lang: str
    left: int
    due: int


class TweetGenerator:
    """An endless stream of tweets in the specification's shape, which has no language; `with_lang` adds it."""

    def __init__(self, seed: int = 1, *, with_lang: bool = False) -> None:
        self._with_lang = with_lang
        self._rng = Random(seed)
        self._count = 0
        self._flares: list[_Flare] = []
        self._spreading: list[_Spreading] = []
        self._id = _FIRST_TWEET + self._rng.randrange(10**12)
        self._starts: dict[str, int] = dict(zip((story.name for story in STORIES), _FIRST_STARTS, strict=True))
        self._recent: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._languages = tuple(vocabulary.LANGUAGES)
        self._language_weights = tuple(accumulate(vocabulary.LANGUAGES.values()))

    def next(self, now: datetime) -> Post:
        """Return the next tweet, written `now` (aware, UTC)."""
        self._count += 1
        again = self._again()
        if again is not None:
            return again
        begins = self._begin_stories()
        flare = begins or self._hot_flare()
        tweet, lang = self._of_story(flare, now) if flare else self._chatter(now)
        return Post.of(tweet, lang=lang)

    def _begin_stories(self) -> _Flare | None:
        self._flares = [flare for flare in self._flares if self._count - flare.began < _OVER]
        for story in STORIES:
            if self._starts[story.name] == self._count:
                self._starts[story.name] += _OVER + self._rng.randint(*_PAUSE)
                flare = _Flare(story, self._count, story.cast_choices(self._rng), iter(story.scenes))
                self._flares.append(flare)
                return flare
            if self._starts[story.name] < self._count:
                self._starts[story.name] = self._count + 1  # another one began at the very same tweet
        return None

    def _hot_flare(self) -> _Flare | None:
        heats = [flare.heat(self._count) for flare in self._flares]
        # However much happens, most of the stream is about something else.
        if not heats or self._rng.random() > min(_SHARE_OF_ONE * sum(heats), _SHARE_OF_ALL):
            return None
        return self._rng.choices(self._flares, weights=[heat + 1e-9 for heat in heats])[0]

    def _of_story(self, flare: _Flare, now: datetime) -> tuple[dict[str, Any], str]:
        # Scenes are told in order; the crowd talks in between.
        told = None if flare.began != self._count and self._rng.random() < _CROWD else next(flare.scenes, None)
        line = told or self._rng.choice(flare.story.crowd)
        author = PLAYERS[line.author] if line.author != "*" else self._rng.choice(people_of(line.lang))
        text = line.text.format_map(flare.choices)
        if line.author == "*" and told is None:
            text = self._decorated(text, tags=())
        tweet = self._tweet(author, text, line.lang, now, at_least=line.retweets)
        if line.echoes:
            self._spreading.append(_Spreading(tweet, line.lang, line.echoes, self._count + self._rng.randint(4, 12)))
        return tweet, line.lang

    def _again(self) -> Post | None:
        for spreading in self._spreading:
            if spreading.due <= self._count:
                retweets = spreading.data["metrics"]["retweets"]
                metrics = self._metrics(int(retweets * self._rng.uniform(1.3, 2.2)) + 1)
                spreading.data = spreading.data | {"metrics": metrics}
                spreading.left -= 1
                spreading.due += self._rng.randint(6, 25)
                if not spreading.left:
                    self._spreading.remove(spreading)
                return Post.of(spreading.data, lang=spreading.lang)
        return None

    def _chatter(self, now: datetime) -> tuple[dict[str, Any], str]:
        kind = self._rng.random()
        if self._recent and kind < _RETWEETS:
            return self._retweet(now)
        lang = self._rng.choices(self._languages, cum_weights=self._language_weights)[0]
        if self._recent and kind < _RETWEETS + _REPLIES:
            return self._reply(lang, now)
        if kind < _RETWEETS + _REPLIES + _MARKET:
            lang, template = "en", self._rng.choice(vocabulary.MARKET_CHATTER)
        else:
            template = self._rng.choice(vocabulary.SENTENCES[lang])
        text = template.format(
            place=self._rng.choice(vocabulary.PLACES[lang]),
            thing=self._rng.choice(vocabulary.THINGS.get(lang, ("",))),
            number=self._rng.randint(2, 48),
            cash=self._rng.choice(vocabulary.CASHTAGS),
        )
        return self._tweet(self._somebody(lang), self._decorated(text, tags=vocabulary.TAGS), lang, now), lang

    def _retweet(self, now: datetime) -> tuple[dict[str, Any], str]:
        original = self._rng.choice(self._recent)
        lang = original["_lang"]
        text = f"RT @{original['username']}: {original['text']}"
        return self._tweet(self._somebody(lang), text, lang, now, remember=False), lang

    def _reply(self, lang: str, now: datetime) -> tuple[dict[str, Any], str]:
        original = self._rng.choice(self._recent)
        lang = lang if lang in vocabulary.REPLIES else "en"
        text = f"@{original['username']} {self._rng.choice(vocabulary.REPLIES[lang])}"
        return self._tweet(self._somebody(lang), text, lang, now, remember=False), lang

    def _somebody(self, lang: str) -> Account:
        """Return who speaks: the first of a language speak most."""
        known = people_of(lang) or PEOPLE
        return known[self._zipf(len(known))]

    def _decorated(self, text: str, *, tags: tuple[str, ...]) -> str:
        if tags and self._rng.random() < _TAGGED:
            text += " " + tags[self._zipf(len(tags))]
        if self._rng.random() < _WITH_EMOJI:
            text += " " + vocabulary.EMOJI[self._zipf(len(vocabulary.EMOJI))] * self._rng.randint(1, 2)
        if tags and self._rng.random() < _WITH_LINK:
            code = "".join(self._rng.choices(_CODE, k=10))
            text += " " + self._rng.choice(vocabulary.LINKS).format(code=code)
        return text

    def _tweet(
        self, author: Account, text: str, lang: str, now: datetime, *, at_least: int = 0, remember: bool = True
    ) -> dict[str, Any]:
        self._id += self._rng.randint(1, 2**22)
        spread = int(self._rng.paretovariate(0.9)) - 1
        tweet: dict[str, Any] = {
            "id": str(self._id),
            "text": text,
            "user": author.json(),
            "created_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "metrics": self._metrics(at_least + min(spread, 5 if at_least == 0 else at_least)),
        }
        if self._with_lang:
            tweet["lang"] = lang
        if remember:
            self._recent.append({"username": author.username, "text": text, "_lang": lang})
        return tweet

    def _metrics(self, retweets: int) -> dict[str, int]:
        return {
            "retweets": retweets,
            "likes": int(retweets * self._rng.uniform(1.5, 6)) + self._rng.randint(0, 4),
            "replies": int(retweets * self._rng.uniform(0.1, 0.6)) + self._rng.randint(0, 2),
        }

    def _zipf(self, count: int) -> int:
        """Return a place from 0 to `count` - 1; each is about half as likely as the one at half its rank."""
        return min(int(count ** self._rng.random()) - 1, count - 1) if count > 1 else 0
