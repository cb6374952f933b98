"""`reload:` in tocsin.yaml."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.config.settings import ReloadSettings
from tocsin.rules.diagnostics.diagnostic import Diagnostic

CONFIG = """source: {{api_key: k}}
destinations: {{chat: {{url: "json://127.0.0.1/"}}}}
reload: {}
"""


def settings(folder: Path, section: str) -> ReloadSettings:
    (folder / "tocsin.yaml").write_text(CONFIG.format(section))
    loaded = load_settings(folder / "tocsin.yaml", {})
    assert loaded.settings is not None, loaded.diagnostics
    return loaded.settings.reload


def diagnostics(folder: Path, section: str) -> tuple[Diagnostic, ...]:
    (folder / "tocsin.yaml").write_text(CONFIG.format(section))
    return load_settings(folder / "tocsin.yaml", {}).diagnostics


def test_files_are_followed_where_nothing_is_said(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == settings(tmp_path, "{}") == ReloadSettings(watch=True)


def test_every_key_is_read(tmp_path: Path) -> None:
    found = settings(tmp_path, "{watch: false, poll: 2s, notify: chat}")
    assert found == ReloadSettings(watch=False, poll=timedelta(seconds=2), notify="chat")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("section", "code", "column"),
    [
        ("{notify: chatt}", "unknown-destination", 18),
        ("{poll: soon}", "bad-duration", 16),
        ("{poll: 0s}", "bad-duration", 16),
        ("{watch: sometimes}", "wrong-type", 17),
        ("{wach: true}", "unknown-key", 10),
        ("true", "wrong-type", 9),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, section: str, code: str, column: int) -> None:
    [diagnostic] = diagnostics(tmp_path, section)
    assert (diagnostic.code, diagnostic.span.line, diagnostic.span.column) == (code, 3, column)
