"""The documentation has a page for every operator, key and diagnostic, at the address that the program names."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tocsin.logic.vocabulary import OPERATOR_NAMES
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.meanings import page_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages", DOCS / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_diagnostic_has_the_page_that_json_and_sarif_name(hook: ModuleType) -> None:
    made = {address.replace(".md", ".html") for address, _ in hook.pages()}
    assert {page_of(number) for number in NUMBERS.values()} <= made


def test_a_diagnostic_of_a_golden_file_is_shown_and_mended(hook: ModuleType) -> None:
    page = dict(hook.pages())["reference/diagnostics/T160.md"]
    assert "error[T160 unknown-operator]: no operator 'contain'" in page
    assert page.count("```yaml") == 2


def test_every_word_of_an_operator_leads_to_a_page(hook: ModuleType) -> None:
    listed = hook.operators_list()
    assert set(re.findall(r"`([^`]+)`", listed)) == OPERATOR_NAMES
    made = {address for address, _ in hook.pages()}
    assert {f"reference/{link}" for link in re.findall(r"\]\((.*?)\)", listed)} <= made


def test_every_key_leads_to_its_heading(hook: ModuleType) -> None:
    made = dict(hook.pages())
    for page, anchor in re.findall(r"\]\((keys/\w+\.md)#(\w+)\)", hook.keys_list()):
        assert f"{{#{anchor}}}" in made[f"reference/{page}"]


def test_every_diagnostic_is_listed_in_a_group(hook: ModuleType) -> None:
    assert set(re.findall(r"\[`(T\d+)`\]", hook.diagnostics_list())) == set(NUMBERS.values())
