"""Scripts of faults."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import ConfigError
from tocsin.simulator.faults import (
    FAULT_NAMES,
    Close,
    Drop,
    HalfOpen,
    Oversize,
    Refuse,
    Stall,
    Timed,
    fault_from,
    name_of,
    read_option,
    read_script,
)

GOOD = [
    ({"at": "5s", "do": "drop"}, Timed(Drop(), at=timedelta(seconds=5))),
    ({"after": 100, "do": "close"}, Timed(Close(1011), after=100)),
    ({"after": 0, "do": "close", "code": 1008, "reason": "no"}, Timed(Close(1008, "no"), after=0)),
    ({"at": "1m", "do": "stall", "for": "2s"}, Timed(Stall(timedelta(seconds=2)), at=timedelta(minutes=1))),
    ({"at": "0s", "do": "half-open"}, Timed(HalfOpen(), at=timedelta(0))),
    ({"at": "0s", "do": "oversize", "size": 9}, Timed(Oversize(9), at=timedelta(0))),
    (
        {"after": 1, "do": "refuse", "status": 429, "retry_after": "1m", "attempts": 2},
        Timed(Refuse(429, "60", attempts=2), after=1),
    ),
    (
        {"after": 1, "do": "refuse", "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"},
        Timed(Refuse(503, "Wed, 21 Oct 2026 07:28:00 GMT"), after=1),
    ),
    ({"after": 1, "do": "refuse", "retry_after": 5}, Timed(Refuse(503, "5"), after=1)),
]


@pytest.mark.parametrize(("entry", "timed"), GOOD)
def test_an_entry_of_a_script_is_a_fault_and_its_moment(entry: Any, timed: Timed) -> None:
    assert fault_from(entry) == timed


BAD = [
    (["drop"], "looks like"),
    ({"at": "5s"}, "looks like"),
    ({"at": "5s", "do": "explode"}, "there are close"),
    ({"do": "drop"}, "either"),
    ({"at": "5s", "after": 1, "do": "drop"}, "either"),
    ({"at": 5, "do": "drop"}, "duration"),
    ({"at": "soon", "do": "drop"}, "duration"),
    ({"after": -1, "do": "drop"}, "whole number"),
    ({"after": True, "do": "drop"}, "whole number"),
    ({"after": 1, "do": "drop", "code": 1000}, "no option 'code'"),
    ({"after": 1, "do": "close", "code": 99}, "from 1000 to 4999"),
]


@pytest.mark.parametrize(("entry", "reason"), BAD)
def test_what_is_no_fault_is_refused_with_a_reason(entry: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fault_from(entry)


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_each_fault_can_be_given_as_an_option(name: str) -> None:
    assert name_of(read_option(f"{name} after=3").fault) == name


def test_options_of_a_fault_given_as_text_are_read_as_in_a_script() -> None:
    assert read_option("refuse at=5s status=429 retry_after=5s for=1m") == Timed(
        Refuse(429, "5", lasts=timedelta(minutes=1)), at=timedelta(seconds=5)
    )
    with pytest.raises(ValueError, match="options"):
        read_option("drop 5s")


def test_a_script_is_yaml_or_json(tmp_path: Path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("- {at: 5s, do: drop}\n- {after: 7, do: rst}\n")
    same = tmp_path / "faults.json"
    same.write_text('[{"at": "5s", "do": "drop"}, {"after": 7, "do": "rst"}]')
    assert read_script(script) == read_script(same)
    assert len(read_script(same)) == 2


@pytest.mark.parametrize("content", ["", "a: 1", "- {at: 5s, do: [}", "- drop", "- {after: 1, do: nothing}"])
def test_a_script_that_is_none_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text(content)
    with pytest.raises(ConfigError, match=r"faults\.yaml"):
        read_script(script)


def test_a_script_that_is_missing_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.yaml"):
        read_script(tmp_path / "missing.yaml")
