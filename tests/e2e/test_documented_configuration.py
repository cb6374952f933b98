"""The pieces of configuration that the documentation shows can be used as they stand."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from tocsin.config.load import load_settings

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs/howto").glob("*.md")), ROOT / "docs/tutorial/first-alert.md"]
SECTIONS = {"source", "rules", "destinations", "routes", "http", "state", "defaults", "valve", "inhibit", "notices"}
SECTIONS |= {"heartbeat", "retention"}
DESTINATIONS = {name: {"url": "json://127.0.0.1/"} for name in ("oncall", "team", "hook", "log", "email", "risk-chat")}
"""What a piece may take for granted."""


def pieces(page: Path) -> list[dict[str, Any]]:
    """Return the YAML blocks of a page that are pieces of a tocsin.yaml."""
    blocks = re.findall(r"^( *)```yaml.*?\n(.*?)^\1```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    shown = [yaml.safe_load(dedent(text)) for _, text in blocks]
    return [piece for piece in shown if "tocsin" not in piece and piece.keys() <= SECTIONS and "lists" not in piece]


PIECES = [(page, piece) for page in PAGES for piece in pieces(page)]


def test_there_are_pieces_on_most_pages() -> None:
    assert len({page for page, _ in PIECES}) >= 5


@pytest.mark.parametrize(("page", "piece"), PIECES, ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_a_piece_of_configuration_has_no_problem(page: Path, piece: dict[str, Any], tmp_path: Path) -> None:
    whole = {
        "source": {"type": "scrapest", "api_key": "key"},
        "rules": ["rules/"],
        "routes": [{"notify": ["log"]}],
        "state": "tocsin.db",
        **piece,
        "destinations": DESTINATIONS | piece.get("destinations", {}),
    }
    file = tmp_path / "tocsin.yaml"
    (tmp_path / "secret").write_text("https://127.0.0.1/", "utf-8")
    file.write_text(re.sub(r"\$\{file:[^}]*\}", "${file:secret}", yaml.safe_dump(whole)), "utf-8")
    names = re.findall(r"\$\{(\w+)\}", file.read_text("utf-8"))
    loaded = load_settings(file, dict.fromkeys(names, "https://127.0.0.1/"))
    assert [(page.name, problem.message) for problem in loaded.diagnostics] == []
