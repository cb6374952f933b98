"""Whatever stands under the keys of a rule file, reading it ends in a rule set or in diagnostics."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

words = st.sampled_from(["", "a", "btc", "2026-12-31", "shadow", "high", "x"])
keys = st.sampled_from(["list", "macro", "word", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=4,
)
right = {
    "severity": st.just("high"),
    "stage": st.sampled_from(["live", "shadow"]),
    "enabled": st.booleans(),
    "notify": st.just(["chat"]),
    "labels": st.just({"team": "a"}),
    "except": st.just([{"id": "e", "why": "w", "until": "2026-12-31", "when": {"word": {"list": "l"}}}]),
    "when": st.just({"macro": "m"}),
    "once_per": st.just({"var": "id"}),
    "match": st.just({"keywords": {"list": "l"}}),
    "title": st.just("{{ labels.team }}"),
}


def mapping(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return mappings with some of the keys, most of them right."""
    return st.fixed_dictionaries({}, optional={name: value | anything for name, value in keys.items()})


rules = st.dictionaries(st.sampled_from(["r", "s"]), mapping(**right), max_size=2)
files = mapping(
    overlay=st.booleans(),
    defaults=mapping(**right),
    lists=st.dictionaries(st.sampled_from(["l", "k"]), st.just(["btc"]) | anything, max_size=2),
    macros=st.dictionaries(st.sampled_from(["m", "n"]), st.just({"word": ["a"]}) | anything, max_size=2),
    rules=rules,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@settings(deadline=None)
@given(st.lists(files, min_size=1, max_size=3))
def test_any_files_are_a_rule_set_or_told_what_is_wrong(folder: Path, contents: list[Any]) -> None:
    paths = [folder / f"{number}.json" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(json.dumps(content), encoding="utf-8")
    loaded = load_rules(paths, standard_vocabulary())
    assert (loaded.ruleset is None) == any(problem.severity == "error" for problem in loaded.diagnostics)
    if loaded.ruleset is not None:
        assert loaded.ruleset.rules
        for rule in loaded.ruleset.rules.values():
            assert rule.origins.keys() >= {"severity", "stage", "enabled", "notify", "title", "body"}
