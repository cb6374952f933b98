"""When a tweet was written, as its id says."""

from datetime import UTC, datetime, timedelta
from typing import Final

_FIRST: Final = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""The instant from which these ids count. Source: the published reference code of the id service, "Snowflake"."""

_EARLIEST: Final = datetime(2011, 1, 1, tzinfo=UTC)
"""Smaller numbers are other ids, or made up; tweets of the first weeks are of no use to anybody here."""

_SLACK: Final = timedelta(minutes=5)


def written_at(tweet_id: str, now: datetime) -> datetime | None:
    """Return when a tweet was written, to the millisecond; None where the id tells no time that can be."""
    if not (tweet_id.isascii() and tweet_id.isdigit() and len(tweet_id) <= 19):
        return None
    at = _FIRST + timedelta(milliseconds=int(tweet_id) >> 22)
    return at if _EARLIEST <= at <= now + _SLACK else None
