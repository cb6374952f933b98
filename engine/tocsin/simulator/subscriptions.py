"""What a client subscribed to, and whether a tweet is part of it.

Where the specification leaves the meaning open, this is the stand-in's reading: subscriptions are a union; the fields
of one are ANDed, the values of a list ORed. A keyword is compared without regard to case, a single word with whole
tokens, `#tags` and `@names`, several words with tokens that follow one another.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

_FIELDS: Final = ("keywords", "users", "language", "min_retweets")
_MAX_SUBSCRIPTIONS: Final = 1_000
_MAX_VALUES: Final = 1_000

# Python's \w leaves out combining marks, and so would cut Thai and Hindi words at their vowels.
_MARKS: Final = "".join(
    f"{chr(first)}-{chr(last)}" for first, last in ((0x300, 0x36F), (0x900, 0xDFF), (0xE30, 0xEFF), (0x1000, 0x109F))
)
_TOKEN: Final = re.compile(rf"([#@$]?)([\w{_MARKS}]+)")


@dataclass(frozen=True, slots=True)
class BadFilter:
    """Filters that can't be read, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as it is compared: `sigil` is `#`, `@`, `$` or empty; of a phrase, `spaced` holds ` one two `."""

    text: str
    sigil: str
    spaced: str

    @classmethod
    def of(cls, text: str) -> "Keyword":
        """Return the keyword that a client wrote."""
        tokens = _TOKEN.findall(_fold(text))
        if not tokens:
            return cls(_fold(text), "", "")
        sigil = tokens[0][0] if len(tokens) == 1 else ""
        return cls("".join(tokens[0]) if len(tokens) == 1 else _fold(text), sigil, _spaced(word for _, word in tokens))

    def is_in(self, post: "Post") -> bool:
        """Return whether a tweet has it. What holds no word at all, an emoji say, is looked for anywhere."""
        if self.sigil:
            return self.text in post.tags
        return self.spaced in post.spaced if self.spaced else self.text in post.folded


@dataclass(frozen=True, slots=True)
class Post:
    """A tweet, and the forms in which filters look at it: made once, however many clients there are.

    `lang` is what the server knows of the language, whether or not the tweet says so.
    """

    id: str
    data: Mapping[str, Any]
    folded: str
    spaced: str
    tags: frozenset[str]
    author: frozenset[str]
    lang: str
    retweets: float

    @classmethod
    def of(cls, data: Mapping[str, Any], *, lang: str | None = None) -> "Post":
        """Return a tweet in the specification's shape, ready to be filtered; missing fields match nothing."""
        folded = _fold(data["text"]) if isinstance(data.get("text"), str) else ""
        tokens = _TOKEN.findall(folded)
        user = data["user"] if isinstance(data.get("user"), dict) else {}
        metrics = data["metrics"] if isinstance(data.get("metrics"), dict) else {}
        retweets = metrics.get("retweets")
        return cls(
            id=str(data.get("id", "")),
            data=data,
            folded=folded,
            spaced=_spaced(word for _, word in tokens),
            tags=frozenset(sigil + word for sigil, word in tokens if sigil),
            author=frozenset(str(user[name]).casefold() for name in ("id", "username") if name in user),
            lang=str(lang or data.get("lang") or "").casefold(),
            retweets=retweets if isinstance(retweets, int | float) else 0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One subscription: empty fields let everything through."""

    keywords: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    language: str | None = None
    min_retweets: int | None = None

    def without(self, values: "Filter") -> "Filter":
        """Return it with the values of another taken out."""
        return Filter(
            keywords=tuple(each for each in self.keywords if each not in values.keywords),
            users=tuple(each for each in self.users if each not in values.users),
            language=None if self.language == values.language else self.language,
            min_retweets=None if self.min_retweets == values.min_retweets else self.min_retweets,
        )


EVERYTHING: Final = Filter()


def read_filter(filters: Any) -> Filter | BadFilter:
    """Return the filter that a message holds; `{}`, null and empty lists stand for everything."""
    if filters is None:
        return EVERYTHING
    if not isinstance(filters, dict):
        return BadFilter("filters must be an object")
    unknown = [name for name in filters if name not in _FIELDS]
    if unknown:
        return BadFilter(f"unknown filter {unknown[0][:40]!r}: there are {', '.join(_FIELDS)}")
    keywords = _words(filters, "keywords")
    users = _words(filters, "users")
    if isinstance(keywords, BadFilter):
        return keywords
    if isinstance(users, BadFilter):
        return users
    read = Filter(
        keywords=tuple(dict.fromkeys(_fold(each) for each in keywords)),
        users=tuple(dict.fromkeys(each.removeprefix("@").casefold() for each in users)),
    )
    return _with_scalars(read, filters.get("language"), filters.get("min_retweets"))


class Subscriptions:
    """All that one client asked for. Without any subscription, nothing is sent."""

    def __init__(self) -> None:
        self._compiled: dict[Filter, tuple[Keyword, ...]] = {}

    def __iter__(self) -> Iterator[Filter]:
        return iter(self._compiled)

    def __bool__(self) -> bool:
        return bool(self._compiled)

    def add(self, wanted: Filter) -> BadFilter | None:
        """Add a subscription; one that is there already changes nothing."""
        if len(self._compiled) >= _MAX_SUBSCRIPTIONS:
            return BadFilter(f"more than {_MAX_SUBSCRIPTIONS} subscriptions")
        self._compiled[wanted] = tuple(Keyword.of(each) for each in wanted.keywords)
        return None

    def remove(self, values: Filter) -> None:
        """Take values out of every subscription; one that is left with none goes away. `{}` takes out `{}`."""
        kept = self._compiled
        self._compiled = {}
        for each in kept:
            rest = each if each == EVERYTHING else each.without(values)
            if rest != EVERYTHING or (each == EVERYTHING and values != EVERYTHING):
                self.add(rest)

    def include(self, post: Post) -> bool:
        """Return whether any subscription asks for this tweet."""
        return any(_passes(post, each, keywords) for each, keywords in self._compiled.items())


def _passes(post: Post, wanted: Filter, keywords: tuple[Keyword, ...]) -> bool:
    return (
        (wanted.min_retweets is None or post.retweets >= wanted.min_retweets)
        and (wanted.language is None or post.lang.partition("-")[0] == wanted.language.partition("-")[0])
        and (not wanted.users or not post.author.isdisjoint(wanted.users))
        and (not keywords or any(each.is_in(post) for each in keywords))
    )


def _words(filters: Mapping[str, Any], name: str) -> list[str] | BadFilter:
    values = filters.get(name)
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
        return BadFilter(f"{name} must be a list of texts that aren't empty")
    if len(values) > _MAX_VALUES:
        return BadFilter(f"{name} may hold {_MAX_VALUES} values")
    return [each.strip() for each in values]


def _with_scalars(read: Filter, language: Any, min_retweets: Any) -> Filter | BadFilter:
    if language is not None and not (isinstance(language, str) and language.strip()):
        return BadFilter("language must be a text such as en")
    if min_retweets is not None and (isinstance(min_retweets, bool) or not isinstance(min_retweets, int)):
        return BadFilter("min_retweets must be a whole number")
    if min_retweets is not None and min_retweets < 0:
        return BadFilter("min_retweets must not be negative")
    # A minimum of 0 asks for nothing, so it is no value that could be left over.
    return replace(read, language=language.strip().casefold() if language else None, min_retweets=min_retweets or None)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _spaced(words: Iterator[str]) -> str:
    joined = " ".join(words)
    return f" {joined} " if joined else ""
