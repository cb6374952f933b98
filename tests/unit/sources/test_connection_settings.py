"""Which addresses and keys the stream's source takes, and that no error shows the key."""

from random import Random

import pytest

from tocsin.config.secret import Secret
from tocsin.config.settings import SourceSettings
from tocsin.errors import ConfigError
from tocsin.sources.scrapest.connection import ScrapestSource
from tocsin.testing import ManualClock

KEY = "canary-key-7f3a"


def make(url: str, key: str | None = KEY, *, insecure: bool = False) -> ScrapestSource:
    settings = SourceSettings(url=url, api_key=None if key is None else Secret(key), insecure=insecure)
    return ScrapestSource(settings, (), clock=ManualClock(), rng=Random(1), log=lambda *_, **__: None)


@pytest.mark.parametrize(
    ("url", "dialled"),
    [
        ("wss://api.scrape.st/ws", "https://api.scrape.st/ws"),
        ("wss://api.scrape.st:8443/ws?x=1", "https://api.scrape.st:8443/ws?x=1"),
        ("ws://127.0.0.1:9000/ws", "http://127.0.0.1:9000/ws"),
        ("ws://[::1]:9000/ws", "http://[::1]:9000/ws"),
        ("ws://localhost/ws", "http://localhost/ws"),
    ],
)
def test_the_address_is_dialled_in_the_form_that_respects_proxies(url: str, dialled: str) -> None:
    assert make(url)._url == dialled


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://api.scrape.st/ws", "begin with wss://"),
        ("api.scrape.st/ws", "begin with wss://"),
        ("wss:///ws", "name a host"),
        ("wss://host:port/ws", "no address"),
        (f"wss://user:{KEY}@api.scrape.st/ws", "must not hold a user"),
        ("ws://api.scrape.st/ws", "unencrypted"),
        ("ws://127.0.0.1.example.com/ws", "unencrypted"),
    ],
)
def test_an_address_that_cant_be_used_is_refused(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        make(url)
    assert KEY not in str(caught.value)


def test_an_open_line_is_taken_when_the_user_says_so_or_no_key_is_sent() -> None:
    make("ws://10.0.0.1/ws", insecure=True)
    make("ws://10.0.0.1/ws", None)


@pytest.mark.parametrize("key", ["", "two words", "line\r\nbreak", "schlüssel", "\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigError, match=r"source\.api_key") as caught:
        make("wss://api.scrape.st/ws", key)
    assert not key or key not in str(caught.value)
