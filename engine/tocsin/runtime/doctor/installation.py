"""Looks at what tocsin runs on: Python, packages, time zones, the service manager."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

from tocsin import __version__
from tocsin.runtime.doctor.finding import Finding, fail, ok, warn

OLDEST_PYTHON: Final = (3, 11)
UNIT: Final = "tocsin.service"

_SYSTEMD_RUNS: Final = Path("/run/systemd/system")
_SYSTEMD_WITHIN_S: Final = 3.0


def installation_findings() -> Iterator[Finding]:
    """Yield how the installation is."""
    yield _python()
    yield _packages()
    yield _apprise()
    yield _time_zones()
    yield from _service_manager()


def _python() -> Finding:
    says = f"tocsin {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return fail("python", says, f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or later")
    return ok("python", says)


def _packages() -> Finding:
    """Return whether every package that tocsin asks for is there, in a version that it takes."""
    try:
        wanted = [Requirement(line) for line in requires("tocsin") or []]
    except PackageNotFoundError:
        return warn("packages", "tocsin runs from its source, not installed", "pip install the wheel")
    needed = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [said for said in map(_mismatch, needed) if said]
    if wrong:
        return fail("packages", "; ".join(wrong), "install tocsin anew: pip install --force-reinstall tocsin")
    return ok("packages", f"{len(needed)} as required: " + ", ".join(f"{e.name} {version(e.name)}" for e in needed))


def _mismatch(wanted: Requirement) -> str:
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is missing"
    fits = wanted.specifier.contains(found, prereleases=True)
    return "" if fits else f"{wanted.name} is {found}, wanted {wanted.specifier}"


def _apprise() -> Finding:
    try:
        import apprise
    except Exception as error:  # noqa: BLE001 - whatever a damaged installation raises
        return fail(
            "apprise", f"can't be imported: {type(error).__name__}: {error}", "pip install --force-reinstall apprise"
        )
    return ok("apprise", f"{apprise.__version__} can be imported")


def _time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        return fail(
            "time zones", "there is no time zone database", "pip install tzdata, or install the system's tzdata"
        )
    return ok("time zones", "the database is there")


def _service_manager() -> Iterator[Finding]:
    if not _SYSTEMD_RUNS.exists() or shutil.which("systemctl") is None:
        return
    shown = _systemctl("show", UNIT, "--property=LoadState,ActiveState,NRestarts")
    states = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    if states.get("LoadState") != "loaded":
        yield ok("systemd", f"there is no {UNIT}; packaging/systemd has one")
    elif states.get("ActiveState") != "active":
        remedy = f"journalctl -u {UNIT} -n 50 says why; systemctl start {UNIT}"
        yield warn("systemd", f"{UNIT} is {states.get('ActiveState', 'in no state')}", remedy)
    elif states.get("NRestarts", "0") not in {"0", ""}:
        remedy = f"journalctl -u {UNIT} -n 200 says why"
        yield warn("systemd", f"{UNIT} is active, and was restarted {states['NRestarts']} times", remedy)
    else:
        yield ok("systemd", f"{UNIT} is active")


def _systemctl(*arguments: str) -> str:
    command = ["systemctl", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, capture_output=True, text=True, timeout=_SYSTEMD_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
