"""The rule packs, and the rules shown in the documentation, say what their own tests say."""

import re
from pathlib import Path
from typing import Any

import pytest

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving.session import prove
from tocsin.rules.places import SourceMap
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import Rule

ROOT = Path(__file__).parents[2]
PACKS = sorted((ROOT / "rules").glob("*.yaml"))
PAGES = [ROOT / "README.md", ROOT / "docs/tutorial/first-alert.md", ROOT / "docs/howto/keep-the-noise-down.md"]


def is_true(condition: dict[str, Any], text: str) -> bool:
    """Return whether a condition is true of a tweet with this text."""
    vocabulary = standard_vocabulary()
    expr = parse(condition, Scope(vocabulary=vocabulary, macros={}, lists={}), ()).expr
    assert expr is not None
    return isinstance(compile_condition(expr, vocabulary).evaluate(Facts({"text": text})), Matched)


def rules_of(path: Path) -> list[Rule]:
    """Return the rules of a file that must have no problem at all, warnings included."""
    loaded = load_rules([path], standard_vocabulary())
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    return list(loaded.ruleset.rules.values())


def failures(rules: list[Rule]) -> list[str]:
    """Return the tests of rules that do not end as they expect, of rules that all have tests."""
    proved = prove(rules, standard_vocabulary(), SourceMap())
    assert [one.rule.id for one in proved if not one.outcomes] == []
    return [outcome.case.name for one in proved for outcome in one.outcomes if not outcome.passed]


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_rule_of_a_pack_passes_its_own_tests(pack: Path) -> None:
    assert failures(rules_of(pack)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_rule_file_shown_on_a_page_works(page: Path, tmp_path: Path) -> None:
    shown: list[str] = re.findall(r"^```yaml.*?\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    files = [text for text in shown if text.startswith("tocsin: 1")]
    assert files
    for text in files:
        file = tmp_path / "shown.yaml"
        file.write_text(text, "utf-8")
        assert failures(rules_of(file)) == []


def test_the_table_about_languages_is_right() -> None:
    page = (ROOT / "docs/howto/languages-without-spaces.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.+?)` \| `(\w+): \[(.+?)\]` \| (yes|no) \|", page, re.MULTILINE)
    assert len(rows) > 5
    wrong = [row for row in rows if is_true({row[1]: [row[2]]}, row[0]) != (row[3] == "yes")]
    assert wrong == []


def test_the_packs_work_together() -> None:
    """Lists and macros of the same name in several packs don't get in each other's way."""
    assert len(rules_of(ROOT / "rules")) == sum(len(rules_of(pack)) for pack in PACKS)
