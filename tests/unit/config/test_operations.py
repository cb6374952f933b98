"""`retention:`, `heartbeat:` and `source.no_tweets` in tocsin.yaml."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.config.load import LoadedSettings, load_settings
from tocsin.config.secret import Secret
from tocsin.config.settings import HeartbeatSettings, NoTweetsSettings, RetentionSettings
from tocsin.model import DestinationName

CHAT = DestinationName("chat")
BASE = 'destinations: {chat: {url: "json://127.0.0.1/"}}\n'


def load(folder: Path, section: str, source: str = "") -> LoadedSettings:
    (folder / "tocsin.yaml").write_text(f"source: {{api_key: k{source}}}\n{BASE}{section}\n")
    return load_settings(folder / "tocsin.yaml", {"URL": "https://hc.example/canary-77"})


def problems(folder: Path, section: str, source: str = "") -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in load(folder, section, source).diagnostics]


def test_the_journal_is_kept_as_long_as_is_said(tmp_path: Path) -> None:
    usual, said = load(tmp_path, "").settings, load(tmp_path, "retention: {journal: 90d, seen: 2h}").settings
    assert usual is not None
    assert said is not None
    assert usual.retention == RetentionSettings(journal=timedelta(days=30), seen=timedelta(days=1))
    assert said.retention == RetentionSettings(journal=timedelta(days=90), seen=timedelta(hours=2))


def test_alerts_are_kept_for_a_day_at_least_because_copies_are_told_by_them(tmp_path: Path) -> None:
    assert problems(tmp_path, "retention: {journal: 23h}") == [("bad-duration", "too short: at least 1d")]
    assert problems(tmp_path, "retention: {seen: 30s}") == [("bad-duration", "too short: at least 1m")]


def test_a_sign_of_life_goes_to_a_web_address_or_to_a_destination(tmp_path: Path) -> None:
    web, chat = load(tmp_path, 'heartbeat: {to: "${URL}"}').settings, load(tmp_path, "heartbeat: {to: chat, every: 1h}")
    assert web is not None
    assert web.heartbeat == HeartbeatSettings(url=Secret("https://hc.example/canary-77"), every=timedelta(minutes=5))
    assert chat.settings is not None
    assert chat.settings.heartbeat == HeartbeatSettings(destination=CHAT, every=timedelta(hours=1))


@pytest.mark.parametrize("to", ["chatt", "ftp://x/", "https://", "http://x:99999/", "https://[x/"])
def test_what_is_neither_is_refused_without_being_shown(tmp_path: Path, to: str) -> None:
    assert problems(tmp_path, f'heartbeat: {{to: "{to}"}}') == [("bad-url", "neither a destination nor a web address")]


def test_a_silent_stream_is_told_to_whom_is_said(tmp_path: Path) -> None:
    said = load(tmp_path, "", ", no_tweets: {after: 10m, notify: chat}").settings
    assert said is not None
    assert said.source.no_tweets == NoTweetsSettings(after=timedelta(minutes=10), notify=CHAT)
    assert problems(tmp_path, "", ", no_tweets: {after: 10m, notify: nobody}") == [
        ("unknown-destination", "no destination 'nobody' in the configuration")
    ]
    assert problems(tmp_path, "", ", no_tweets: {notify: chat}") == [("missing-key", "'after' is missing")]
