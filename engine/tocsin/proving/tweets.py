"""The tweets of a test, each at its instant on the virtual clock."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tocsin.model import Json, Tweet, TweetId
from tocsin.rules.cases import NUMBER, Given, replaced

START: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""When every test begins, so that it says the same on any day."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A tweet, and the instant at which the rule sees it."""

    at: datetime
    tweet: Tweet


def neutral_data() -> dict[str, Any]:
    """Return the data of a tweet that says nothing in particular; without id and time."""
    return {
        "text": "hello",
        "user": {"id": "100", "username": "someone", "name": "Some One"},
        "metrics": {"retweets": 0, "likes": 0, "replies": 0},
    }


def timeline(given: Sequence[Given]) -> list[Seen]:
    """Return the tweets of a test in the order in which they come; without an id in the test, each has its own."""
    moments = sorted(_moments(given), key=lambda moment: moment[0])
    return [_seen(at, fields, str(index)) for index, (at, fields) in enumerate(moments, start=1)]


def _moments(given: Sequence[Given]) -> Iterator[tuple[datetime, Mapping[str, Json]]]:
    at = START
    for item in given:
        match item.at:
            case datetime():
                at = item.at
            case timedelta():
                at = START + item.at
        for number in range(1, item.repeat + 1):
            yield at, {name: replaced(value, NUMBER, str(number)) for name, value in item.fields.items()}
            at += item.every if number < item.repeat else timedelta(seconds=1)


def _seen(at: datetime, fields: Mapping[str, Json], identity: str) -> Seen:
    data = {"id": identity, **neutral_data(), "created_at": at.isoformat().replace("+00:00", "Z")}
    for name, value in fields.items():
        _set(data, name, value)
    tweet = Tweet(
        id=TweetId(str(data["id"])), data=data, source="test", received_at=at, created_at=_instant(data["created_at"])
    )
    return Seen(at, tweet)


def _set(data: dict[str, Any], name: str, value: Json) -> None:
    *parents, leaf = name.split(".")
    for parent in parents:
        if not isinstance(data.get(parent), dict):
            data[parent] = {}
        data = data[parent]
    data[leaf] = deepcopy(value)


def _instant(value: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo is not None else None
