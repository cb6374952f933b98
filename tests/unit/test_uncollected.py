"""Work without the collector of garbage."""

import gc
from collections.abc import Iterator

import pytest

from tocsin.uncollected import uncollected


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_nothing_is_collected_inside_and_afterwards_all_is_as_before() -> None:
    gc.enable()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_wanted_no_collector_before_has_none_afterwards() -> None:
    gc.disable()
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert not gc.isenabled()
