"""Tweets and rules to measure with. The same seed, the same words, tweets and rules on any machine."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any, Final

_SYLLABLES: Final = [first + vowel for first in "bcdfghjklmnprstvwz" for vowel in ("a", "e", "i", "o", "u", "an", "er")]
_OTHER_SCRIPTS: Final = ("速報です", "今日は", "عاجل", "ข่าวด่วน", "новости", "été", "größe", "İstanbul", "🔥", "한국")
_WORDS: Final = 100_000
_COMMON: Final = 100
"""Words before this rank are in so many tweets that nobody writes a rule about them alone."""

_LANGUAGES: Final = (("en", 40), ("ja", 14), ("es", 10), ("pt", 7), ("ar", 6), ("th", 5), ("fr", 4), ("de", 3))


@dataclass(frozen=True, slots=True)
class Workload:
    """Conditions as JSON, and tweets as the stream sends them: the JSON text of their data."""

    conditions: Sequence[Any]
    lines: Sequence[bytes]

    def tweets(self) -> list[dict[str, Any]]:
        """Return the tweets decoded."""
        return [json.loads(line) for line in self.lines]


@lru_cache(maxsize=1)
def _vocabulary(seed: int) -> tuple[str, ...]:
    """Return made-up words, the most common and shortest first."""
    rng = Random(seed)
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        words["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4)))] = None
    return tuple(sorted(words, key=lambda word: (len(word), word)))


class Writer:
    """Writes tweets and rules over one vocabulary, whose words are as unevenly spread as those of a language."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)
        self._words = _vocabulary(seed)
        self._weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))

    def tweet(self) -> bytes:
        """Return one tweet of about 110 characters, its text now and then in other scripts, with tags and a link."""
        rng = self._rng
        words = rng.choices(self._words, cum_weights=self._weights, k=rng.randint(8, 22))
        words[0] = words[0].capitalize()
        if rng.random() < 0.3:
            words.append(f"#{self._rare()}")
        if rng.random() < 0.2:
            words.insert(0, f"@user{rng.randrange(5000)}")
        if rng.random() < 0.25:
            words.insert(rng.randrange(len(words)), rng.choice(_OTHER_SCRIPTS))
        if rng.random() < 0.2:
            words.append(f"https://t.co/{rng.getrandbits(40):x}")
        likes = int(rng.paretovariate(0.6)) - 1
        data = {
            "id": str(rng.getrandbits(60)),
            "text": " ".join(words),
            "lang": rng.choices([name for name, _ in _LANGUAGES], [share for _, share in _LANGUAGES])[0],
            "user": {
                "id": "1",
                "username": f"User{rng.randrange(5000)}",
                "followers": int(rng.paretovariate(0.4) * 50),
            },
            "metrics": {"likes": likes, "retweets": likes // 4, "replies": likes // 9},
        }
        return json.dumps(data, ensure_ascii=False).encode()

    def condition(self) -> Any:
        """Return a condition as people write them, in the words of this program."""
        rng = self._rng
        word = {"word": [self._phrase() for _ in range(rng.randint(1, 5))]}
        shapes: list[tuple[int, Callable[[], Any]]] = [
            (30, lambda: word),
            (20, lambda: {"and": [{"==": [{"var": "lang"}, rng.choice(_LANGUAGES)[0]]}, word]}),
            (12, lambda: {"all_words": [self._rare(), self._common()]}),
            (12, lambda: {"and": [word, {">": [{"var": "metrics.likes"}, rng.randrange(500)]}, {"!": {"word": "rt"}}]}),
            (10, lambda: {"from": [f"user{rng.randrange(5000)}" for _ in range(rng.randint(1, 3))]}),
            (6, lambda: {"hashtag": self._rare()}),
            (5, lambda: {"contains": f"{self._rare()} {self._rare()}"}),
            (3, lambda: {"and": [word, {"matches": rf"\b{self._rare()}\w*"}]}),
            (2, lambda: {"or": [word, {"and": [{"hashtag": self._rare()}, {"from": "user7"}]}]}),
        ]
        return rng.choices([shape for _, shape in shapes], [share for share, _ in shapes])[0]()

    def condition_without_terms(self) -> Any:
        """Return a condition without a word to look for: a regular expression, a sum, or nothing but negations."""
        rng = self._rng
        return rng.choice(
            [
                {"matches": rf"{self._rare()}\d+"},
                {"and": [{"!": {"word": self._common()}}, {"!=": [{"var": "lang"}, "en"]}]},
                {">": [{"+": [{"var": "metrics.likes"}, {"var": "metrics.retweets"}]}, 50_000]},
            ]
        )

    def condition_to_compute(self) -> Any:
        """Return a condition that nothing is necessary for which could be looked up, nor excludes it."""
        rng = self._rng
        likes = {"var": "metrics.likes"}
        return rng.choice(
            [
                {"==": [{"%": [likes, rng.randrange(100, 10_000)]}, 1]},
                {">": [{"*": [likes, rng.randrange(1, 1_000)]}, {"+": [{"var": "user.followers"}, 10**7]}]},
                {"matches": rf"\d{{{rng.randrange(3, 30)}}}"},
            ]
        )

    def negation(self) -> Any:
        """Return a condition that has to be evaluated for every tweet."""
        return {"and": [{"!": {"word": self._common()}}, {"!=": [{"var": "lang"}, "en"]}]}

    def standard_condition(self) -> Any:
        """Return a condition in JSON-logic without additions, which other evaluators understand too."""
        rng = self._rng
        found: list[Any] = [{"in": [self._rare(), {"var": "text"}]}]
        if rng.random() < 0.4:
            found.append({">": [{"var": "metrics.likes"}, rng.randrange(500)]})
        if rng.random() < 0.3:
            found.append({"==": [{"var": "lang"}, rng.choice(_LANGUAGES)[0]]})
        if rng.random() < 0.3:
            found.append({"!": [{"==": [{"var": "user.username"}, f"User{rng.randrange(5000)}"]}]})
        if rng.random() < 0.2:
            found[0] = {"or": [found[0], {"in": [self._rare(), {"var": "text"}]}]}
        return {"and": found}

    def word(self, rank: int | None = None) -> str:
        """Return a word: the one of a rank, 0 being the most common, or any that is rare."""
        return self._rare() if rank is None else self._words[rank]

    def _common(self) -> str:
        return self._words[self._rng.randrange(_COMMON)]

    def _rare(self) -> str:
        return self._words[self._rng.randrange(_COMMON, _WORDS)]

    def _phrase(self) -> str:
        shape = self._rng.random()
        if shape < 0.003:
            return self._rng.choice(_OTHER_SCRIPTS)
        return f"{self._rare()} {self._common()}" if shape < 0.3 else self._rare()


_ONE_WITHOUT_TERMS_IN: Final = 1000
_SEED: Final = 1


def own_workload(rules: int, tweets: int) -> Workload:
    """Return rules in the words of this program, one in a thousand of them without a term to look up, and tweets."""
    writer = Writer(_SEED)
    lines = [writer.tweet() for _ in range(tweets)]
    conditions = [
        writer.condition() if number % _ONE_WITHOUT_TERMS_IN else writer.condition_without_terms()
        for number in range(rules)
    ]
    return Workload(conditions, lines)


def growing_workload(rules: int, tweets: int) -> Workload:
    """Return 1,000 rules, as many more that no tweet makes true, and tweets: what rules cost beyond their matches."""
    writer = Writer(_SEED)
    lines = [writer.tweet() for _ in range(tweets)]
    # No word of the vocabulary has a q in it.
    silent = [{"word": [f"{writer.word()}q", f"{writer.word()} {writer.word()}q"]} for _ in range(rules - 1000)]
    return Workload([*(writer.condition() for _ in range(1000)), *silent], lines)


def standard_workload(rules: int, tweets: int) -> Workload:
    """Return rules that any evaluator of JSON-logic understands, and tweets."""
    writer = Writer(_SEED)
    lines = [writer.tweet() for _ in range(tweets)]
    return Workload([writer.standard_condition() for _ in range(rules)], lines)


def worst_workloads(rules: int, tweets: int, without_terms: int = 1_000) -> dict[str, Workload]:
    """Return, by name, what indexes are bad at; the names say what and how much.

    `without_terms` rules are such that an index can't do anything about them.
    """
    writer = Writer(_SEED)
    lines = [writer.tweet() for _ in range(tweets)]
    common = writer.word(rank=0)
    shared = {"and": [{"word": common}, {"==": [{"var": "lang"}, "xx"]}]}
    some = max(rules // 10, 1)
    # A condition has at most 10,000 parts, and each alternative is two.
    listed, either = min(rules, 9_900), min(rules, 4_900)
    long = json.dumps(
        {"id": "1", "text": " ".join(writer.word() for _ in range(10_000))[:65_536], "lang": "en"}
    ).encode()
    return {
        "one rule, its only term in most tweets": Workload([{"word": common}], lines),
        f"{rules:,} rules, all with the same common word": Workload([shared] * rules, lines[:20]),
        f"{some:,} rules of nothing but negations": Workload([writer.negation() for _ in range(some)], lines[:20]),
        f"{some:,} rules without a word to look for": Workload(
            [writer.condition_without_terms() for _ in range(some)], lines[:20]
        ),
        f"{without_terms:,} rules that all have to be computed": Workload(
            [writer.condition_to_compute() for _ in range(without_terms)], lines[:20]
        ),
        f"a word list of {listed:,}": Workload([{"word": [writer.word() for _ in range(listed)]}], lines),
        f"an or of {either:,} words": Workload([{"or": [{"word": writer.word()} for _ in range(either)]}], lines),
        f"64 KiB of text, {rules:,} rules": Workload([writer.condition() for _ in range(rules)], [long]),
    }
