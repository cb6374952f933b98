"""What every test may use, the order in which tests are run, and each failure told when it happens."""

import pytest
from hypothesis import HealthCheck, settings

# No property fails because the machine has more to do; all else is as Hypothesis has it, in CI or outside.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

LONGEST = ("tests/e2e/", "tests/simulation/")
"""Folders whose tests wait or compute for seconds each."""


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as tocsin does."""
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that no worker is left with one of them at the end."""
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, not item.nodeid.startswith(LONGEST)))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Tell of failures at once, where there is somebody to tell: workers have no terminal."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(AtOnce(terminal))


class AtOnce:
    """Names what fails when it does. A run that is ended from outside comes to no summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say which test failed, and its last line."""
        if report.failed:
            *_, last = report.longreprtext.splitlines() or [""]
            self._terminal.write_line(f"\nFAILED {report.nodeid} ({report.when}): {last}")
