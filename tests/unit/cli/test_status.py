"""The status line."""

import io

import pytest
from rich.console import Console

from tocsin.cli.output.status import live_status, status_text
from tocsin.errors import StreamRefused
from tocsin.telemetry.health import Health
from tocsin.testing import ManualClock


@pytest.mark.anyio
async def test_an_error_under_the_status_line_of_a_terminal_is_raised_as_it_is() -> None:
    """Wrapped in a group it would pass by whoever turns a refused key into one line and exit status 3."""
    terminal = Console(file=io.StringIO(), force_terminal=True)
    with pytest.raises(StreamRefused, match="bad key"):
        async with live_status(terminal, Health(), ManualClock()):
            raise StreamRefused("bad key", status=401)


def test_the_line_says_that_changed_rules_are_not_in_force() -> None:
    assert "not in force" in status_text(Health(reload_problem="1 error"), 0.0).plain
    assert "not in force" not in status_text(Health(), 0.0).plain
