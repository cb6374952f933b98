"""The pages of the rule packs, which are made from the packs."""

import re
from pathlib import Path

import pytest

from docs.packs import FOLDER, RULES, overview, page_of, rules_of

PACKS = sorted(RULES.glob("*.yaml"))


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_a_page_has_what_the_pack_is_for_and_a_section_for_each_rule(pack: Path) -> None:
    page = page_of(pack)
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [rule.id for rule in rules_of(pack)]
    assert "To adapt: " in page or "Switch this pack on" in page


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_test_of_a_rule_is_an_example_on_its_page(pack: Path) -> None:
    examples = re.findall(r"\| (?:\*\*match\*\*|no match|\d+ alerts) \|$", page_of(pack), re.MULTILINE)
    assert len(examples) == sum(len({case.span for case in rule.cases}) for rule in rules_of(pack))


def test_a_page_is_in_the_navigation_for_each_pack() -> None:
    listed = re.findall(rf"{FOLDER}/([a-z-]+)\.md", (RULES.parent / "mkdocs.yml").read_text("utf-8"))
    assert sorted(listed) == sorted(["index", *(pack.stem for pack in PACKS)])


def test_the_overview_counts_the_rules() -> None:
    counts = [int(number) for number in re.findall(r"\.md\) \| (\d+) \|", overview(PACKS))]
    assert counts == [len(rules_of(pack)) for pack in PACKS]
