"""Every operator of X's rules, and what becomes of it: a condition of ours, or the reason why the stream can't tell.

Source: X's "Operators" of the filtered stream and of recent search, version 2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from tocsin.logic.ast import FieldRef

Condition: TypeAlias = bool | str | int | list["Condition"] | dict[str, "Condition"]
"""JSON-logic; a `FieldRef` in it is the `.field` shorthand."""


class BadValue(Exception):
    """The value of an operator is none that X takes, or none that can be told; the message says which are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An operator that the stream's tweets can answer. `note` says where they know less than X does."""

    example: str
    condition: Callable[[str], Condition]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An operator that the stream's tweets can't answer; `reason` is the stable name of the refusal."""

    example: str
    reason: str
    why: str
    hint: str = ""


WORDS: Final = "an underscore joins words here, on X it parts them"
QUOTED: Final = "X also looks into the post that a tweet quotes; the stream carries the tweet alone"
REPLIES: Final = "a reply is told by a text that begins with @name; one that leaves the name out is not seen as a reply"
RETWEETS: Final = "a retweet is told by a text that begins with RT @"
LANGUAGES: Final = "a tweet whose language the stream doesn't give is in no language"
VERIFIED: Final = "an author of whom the stream doesn't say that they are verified is not"
FOLLOWERS: Final = "an author whose numbers the stream doesn't give has none of them"
LINKS: Final = "links are those that the stream names and those in the text; a t.co link is not followed"
MEDIA: Final = "a tweet whose media the stream doesn't give has none"


def _word(value: str) -> Condition:
    return {"word": [value]}


def _account(value: str) -> str:
    name = value.removeprefix("@")
    if not re.fullmatch(r"[A-Za-z0-9_]{1,20}", name):
        raise BadValue("a name has letters, digits and _, up to 20 of them")
    return name


def _named_account(value: str) -> str:
    name = _account(value)
    if name.isdecimal():
        raise BadValue("write the name; the stream gives no number for any account but the author's")
    return name


def _from(value: str) -> Condition:
    name = _account(value)
    if name.isdecimal():
        return {"or": [{"from": [name]}, {"eq": [FieldRef("user.id"), name]}]}
    return {"from": [name]}


def _to(value: str) -> Condition:
    return {"matches": [rf"^@{_named_account(value)}([^\pL\pN\pM_]|$)"]}


def _retweets_of(value: str) -> Condition:
    return {"and": [FieldRef("is_retweet"), {"starts_with": [f"RT @{_named_account(value)}:"]}]}


def _language(value: str) -> Condition:
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:-([A-Za-z]{2}))?", value)
    if found is None:
        raise BadValue("write a code such as en, ja or zh-TW")
    return {"eq": [FieldRef("lang"), found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")]}


def _range(field: str) -> Callable[[str], Condition]:
    def condition(value: str) -> Condition:
        found = re.fullmatch(r"([0-9]{1,12})(?:\.\.([0-9]{1,12}))?", value)
        if found is None or (found[2] and int(found[1]) > int(found[2])):
            raise BadValue("write a number, or two as in 100..5000")
        if found[2]:
            return {"between": [int(found[1]), FieldRef(field), int(found[2])]}
        return {"gte": [FieldRef(field), int(found[1])]}

    return condition


def _field(name: str) -> Callable[[str], Condition]:
    return lambda value: FieldRef(name)


def _some_of(name: str) -> Callable[[str], Condition]:
    return lambda value: {"!!": [FieldRef(name)]}


_NO_PLACE: Final = "the stream's tweets have no location"
_NO_CONTEXT: Final = "the stream's tweets have none of X's annotations"
_NO_PROFILE: Final = "the stream gives an author's name and numbers, not the rest of the profile"
_NO_THREAD: Final = "the stream doesn't say which tweet another one belongs to"
_NO_PAGE: Final = "the stream doesn't read the pages that links lead to"
_NO_KIND: Final = "the stream doesn't promise to say what kind of media a tweet has"
_NO_COUNT: Final = "the stream gives no such number of an author"
_NO_AFFILIATION: Final = "the stream doesn't know who is affiliated with whom"
_NO_EMBEDDING: Final = "X's model of meaning is X's own"

OPERATORS: Final[Mapping[str, Told | Untold]] = MappingProxyType(
    {
        "keyword": Told(example="cat", condition=_word, note=WORDS),
        "phrase": Told(example='"big dog"', condition=_word, note=WORDS),
        "~": Untold(example='"social media"~5', reason="no-proximity", why="there is no operator for nearness",
                    hint="write both words without quotation marks, or a `matches` of your own"),
        "#": Told(example="#nowplaying", condition=lambda value: {"hashtag": [value]}),
        "@": Told(example="@nasa", condition=lambda value: {"mention": [value]}),
        "$": Told(example="$twtr", condition=lambda value: {"cashtag": [value]}),
        "from:": Told(example="from:nasa", condition=_from),
        "to:": Told(example="to:nasa", condition=_to, note=REPLIES),
        "retweets_of:": Told(example="retweets_of:nasa", condition=_retweets_of, note=RETWEETS),
        "url:": Told(example='url:"https://example.com"', note=LINKS,
                     condition=lambda value: {"word": [FieldRef("links"), value]}),
        "url_contains:": Told(example="url_contains:photos", note=LINKS,
                              condition=lambda value: {"contains": [FieldRef("links"), value]}),
        "lang:": Told(example="lang:en", condition=_language, note=LANGUAGES),
        "is:retweet": Told(example="is:retweet", condition=_field("is_retweet"), note=RETWEETS),
        "is:reply": Told(example="is:reply", condition=_field("is_reply"), note=REPLIES),
        "is:verified": Told(example="is:verified", condition=_field("user.verified"), note=VERIFIED),
        "has:hashtags": Told(example="has:hashtags", condition=_some_of("hashtags")),
        "has:mentions": Told(example="has:mentions", condition=_some_of("mentions")),
        "has:cashtags": Told(example="has:cashtags", condition=_some_of("cashtags")),
        "has:links": Told(example="has:links", condition=_some_of("links"), note=LINKS),
        "has:media": Told(example="has:media", condition=_some_of("media"), note=MEDIA),
        "bio_name:": Told(example="bio_name:phd", note=WORDS,
                          condition=lambda value: {"word": [FieldRef("user.name"), value]}),
        "followers_count:": Told(example="followers_count:1000..10000", condition=_range("user.followers"),
                                 note=FOLLOWERS),
        "min_followers:": Told(example="min_followers:1000", condition=_range("user.followers"), note=FOLLOWERS),
        "following_count:": Told(example="following_count:500", condition=_range("user.following"), note=FOLLOWERS),
        "is:quote": Untold(example="is:quote", reason="no-quote",
                           why="the stream doesn't say that a tweet quotes another"),
        "is:nullcast": Untold(example="-is:nullcast", reason="no-promotion",
                              why="the stream doesn't say that a tweet is promoted"),
        "has:images": Untold(example="has:images", reason="no-media-kind", why=_NO_KIND, hint="write has:media"),
        "has:videos": Untold(example="has:videos", reason="no-media-kind", why=_NO_KIND, hint="write has:media"),
        "has:geo": Untold(example="has:geo", reason="no-place", why=_NO_PLACE),
        "place:": Untold(example='place:"new york city"', reason="no-place", why=_NO_PLACE),
        "place_country:": Untold(example="place_country:US", reason="no-place", why=_NO_PLACE),
        "point_radius:": Untold(example="point_radius:[2.35 48.86 16km]", reason="no-place", why=_NO_PLACE),
        "bounding_box:": Untold(example="bounding_box:[-105.3 39.9 -105.1 40.1]", reason="no-place", why=_NO_PLACE),
        "context:": Untold(example="context:10.799022225751871488", reason="no-context", why=_NO_CONTEXT),
        "entity:": Untold(example='entity:"Michael Jordan"', reason="no-context", why=_NO_CONTEXT),
        "conversation_id:": Untold(example="conversation_id:1334987486343299072", reason="no-thread", why=_NO_THREAD),
        "in_reply_to_tweet_id:": Untold(example="in_reply_to_tweet_id:1539382664746020864", reason="no-thread",
                                        why=_NO_THREAD),
        "retweets_of_tweet_id:": Untold(example="retweets_of_tweet_id:1539382664746020864", reason="no-thread",
                                        why=_NO_THREAD),
        "bio:": Untold(example="bio:developer", reason="no-profile", why=_NO_PROFILE),
        "bio_location:": Untold(example="bio_location:nyc", reason="no-profile", why=_NO_PROFILE),
        "tweets_count:": Untold(example="tweets_count:1000..10000", reason="no-count", why=_NO_COUNT),
        "listed_count:": Untold(example="listed_count:10", reason="no-count", why=_NO_COUNT),
        "url_title:": Untold(example="url_title:snow", reason="no-page", why=_NO_PAGE),
        "url_description:": Untold(example="url_description:weather", reason="no-page", why=_NO_PAGE),
        "list:": Untold(example="list:123", reason="no-list", why="the stream doesn't know X's lists",
                        hint="write its members under `lists:` and use `from`"),
        "source:": Untold(example='source:"X for iPhone"', reason="no-source",
                          why="the stream doesn't promise to name the app that a tweet was written with"),
        "sample:": Untold(example="sample:15", reason="no-sample", why="a rule says the same of a tweet every time"),
        "from_affiliate_of:": Untold(example="from_affiliate_of:nasa", reason="no-affiliation", why=_NO_AFFILIATION),
        "to_affiliate_of:": Untold(example="to_affiliate_of:nasa", reason="no-affiliation", why=_NO_AFFILIATION),
        "embedding:": Untold(example='embedding:"climate policy"', reason="no-embedding", why=_NO_EMBEDDING),
        "embedding_threshold:": Untold(example="embedding_threshold:0.4", reason="no-embedding", why=_NO_EMBEDDING),
    }
)  # fmt: skip
"""By the name that a `Clause` has."""

WITHOUT_VALUE: Final = frozenset(name for name in OPERATORS if name.startswith(("is:", "has:")))

TEXTUAL: Final = frozenset({"keyword", "phrase", "#", "@", "$", "url:", "url_contains:"})
"""Operators that X also asks of the post that a tweet quotes."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "friends_count": "following_count",
        "statuses_count": "tweets_count",
        "retweets_of_user": "retweets_of",
        "retweets_of_status_id": "retweets_of_tweet_id",
        "in_reply_to_status_id": "in_reply_to_tweet_id",
        "has:video_link": "has:videos",
        "has:symbols": "has:cashtags",
    }
)
"""Other names of operators, most of them from X's older APIs."""
