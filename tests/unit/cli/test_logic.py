"""`tocsin logic` evaluates JSON-logic, and answers every line of a batch."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.cli.main import cli
from tocsin.errors import ConfigError


def logic(*arguments: str, lines: str = "") -> Result:
    return CliRunner().invoke(cli, ["logic", *arguments], input=lines)


def test_an_expression_is_evaluated_on_data() -> None:
    assert logic('{">": [{"var": "likes"}, 10]}', '{"likes": 12}').output == "true\n"


def test_without_data_there_is_none() -> None:
    assert logic('{"var": "likes"}').output == "null\n"


def test_a_batch_answers_line_by_line_whatever_the_lines_are() -> None:
    lines = [
        '{"rule": {"+": [1, 2]}, "data": {}}',
        "not json",
        '{"rule": {"/": [1, 0]}, "data": {}}',
        '{"rule": {"method": ["x", "upper"]}}',
        '{"rule": NaN}',
        "[" * 100_000,
        '{"rule": {"var": "x"}, "data": {"x": ' + "9" * 5000 + "}}",
        '{"rule": "\\ud800"}',
        "[]",
    ]
    answers = [json.loads(line) for line in logic("--batch", lines="\n".join(lines)).output.splitlines()]
    assert answers[0] == {"value": 3}
    assert [next(iter(answer)) for answer in answers[1:]] == ["error"] * 6 + ["value", "error"]


@pytest.mark.parametrize("expression", ["{", "NaN", '{"method": [1, "x"]}', '{"nope": 1}'])
def test_what_cannot_be_evaluated_is_one_clear_line(expression: str) -> None:
    result = logic(expression)
    assert result.exit_code != 0
    assert "Traceback" not in result.output


def test_a_batch_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"rule": {"var": "url"}, "data": {"url": 7}}\n\n{"rule": {"var": "is_reply"}, "data": {}}\n')
    assert logic("--batch", str(file)).output == '{"value": 7}\n{"value": null}\n'


def test_a_batch_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    result = logic("--batch", str(tmp_path / "none.jsonl"))
    assert isinstance(result.exception, ConfigError)
    assert "none.jsonl" in str(result.exception)
