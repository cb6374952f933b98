"""What the repository says about itself is so."""

import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from tocsin import journal

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "rules/README.md", "tests/README.md"]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def tracked_texts() -> dict[str, str]:
    """Return the text of every tracked file by its path; files that are not text are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    texts = {}
    for name in filter(None, listed.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_of_a_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", (ROOT / page).read_text("utf-8"))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_no_file_names_the_folder_that_it_was_written_in() -> None:
    assert [name for name, text in tracked_texts().items() if f"{ROOT}/" in text] == []


def test_the_changelog_has_an_entry_for_this_version() -> None:
    version = re.escape(PROJECT["project"]["version"])
    assert re.search(rf"^## {version} ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_every_plugin_is_a_whole_distribution(plugin: Path) -> None:
    assert (plugin / "README.md").read_text("utf-8").strip()
    assert list(plugin.glob("**/py.typed"))
    assert list((plugin / "tests").glob("test_*.py"))


def test_the_picture_of_the_layers_is_the_one_that_is_checked() -> None:
    layers = next(c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    checked = [set(layer.split(" | ")) for layer in layers if layer != "__main__"]
    page = (ROOT / "docs/explanation/architecture.md").read_text("utf-8")
    rows: dict[int, set[str]] = {}
    for y, name in re.findall(r'<text x="\d+" y="(\d+)">(\w+)', page.partition("</svg>")[0]):
        rows.setdefault(int(y), set()).add(name)
    assert list(rows.values()) == checked


@pytest.mark.parametrize("entry", get_args(journal.Entry), ids=lambda entry: entry.kind)
def test_the_journal_page_names_every_entry_with_its_fields(entry: type) -> None:
    page = (ROOT / "docs/reference/journal.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{entry.kind}` .*$", page, re.MULTILINE)  # type: ignore[attr-defined]
    assert [field.name for field in fields(entry) if field.name != "at" and f"`{field.name}`" not in row] == []
