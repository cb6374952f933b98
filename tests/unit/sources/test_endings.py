"""What each ending tells us to do."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.sources.scrapest.endings import (
    BackOff,
    Broken,
    Closed,
    Ending,
    Garbled,
    HandshakeRefused,
    ReconnectSoon,
    Replaced,
    Silent,
    Stop,
    TooLarge,
    Unreachable,
    Verdict,
    WaitAtLeast,
    describe,
    judge,
    retry_after,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIVE, THIRTY = BackOff(timedelta(seconds=5)), BackOff(timedelta(seconds=30))


@pytest.mark.parametrize(
    ("ending", "verdict"),
    [
        (Closed(1000), ReconnectSoon()),
        (Closed(1001), ReconnectSoon()),
        (Closed(1012), ReconnectSoon()),
        (Replaced(), ReconnectSoon()),
        (Closed(1005), BackOff()),
        (Closed(1006), BackOff()),
        (Closed(1011), BackOff()),
        (Closed(4000), BackOff()),
        (Broken(), BackOff()),
        (Silent(timedelta(seconds=12)), BackOff()),
        (Unreachable("no such host"), BackOff()),
        (Closed(1008), THIRTY),
        (Closed(1008, "rate limit exceeded for this key"), THIRTY),
        (Closed(1008, "too many keywords"), THIRTY),
        (Closed(1002), FIVE),
        (Closed(1007), FIVE),
        (Closed(1013), FIVE),
        (Garbled("no HTTP"), FIVE),
        (TooLarge(1), FIVE),
        (HandshakeRefused(429), FIVE),
        (HandshakeRefused(429, "20"), WaitAtLeast(timedelta(seconds=20))),
        (HandshakeRefused(503, "Tue, 24 Nov 2026 12:02:00 GMT"), WaitAtLeast(timedelta(minutes=2))),
        (HandshakeRefused(503), BackOff()),
        (HandshakeRefused(500, "20"), BackOff()),
        (HandshakeRefused(200), FIVE),
        (HandshakeRefused(408), FIVE),
    ],
)
def test_each_ending_has_its_verdict(ending: Ending, verdict: Verdict) -> None:
    assert judge(ending, NOW, policy_closures=1) == verdict


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410])
def test_a_refusal_for_good_stops_and_names_a_setting(status: int) -> None:
    verdict = judge(HandshakeRefused(status), NOW)
    assert isinstance(verdict, Stop)
    assert verdict.status == status
    assert f"HTTP {status}" in verdict.message
    assert ("source.api_key" if status in (401, 403) else "source.url") in verdict.message


@pytest.mark.parametrize("reason", ["invalid API key", "Unauthorized", "token expired", "bad api_key"])
def test_1008_because_of_the_key_stops_at_once(reason: str) -> None:
    verdict = judge(Closed(1008, reason), NOW, policy_closures=1)
    assert isinstance(verdict, Stop)
    assert "source.api_key" in verdict.message


def test_the_fifth_1008_in_a_row_stops() -> None:
    assert judge(Closed(1008), NOW, policy_closures=4) == THIRTY
    assert isinstance(judge(Closed(1008), NOW, policy_closures=5), Stop)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("0", 0),
        (" 5 ", 5),
        ("9" * 5000, 86_400),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tuesday, 24-Nov-26 12:00:10 GMT", 10),
        ("Tue Nov 24 12:00:10 2026", 10),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: int | None) -> None:
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (HandshakeRefused(502, answer="bad gateway"), "the handshake was answered with HTTP 502: bad gateway"),
        (Closed(1001), "closed with code 1001"),
        (Broken(), "the connection was cut without a close frame (1006)"),
        (Silent(timedelta(seconds=12)), "silent for 12 s, taken as dead"),
        (TooLarge(1024), "a message was longer than 1024 bytes; closed with code 1009"),
        (Replaced(), "connecting anew to change the subscription"),
    ],
)
def test_each_ending_has_a_name(ending: Ending, words: str) -> None:
    assert describe(ending) == words
