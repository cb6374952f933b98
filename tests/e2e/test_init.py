"""`tocsin init` as a program: something that works at once, and nothing overwritten."""

import subprocess
from pathlib import Path

from tests.e2e.program import completed


def tocsin(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return completed(*args, cwd=folder)


def test_what_init_writes_passes_check_at_once(tmp_path: Path) -> None:
    assert tocsin(tmp_path, "init", "alerts").returncode == 0
    result = tocsin(tmp_path / "alerts", "check")
    assert (result.stdout, result.returncode) == ("2 rules in 1 file: no problems\n", 0)


def test_init_leaves_what_is_there_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text("mine", encoding="utf-8")
    result = tocsin(tmp_path, "init")
    assert (tmp_path / "tocsin.yaml").read_text(encoding="utf-8") == "mine"
    assert "left    tocsin.yaml" in result.stdout
    assert "wrote   rules/first.yaml" in result.stdout
    assert result.returncode == 0
