"""Whatever the text, reading it ends in a document; and JSON comes back as it went in."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.rules.diagnostics.report import as_text
from tocsin.rules.syntax.yaml import parse_document

SIGNS = st.text(alphabet="[]{}:,-#&*!|>'\"%@`\\ \n\tab1.~<=", max_size=60)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(SIGNS | st.text(max_size=40))
def test_any_text_gives_a_document_whose_problems_can_be_shown(text: str) -> None:
    document = parse_document(text, "f")
    shown = as_text(document.problems, {"f": document.lines})
    assert shown.count("error[") == len(document.problems)
    assert all(1 <= problem.span.line <= len(document.lines) for problem in document.problems)


@settings(deadline=None)
@given(JSON, st.booleans())
def test_json_is_read_as_json_reads_it(value: object, is_ascii: bool) -> None:
    document = parse_document(json.dumps(value, ensure_ascii=is_ascii), "f")
    assert document.problems == ()
    assert document.value == value
