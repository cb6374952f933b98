"""How diagnostics are shown: to people, to programs, to GitHub."""

import json
from dataclasses import replace

import pytest

from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.diagnostics.report import as_github, as_json, as_text, summary

ONE = Diagnostic(
    span=Span("rules/a.yaml", 1, 8, 3), severity="error", code="unknown-field", message="no field 'x'", hint="try 'y'"
)


def caret_line(line: str, column: int, width: int) -> str:
    diagnostic = Diagnostic(span=Span("f", 1, column, width), severity="error", code="syntax", message="m")
    return as_text([diagnostic], {"f": [line]}).splitlines()[2]


def test_text_has_the_shape_that_compilers_have() -> None:
    assert as_text([ONE], {"rules/a.yaml": ["- gt: [.xy, 3]"]}) == (
        "rules/a.yaml:1:8: error[T167 unknown-field]: no field 'x'\n"
        "    1 | - gt: [.xy, 3]\n      |        ^^^ try 'y'\n"
    )


@pytest.mark.parametrize(
    ("line", "column", "width", "before", "carets"),
    [
        ("a: 速報 x", 7, 1, 8, 1),
        ("速報", 1, 2, 0, 4),
        ("e\u0301: x", 5, 1, 3, 1),
        ("a\tb", 3, 1, 2, 1),
        ("ab", 9, 1, 2, 1),
    ],
)
def test_the_caret_stands_under_what_is_meant(line: str, column: int, width: int, before: int, carets: int) -> None:
    assert caret_line(line, column, width) == "      | " + " " * before + "^" * carets


def test_a_file_cannot_repaint_the_terminal() -> None:
    diagnostic = Diagnostic(span=Span("f", 1, 1), severity="error", code="syntax", message="\x1b[2J\u202eno")
    shown = as_text([diagnostic], {"f": ["\x1b]0;owned\x07 \u2066x"]})
    assert not set(shown) & set("\x1b\x07\u202e\u2066")


def test_a_long_line_is_cut_around_the_place() -> None:
    shown = as_text(
        [Diagnostic(span=Span("f", 1, 5_000, 4), severity="error", code="syntax", message="m")],
        {"f": ["x" * 4_999 + "here"]},
    )
    assert max(len(line) for line in shown.splitlines()) < 200
    assert "here" in shown


def test_colour_is_only_there_when_asked_for() -> None:
    assert "\x1b[" not in as_text([ONE], {})
    assert "\x1b[1;31merror[T167 unknown-field]:\x1b[0m" in as_text([ONE], {}, colour=True)


def test_json_is_one_array() -> None:
    assert json.loads(as_json([ONE])) == [
        {
            "file": "rules/a.yaml",
            "line": 1,
            "column": 8,
            "end_column": 11,
            "severity": "error",
            "code": "T167",
            "name": "unknown-field",
            "message": "no field 'x'",
            "hint": "try 'y'",
            "docs": "reference/diagnostics/T167.html",
        }
    ]
    assert json.loads(as_json([])) == []


def test_github_gets_workflow_commands_on_one_line_each() -> None:
    diagnostic = Diagnostic(span=Span("a,b:c.yaml", 2, 3), severity="warning", code="syntax", message="50%\nof it")
    assert (
        as_github([diagnostic])
        == "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,endColumn=4,title=T101 syntax::50%25%0Aof it\n"
    )


def test_the_summary_counts() -> None:
    assert summary([], rules=23, files=5) == "23 rules in 5 files: no problems"
    assert summary([ONE], rules=0, files=5) == "1 error in 1 file"


def test_past_a_hundred_only_the_number_is_told_and_errors_go_first() -> None:
    many = [replace(ONE, span=Span("f", line, 1), severity="warning") for line in range(1, 20_001)]
    many[-1] = replace(many[-1], severity="error")
    shown = as_text(many, {}).splitlines()
    assert shown[-1] == "and 19,900 more; `tocsin check --all` shows them"
    assert [line for line in shown if line.startswith("f:20000:1: error")]
    assert as_text(many, {}, most=None).count("warning[T167") == 19_999


def test_a_message_is_cut_to_what_anybody_reads() -> None:
    assert len(as_text([replace(ONE, message="x" * 900_000, hint="y" * 900_000)], {})) < 2_000
