"""The cache of rules lies where the user's caches do."""

from pathlib import Path

import pytest

from tocsin.rules.reading.cache import Cache
from tocsin.runtime.caching import user_cache


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HOME": "/home/a"}, "/home/a/.cache/tocsin/rules"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/var/c"}, "/var/c/tocsin/rules"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "c"}, "/home/a/.cache/tocsin/rules"),
    ],
)
def test_it_follows_the_environment(environ: dict[str, str], folder: str) -> None:
    assert user_cache(environ) == Cache(Path(folder))


def test_there_is_none_without_a_home() -> None:
    assert user_cache({}) is None
