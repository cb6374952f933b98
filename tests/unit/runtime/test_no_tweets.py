"""When a silent stream is told of, and when it is over."""

from datetime import timedelta

from tocsin.runtime.no_tweets import Finding, Silence

AFTER = timedelta(seconds=60)


def told(*looks: tuple[float, bool, int]) -> list[Finding | None]:
    """Return what is found at each look: (seconds, connected, tweets received)."""
    silence = Silence()
    return [silence.look(at, connected=connected, received=received, after=AFTER) for at, connected, received in looks]


def test_silence_is_told_once_and_so_is_its_end() -> None:
    looks = [(0, True, 5), (59, True, 5), (60, True, 5), (500, True, 5), (501, True, 6), (560, True, 6), (561, True, 6)]
    assert told(*looks) == [None, None, "silent", None, "back", None, "silent"]


def test_the_time_counts_from_the_connection() -> None:
    looks = [(0, False, 0), (100, False, 0), (101, True, 0), (160, True, 0), (161, True, 0)]
    assert told(*looks) == [None, None, None, None, "silent"]


def test_a_lost_connection_is_another_matter_and_begins_the_time_anew() -> None:
    looks = [(0, True, 1), (50, True, 1), (55, False, 1), (58, True, 1), (70, True, 1), (118, True, 1)]
    assert told(*looks) == [None, None, None, None, None, "silent"]


def test_what_was_told_is_over_with_the_next_tweet_even_if_the_connection_was_lost_meanwhile() -> None:
    looks = [(0, True, 1), (60, True, 1), (70, False, 1), (80, True, 1), (300, True, 1), (301, True, 2)]
    assert told(*looks) == [None, "silent", None, None, None, "back"]
