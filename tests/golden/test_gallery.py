"""The page of messages in the documentation shows what the code makes now."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", DOCS / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_messages_is_up_to_date(gallery: ModuleType) -> None:
    made = gallery.page()
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        gallery.PAGE.write_text(made, encoding="utf-8")
    assert made == gallery.PAGE.read_text("utf-8")


@pytest.mark.parametrize("setting", ["light", "dark"])
def test_there_is_a_small_picture_of_the_mail(setting: str) -> None:
    picture = (DOCS / f"reference/mail-{setting}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000
