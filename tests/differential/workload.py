"""Rules and tweets for the long run: those of the benchmark, and among them what an index could lose.

The hostile ones are put together from few pieces, in patterns and texts alike, so that they meet.
"""

import json
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from tests.property.wild import PIECES, Wild
from tocsin.bench.workload import Writer

MACROS: Final = {
    "organic": {"!": {"starts_with": "RT @"}},
    "coins": {"word": [{"list": "coins"}]},
    "loud": {"and": [{"macro": "coins"}, {">": [{"var": "metrics.likes"}, 1]}]},
}
LISTS: Final = {"coins": ("btc", "#btc", "速報", "ss", "moon hacked"), "names": ("ann", "@ann", "i̇")}
EXPRESSIONS: Final = (
    "btc+", "^hacked?", r"\bbtc\b", "moon|hack", "ha[ck]+ed", r"hack\w*", r"(ha)?cked", "hac.ed", r"a\.b", "[^a-z]btc",
    "BTC$", "ßtraß", "J̌ab", "速報", r"moo\pLn", r"(?i)btc\s", r"\Aa", "é|É",
)  # fmt: skip
_TEXT: Final = ("word", "word", "word", "all_words", "contains", "contains", "starts_with", "ends_with")
_NAMES: Final = ("hashtag", "mention", "cashtag", "from")
_SUBJECTS: Final = ("text", "text", "user.name", "user.username", "lang", "source", "hashtags", "entities.hashtags")
_ADDRESSES: Final = (
    "t.co",
    "example.com",
    "https://example.com/a",
    "news.example.com",
    "EXAMPLE.COM/a?b",
    "co",
    "t.co/1",
)
_NUMBERS: Final = ("metrics.likes", "metrics.retweets", "metrics.replies")
_EVERYWHERE: Final = 0.001
"""The share of rules without a term to look up, which are true of tweets by the thousand."""


def rules(seed: int, count: int) -> list[Any]:
    """Return conditions, the same ones for the same numbers."""
    author = Author(seed)
    return [author.condition() for _ in range(count)]


def tweets(seed: int, number: int, count: int) -> list[dict[str, Any]]:
    """Return tweets, the same ones for the same numbers: a lot of them, and the number of the lot."""
    crowd = Crowd(seed, number)
    return [crowd.tweet() for _ in range(count)]


