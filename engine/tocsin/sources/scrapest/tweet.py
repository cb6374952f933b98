"""The canonical tweet: the specification's `data` object, with ids as text and a time that was read once."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tocsin.model import Tweet, TweetId
from tocsin.sources.scrapest.decode import Malformed

MAX_ID_LENGTH: Final = 64


def tweet_of(data: Any, message: str | bytes | bytearray, *, source: str, received_at: datetime) -> Tweet | Malformed:
    """Return the tweet that `data` is, or why it is none.

    Only the id is required; other fields pass through untouched, and a `created_at` that can't be read stays in the
    data as it is. `message` is the text that `data` was parsed from: an id in it that is a number with a fraction or an
    exponent is read again from there, since a float would have lost digits.
    """
    if not isinstance(data, dict):
        return Malformed("its data is missing" if data is None else "its data is not an object")
    tweet_id = data.get("id")
    # Of nearly every tweet the id is text and short, and this is done for each.
    if type(tweet_id) is not str or not 0 < len(tweet_id) <= MAX_ID_LENGTH:
        tweet_id = _id_of(tweet_id, message)
        if isinstance(tweet_id, Malformed):
            return tweet_id
    return Tweet(
        id=TweetId(tweet_id),
        data=_with_text_ids(data, tweet_id),
        source=source,
        received_at=received_at,
        created_at=instant_of(data.get("created_at")),
    )


def instant_of(value: Any) -> datetime | None:
    """Return the UTC instant of an ISO 8601 text with `Z` or an offset; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant if instant.tzinfo is UTC else None if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        # Overflow: the last hours of the year 9999 in a western time zone have no UTC instant.
        return None


def _id_of(value: Any, message: str | bytes | bytearray) -> str | Malformed:
    if value is None:
        return Malformed("its id is missing")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Malformed("its id is neither text nor a number")
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else _exact_id(message)
    if text is None:
        return Malformed("its id is not a whole number")
    if not text or len(text) > MAX_ID_LENGTH:
        return Malformed("its id is empty" if not text else f"its id is longer than {MAX_ID_LENGTH} characters")
    return text


def _exact_id(message: str | bytes | bytearray) -> str | None:
    """Return the digits of an id that was written with a fraction or exponent, None if it isn't whole."""
    parsed = json.loads(message, parse_float=Decimal)
    data = parsed["data"] if parsed.get("type") == "tweet" and "data" in parsed else parsed
    number = data["id"]
    try:
        # The bound comes first: 1E999999 is whole, and a million digits long.
        whole = number.adjusted() <= MAX_ID_LENGTH and number == number.to_integral_value()
    except InvalidOperation:
        return None
    return str(int(number)) if whole else None


def _with_text_ids(data: dict[str, Any], tweet_id: str) -> dict[str, Any]:
    user = data.get("user")
    user_id = user.get("id") if isinstance(user, dict) else None
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        data = {**data, "user": {**data["user"], "id": str(user_id)}}
    return data if data["id"] is tweet_id else {**data, "id": tweet_id}
