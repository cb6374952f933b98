"""Lint says something or nothing of any rules, and never gives up on one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions
from tests.property.test_lint_claims import conditions
from tocsin.hookspecs import Type
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.lint.comments import read_ignores
from tocsin.rules.reading.load import load_rules
from tocsin.rules.syntax.document import Document, split_lines
from tocsin.runtime.linting import linted

NAMES: dict[str, Type] = dict.fromkeys(
    ["tags", "absent", "accumulator", "current", "tags.0", "tags.9", "text.x"], "any"
)
VOCABULARY = standard_vocabulary({**standard_vocabulary().fields, **NAMES})
rules = st.fixed_dictionaries(
    {"when": st.one_of(conditions, expressions)},
    optional={
        "match": st.just({"keywords": ["abc"], "min_retweets": 2}),
        "except": conditions.map(lambda condition: [{"id": "e", "why": "w", "when": condition}]),
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lint")


@settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rules, min_size=1, max_size=3))
def test_any_rules_are_linted_to_warnings_in_their_file(folder: Path, contents: list[Any]) -> None:
    path = folder / "rules.json"
    path.write_text(json.dumps({"rules": {f"r{n}": rule for n, rule in enumerate(contents)}}), encoding="utf-8")
    loaded = load_rules([path], VOCABULARY)
    found = set(linted(loaded.diagnostics, loaded, VOCABULARY, date(2026, 7, 1))) - set(loaded.diagnostics)
    assert {diagnostic.severity for diagnostic in found} <= {"warning"}
    assert {diagnostic.span.file for diagnostic in found} <= {str(path)}


comments = st.tuples(
    st.sampled_from(["# tocsin: ignore", "#tocsin:ignore", "  # tocsin: ignore "]),
    st.text(st.sampled_from("T203,-:( until2027é#")) | st.sampled_from([" T203 until 2027-13-01", " T203, T204 (x"]),
).map("".join)


@given(st.lists(comments | st.text(max_size=5), max_size=4))
def test_any_comments_are_read(lines: list[str]) -> None:
    document = Document(file="a.yaml", lines=split_lines("\n".join(lines)))
    ignores, problems = read_ignores(document)
    spans = [ignore.span for ignore in ignores] + [problem.span for problem in problems]
    assert all(span.width > 0 and span.line <= len(document.lines) for span in spans)
