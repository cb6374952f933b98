"""Plugins written on the spot: distributions with metadata and an entry point, as pip would install them."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

Install = Callable[..., str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a plugin of the given name and source; return the name."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    modules: list[str] = []

    def install(name: str, source: str, *, distribution: str = "", version: str = "1.0") -> str:
        distribution = distribution or f"tocsin-{name}"
        module = f"plugin_{distribution.replace('-', '_')}"
        modules.append(module)
        (site / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        metadata = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[tocsin]\n{name} = {module}\n")
        return name

    yield install
    for module in modules:
        sys.modules.pop(module, None)
