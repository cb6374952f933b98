"""Diagnostics as SARIF 2.1.0: valid by the standard's own schema, and each at its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.diagnostics.meanings import MEANINGS
from tocsin.rules.diagnostics.sarif import as_sarif

SCHEMA = json.loads(Path(__file__).with_name("sarif").joinpath("sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)


def diagnostic(code: str = "unknown-field", file: str = "rules/a.yaml", *, severity: Any = "error") -> Diagnostic:
    return Diagnostic(span=Span(file, 4, 19, 15), severity=severity, code=code, message="no field 'x'", hint="try 'y'")


def written(*diagnostics: Diagnostic) -> Any:
    return json.loads(as_sarif(diagnostics))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    """Else its agreement would mean nothing."""
    log = written(diagnostic())
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(log)


@pytest.mark.parametrize("code", [*NUMBERS, None])
def test_every_diagnostic_is_valid_by_the_official_schema(code: str | None) -> None:
    log = written(*([diagnostic(code), diagnostic(code, severity="warning")] if code else []))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []


def test_a_result_says_what_is_wrong_where_and_how_much() -> None:
    (result,) = written(diagnostic())["runs"][0]["results"]
    assert result == {
        "ruleId": "T167",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "no field 'x'; try 'y'"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "rules/a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 4, "startColumn": 19, "endLine": 4, "endColumn": 34},
                }
            }
        ],
    }


def test_columns_count_characters_and_the_log_says_so() -> None:
    assert written()["runs"][0]["columnKind"] == "unicodeCodePoints"


def test_each_rule_is_described_once_and_every_result_points_at_its_own() -> None:
    run = written(diagnostic("two-keys"), diagnostic("syntax"), diagnostic("two-keys"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [("T101", "syntax"), ("T163", "two-keys")]
    assert [rule["shortDescription"]["text"] for rule in rules] == [MEANINGS["syntax"], MEANINGS["two-keys"]]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["T163", "T101", "T163"]


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("a:b é.yaml", {"uri": "a%3Ab%20%C3%A9.yaml", "uriBaseId": "%SRCROOT%"}),
        ("../more/a.yaml", {"uri": "../more/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/etc/tocsin/a.yaml", {"uri": "file:///etc/tocsin/a.yaml"}),
    ],
)
def test_files_are_addresses_relative_where_they_can_be(file: str, address: dict[str, str]) -> None:
    log = written(diagnostic(file=file))
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == address
    assert VALIDATOR.is_valid(log)
