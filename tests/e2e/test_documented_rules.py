"""The rule packs, and the rules shown in the documentation, say what their own tests say."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tocsin.logic.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.load import load_rules
from tocsin.rules.ruleset import Rule
from tocsin.testing import make_tweet

ROOT = Path(__file__).parents[2]
PACKS = sorted((ROOT / "rules").glob("*.yaml"))
PAGES = [ROOT / "README.md", ROOT / "docs/tutorial/first-alert.md"]


def tweet_data(given: dict[str, Any]) -> dict[str, Any]:
    """Return a neutral tweet with the given fields set; a dot in a name leads into an object."""
    data = deepcopy(dict(make_tweet().data))
    for name, value in given.items():
        *parents, leaf = name.split(".")
        node = data
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return data


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


def examples_of(rule: Rule) -> list[tuple[dict[str, Any], bool]]:
    """Return the tweet of each of the rule's tests, and whether it is meant to match."""
    examples = []
    for test in rule.tests:
        assert isinstance(test, dict)
        assert test["expect"] in {"match", "no_match"}
        assert isinstance(test["tweet"], dict)
        examples.append((test["tweet"], test["expect"] == "match"))
    return examples


def surprises(rule: Rule) -> list[str]:
    """Return the rule's tests that do not end as they expect."""
    condition = compile_condition(rule.condition, standard_vocabulary())
    return [
        f"{rule.id}: {tweet}"
        for tweet, expected in examples_of(rule)
        if isinstance(condition.evaluate(Facts(tweet_data(tweet))), Matched) != expected
    ]


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_rule_of_a_pack_passes_its_own_tests(pack: Path) -> None:
    assert [surprise for rule in rules_of(pack) for surprise in surprises(rule)] == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_rule_of_a_pack_has_a_tweet_that_matches_and_one_that_does_not(pack: Path) -> None:
    one_sided = [rule.id for rule in rules_of(pack) if {expected for _, expected in examples_of(rule)} != {True, False}]
    assert one_sided == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_rule_file_shown_on_a_page_works(page: Path, tmp_path: Path) -> None:
    shown: list[str] = re.findall(r"^```yaml.*?\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    files = [text for text in shown if text.startswith("tocsin: 1")]
    assert files
    for text in files:
        file = tmp_path / "shown.yaml"
        file.write_text(text, "utf-8")
        assert [surprise for rule in rules_of(file) for surprise in surprises(rule)] == []


def test_the_table_about_languages_is_right() -> None:
    page = (ROOT / "docs/howto/languages-without-spaces.md").read_text("utf-8")
    rows = re.findall(r"^\| `(.+?)` \| `(\w+): \[(.+?)\]` \| (yes|no) \|", page, re.MULTILINE)
    assert len(rows) > 5
    wrong = [row for row in rows if is_true({row[1]: [row[2]]}, row[0]) != (row[3] == "yes")]
    assert wrong == []


def test_the_packs_work_together() -> None:
    """Lists and macros of the same name in several packs don't get in each other's way."""
    assert len(rules_of(ROOT / "rules")) == sum(len(rules_of(pack)) for pack in PACKS)
