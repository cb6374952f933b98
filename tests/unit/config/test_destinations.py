"""`destinations:` becomes settings, or a complete list of what is wrong, each at its place."""

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tocsin.alerting.holding import Digest
from tocsin.alerting.limit import Limit
from tocsin.alerting.quiet import Quiet
from tocsin.config.load import load_settings
from tocsin.config.settings import DestinationSettings
from tocsin.model import DestinationName, Severity
from tocsin.rules.diagnostics.report import as_text

BAD_TIME = ("bad-time-of-day", 'write hours and minutes, such as "22:00"')
BERLIN = ("unknown-zone", "did you mean 'Europe/Berlin'?")
ENDLESS = ("endless-quiet", "write another time than under 'from', or name `days`")
HEAD = "source: {api_key: k}\ndestinations:\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("tocsin.yaml")


def destination(file: Path, keys: str) -> DestinationSettings:
    file.write_text(f'{HEAD}  a: {{url: "x://y", {keys}}}\n  b: {{url: "x://z"}}\n', encoding="utf-8")
    loaded = load_settings(file, {})
    assert loaded.settings is not None, loaded.diagnostics
    return loaded.settings.destinations[DestinationName("a")]


def problems(file: Path, text: str) -> list[tuple[str, int, str]]:
    file.write_text(HEAD + text, encoding="utf-8")
    return [(d.code, d.span.line, d.hint) for d in load_settings(file, {}).diagnostics]


def test_the_documented_keys_are_read(file: Path) -> None:
    found = destination(
        file,
        "fallback: b, limit: 30/h, digest: {every: 1h, bypass: critical},"
        ' quiet: {zone: Europe/Berlin, from: "22:00", to: "7:00", days: [fri, sat], then: drop, bypass: high}',
    )
    assert found.fallback == "b"
    assert (found.limit, found.is_unlimited) == (Limit(30, timedelta(hours=1)), False)
    assert found.digest == Digest(every=timedelta(hours=1), bypass=Severity.CRITICAL)
    assert found.quiet == Quiet(
        zone=ZoneInfo("Europe/Berlin"),
        begins=time(22),
        ends=time(7),
        days=frozenset({4, 5}),
        then="drop",
        bypass=Severity.HIGH,
    )


def test_an_actions_own_options_are_not_among_them(file: Path) -> None:
    file.write_text(f"{HEAD}  a: {{action: exec, command: [x], limit: none}}\n", encoding="utf-8")
    loaded = load_settings(file, {})
    assert loaded.settings is not None
    found = loaded.settings.destinations[DestinationName("a")]
    assert (found.options, found.is_unlimited) == ({"command": ["x"]}, True)


def test_quiet_from_midnight_to_midnight_is_a_whole_day(file: Path) -> None:
    quiet = destination(file, 'quiet: {zone: UTC, from: "00:00", to: "24:00", days: sun}').quiet
    assert quiet is not None
    assert (quiet.begins, quiet.ends, quiet.days) == (time(), time(), frozenset({6}))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("limit: 30 an hour", [("bad-limit", "write 30/h, or none")]),
        ("limit: 0/h", [("bad-limit", "write 30/h, or none")]),
        ("limit: 1001/d", [("bad-limit", "write 30/h, or none")]),
        ("limit: 30", [("wrong-type", "quote it")]),
        ("digest: {every: soon}", [("bad-duration", "write 15m, 1h or 1d")]),
        ("digest: {}", [("missing-key", "")]),
        ("digest: {every: 1h, bypass: warning}", [("bad-severity", "did you mean 'medium'?")]),
        ("quiet: {zone: Berlin, from: '22:00', to: '07:00'}", [BERLIN]),
        ("quiet: {zone: Europe/Berlim, from: '22:00', to: '07:00'}", [BERLIN]),
        ("quiet: {zone: UTC, from: '25:00', to: 7am}", [BAD_TIME] * 2),
        ("quiet: {zone: UTC, from: '24:00', to: '07:00'}", [BAD_TIME]),
        ("quiet: {zone: UTC, from: '07:00', to: '07:00'}", [ENDLESS]),
        ("quiet: {zone: UTC, from: '07:00', to: '08:00', days: [Monday]}", [("bad-day", "did you mean 'mon'?")]),
        ("quiet: {zone: UTC, from: '07:00', to: '08:00', days: []}", [("empty-list", "leave it out for every day")]),
        ("quiet: {zone: UTC, from: '07:00', to: '08:00', then: wait}", [("bad-then", "one of hold, drop")]),
        ("format: markdwon", [("bad-format", "did you mean 'markdown'?")]),
        ("fallback: c", [("unknown-destination", "there are: a")]),
        ("fallback: a", [("fallback-cycle", "name a destination outside of it")]),
    ],
)  # fmt: skip
def test_each_mistake_is_told(file: Path, keys: str, expected: list[tuple[str, str]]) -> None:
    assert [(code, hint) for code, _, hint in problems(file, f'  a: {{url: "x://y", {keys}}}\n')] == expected


def test_a_circle_of_fallbacks_is_told_at_each_of_its_links_and_nowhere_else(file: Path) -> None:
    text = "".join(f'  {name}: {{url: "x://y", fallback: {to}}}\n' for name, to in ("ab", "bc", "cb"))
    assert [(code, line) for code, line, _ in problems(file, text)] == [("fallback-cycle", 4), ("fallback-cycle", 5)]


def test_the_place_of_a_mistake_is_told_and_no_value_shown(file: Path) -> None:
    """A key in the wrong place may be a secret one."""
    file.write_text(f'{HEAD}  a: {{url: "x://y", limit: secret, quiet: {{zone: secret, from: "1:00", to: "7"}}}}\n')
    loaded = load_settings(file, {})
    places = [(d.span.line, d.span.column) for d in loaded.diagnostics]
    assert places == [(3, 28), (3, 50), (3, 76)]
    assert "secret" not in as_text(loaded.diagnostics, loaded.sources)


@pytest.mark.parametrize(
    ("url", "form", "is_taken"),
    [
        ("mailto://x", "text", True),
        ("mailto://x", "markdown", False),
        ("ntfy://x/y", "markdown", True),
        ("slack://x", "text", False),
        ("jsons://x", "html", False),
    ],
)
def test_a_format_is_for_services_that_can_be_sent_it(file: Path, url: str, form: str, is_taken: bool) -> None:
    found = problems(file, f'  a: {{url: "{url}", format: {form}}}\n')
    assert [code for code, _, _ in found] == ([] if is_taken else ["bad-format"])


@pytest.mark.parametrize("zone", ["localtime", "Factory", "/etc/localtime", "Europe/../Europe/Berlin", "tzdata.zi", ""])
def test_quiet_hours_are_of_a_place_that_every_machine_knows(file: Path, zone: str) -> None:
    found = problems(file, f'  a: {{url: "x://y", quiet: {{zone: "{zone}", from: "22:00", to: "07:00"}}}}\n')
    assert [code for code, _, _ in found] == ["unknown-zone"]