class Author:
    """Writes conditions."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"{seed}/rules")
        self._usual = _writer(seed, "rules")
        # What takes the oracle an evaluation for each distinct value comes of a stock, so that most is known already.
        self._stock = [make() for make in (self._sum, self._value, self._value, self._listed) for _ in range(40)]

    def condition(self) -> Any:
        """Return a condition: mostly a usual one, every fifth of shapes of the whole language."""
        kind = self._rng.random()
        if kind < 0.7:
            return self._usual.condition()
        if kind < 0.8:
            return self._usual.standard_condition()
        if kind < 0.8 + _EVERYWHERE:
            return self._rng.choice((self._usual.negation, self._usual.condition_without_terms, self._anything))()
        if kind < 0.9:
            return self._search()
        return {"and": self._shuffled([self._search(), self._anything()])}

    def _anything(self, depth: int = 2) -> Any:
        rng = self._rng
        if depth == 0 or rng.random() < 0.3:
            return self._leaf()
        inner = [self._anything(depth - 1) for _ in range(rng.randint(1, 5))]
        return rng.choice(
            (
                {"and": inner[:3]}, {"or": inner[:3]}, {"!": inner[:1]}, {"not": inner[0]}, {"!!": inner[:1]},
                {"if": inner}, {"?:": (inner * 3)[:3]},
            )
        )  # fmt: skip

    def _leaf(self) -> Any:
        rng = self._rng
        return rng.choice((self._search, self._search, self._number, self._stocked))()

    def _search(self) -> Any:
        rng = self._rng
        shape = rng.random()
        if shape < 0.6:
            subject = [self._variable(_SUBJECTS)] if rng.random() < 0.3 else []
            patterns: list[Any] = [self._pattern() for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.05:
                patterns.append({"list": rng.choice(sorted(LISTS))})
            return {rng.choice(_TEXT): [*subject, *patterns]}
        if shape < 0.7:
            return {rng.choice(_NAMES): [self._word(), rng.choice(("btc", "#btc", "@ann", "ANN", "$TSLA", "速報"))]}
        if shape < 0.75:
            return {"link": rng.sample(_ADDRESSES, 2)}
        if shape < 0.85:
            return {"in": [self._pattern(), self._variable(("text", "text", "user.name", "hashtags", "lang"))]}
        if shape < 0.9:
            return rng.choice(({"macro": "loud"}, {"macro": "coins"}, {"shouted": [self._pattern(), {"var": "text"}]}))
        # Many of these have no term: they come with one, or each tweet would be held against all of them.
        hard = rng.choice(
            (
                {"matches": rng.choice((*EXPRESSIONS, rf"\b{self._usual.word()}\w*", f"{self._usual.word()}s?"))},
                {"either": [self._word(), self._word(), {"var": "text"}]},
            )
        )
        return {"and": [{"==": [{"var": "lang"}, rng.choice(("fr", "th", "de"))]}, hard]}

    def _stocked(self) -> Any:
        return self._rng.choice(self._stock)

    def _number(self) -> Any:
        rng = self._rng
        field = self._variable(_NUMBERS)
        sides = self._shuffled([field, rng.choice((rng.randrange(10), rng.randrange(5000)))])
        return rng.choice(
            (
                {rng.choice(("<", "<=", ">", ">=", "gt", "gte", "lt", "lte")): sides},
                {rng.choice(("==", "!=", "===", "!==")): sides},
                {"between": [rng.randrange(100), field, rng.randrange(5000)]},
            )
        )

    def _sum(self) -> Any:
        rng = self._rng
        field = self._variable(_NUMBERS)
        several = {"+": [{"var": name} for name in rng.choices(_NUMBERS, k=rng.randint(1, 3))] + [rng.randrange(3)]}
        sides = self._shuffled([field, rng.choice((0.5, 12.5, 1e300, 2**70, -1))])
        return rng.choice(
            (
                {">": [several, rng.randrange(10_000)]}, {"<=": [rng.randrange(1000), several]},
                {rng.choice(("<", "<=", ">", ">=", "==")): sides},
                {">": [{"*": [field, 2]}, rng.randrange(9000)]}, {"==": [{"%": [field, 7]}, 3]},
            )
        )  # fmt: skip

    def _value(self) -> Any:
        rng = self._rng
        fields = ("lang", "user.username", "source", "metrics.likes", "absent", "is_retweet", "user.verified")
        constants = ("en", "ja", "None", "True", "1", "5.0", 1, 5.0, 0, None, True, False, "user7", "")
        op = rng.choice(("==", "!=", "===", "!==", "eq", "ne"))
        return rng.choice(
            (
                {op: self._shuffled([self._variable(fields), rng.choice(constants)])},
                {"in": [self._variable(fields), rng.sample(constants, rng.randrange(4))]},
                self._variable(fields), {"missing": [rng.choice(fields)]}, {"macro": "organic"},
                {"and": [{"macro": "organic"}, self._variable(fields)]},
            )
        )  # fmt: skip

    def _listed(self) -> Any:
        rng = self._rng
        items = self._variable(("hashtags", "mentions", "links", "entities.hashtags", "media"))
        body = rng.choice(
            ({"==": [{"var": ""}, rng.choice(("btc", "ann", "速報"))]}, {"in": ["a", {"var": ""}]}, {"var": "type"})
        )
        return {rng.choice(("some", "all", "none")): [items, body]}

    def _variable(self, names: Sequence[str]) -> Any:
        name = self._rng.choice(names)
        default = self._rng.choice(("btc", "en", 5, "", None)) if name not in _NUMBERS else self._rng.choice((0, 7))
        return {"var": name if self._rng.random() < 0.85 else [name, default]}

    def _word(self) -> str:
        return self._usual.word() if self._rng.random() < 0.7 else self._pattern()

    def _pattern(self) -> str:
        # What is shorter occurs in most texts, and is rarely anybody's pattern.
        least = 3 if self._rng.random() < 0.95 else 1
        while len((pattern := "".join(self._rng.choices(PIECES, k=self._rng.randint(1, 3)))).strip()) < least:
            pass
        return pattern

    def _shuffled(self, items: list[Any]) -> list[Any]:
        self._rng.shuffle(items)
        return items


def _writer(seed: int, what: str) -> Writer:
    """Return a writer in the words of a seed, which others of that seed use as well, that writes things of its own."""
    writer = Writer(seed)
    writer._rng = Random(f"{seed}/{what}")
    return writer


class Crowd:
    """Writes tweets: the benchmark's, some with hostile pieces in their text, some of another shape altogether."""

    def __init__(self, seed: int, number: int) -> None:
        self._rng = Random(f"{seed}/{number}")
        self._usual = _writer(seed, f"tweets {number}")
        self._wild = Wild(self._rng.randrange(2**32))

    def tweet(self) -> dict[str, Any]:
        """Return the data of one tweet."""
        rng = self._rng
        if rng.random() < 0.02:
            return self._wild.tweet()
        tweet: dict[str, Any] = json.loads(self._usual.tweet())
        kind = rng.random()
        if kind < 0.2:
            tweet["text"] = self._with_pieces(tweet["text"])
        elif kind < 0.24:
            tweet["text"] = "RT @ann: " + tweet["text"]
        if rng.random() < 0.1:
            tweet["entities"] = {
                name: [self._piece() for _ in range(rng.randrange(3))] for name in ("hashtags", "mentions", "urls")
            }
        if rng.random() < 0.05:
            tweet["user"].update(name=self._with_pieces("Ann"), verified=rng.random() < 0.5)
        if rng.random() < 0.02:
            tweet["media"] = [{"type": rng.choice(("photo", "video", None))} for _ in range(rng.randrange(3))]
        if rng.random() < 0.03:
            self._without_something(tweet)
        return tweet

    def _with_pieces(self, text: str) -> str:
        words = text.split(" ")
        for _ in range(self._rng.randint(1, 4)):
            words.insert(self._rng.randrange(len(words) + 1), self._piece())
        return self._rng.choice(("", " ", " ")).join(words)

    def _piece(self) -> str:
        return "".join(self._rng.choices(PIECES, k=self._rng.randint(1, 4)))

    def _without_something(self, tweet: dict[str, Any]) -> None:
        name = self._rng.choice(("text", "lang", "user", "metrics"))
        odd = self._rng.choice((None, "", [], ["btc", "速報", 5], 7, True, {"likes": "5"}))
        if self._rng.random() < 0.4:
            del tweet[name]
        elif isinstance(tweet[name], dict) and self._rng.random() < 0.7:
            tweet[name][self._rng.choice(sorted(tweet[name]))] = odd
        else:
            tweet[name] = odd
