"""From bytes to JSON that is safe to keep, whatever came."""

import json
from typing import Any

import pytest

from tocsin.sources.scrapest.decode import MAX_DEPTH, Malformed, parse_object, printable


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param("", "not JSON: Expecting value at character 1", id="nothing"),
        pytest.param("hello", "not JSON: Expecting value at character 1", id="no JSON"),
        pytest.param('{"a": 1} x', "not JSON: Extra data at character 10", id="more after it"),
        pytest.param("[1]", "a list, not an object", id="list"),
        pytest.param('"a"', "a text, not an object", id="text"),
        pytest.param("null", "null, not an object", id="null"),
        pytest.param("true", "a truth value, not an object", id="truth"),
        pytest.param("12.5", "a number, not an object", id="number"),
        pytest.param('{"a": NaN}', "not JSON that can be kept: NaN is no JSON number", id="NaN"),
        pytest.param('{"a": -Infinity}', "not JSON that can be kept: -Infinity is no JSON number", id="infinity"),
        pytest.param('{"a": 1e999}', "not JSON that can be kept: a number is too large", id="huge float"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8", id="bytes that are no text"),
        pytest.param('{"a":' * 65 + "1" + "}" * 65, "nested more than 64 levels deep", id="65 deep"),
        pytest.param("[" * 100_000, "nested more than 64 levels deep", id="100,000 deep"),
    ],
)
def test_what_cant_be_read_is_malformed_with_its_reason(message: str | bytes, reason: str) -> None:
    assert parse_object(message) == Malformed(reason)


def test_a_number_of_5000_digits_is_malformed_and_not_quoted() -> None:
    malformed = parse_object('{"id": ' + "7" * 5000 + "}")
    assert isinstance(malformed, Malformed)
    assert "7777" not in malformed.reason


@pytest.mark.parametrize(
    ("message", "value"),
    [
        pytest.param('{"a": 1886493083207827456}', {"a": 1886493083207827456}, id="64-bit id"),
        pytest.param('{"a": "\\ud83d\\ude00"}', {"a": "😀"}, id="escaped pair"),
        pytest.param('{"a": ["\\ud83d", {"\\ude00": 1}]}', {"a": ["\ufffd", {"\ufffd": 1}]}, id="lone surrogates"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="byte order mark"),
        pytest.param(" \n{} \r\n", {}, id="blanks around"),
        pytest.param('{"a": "{[{[' + "[" * 80 + '"}', {"a": "{[{[" + "[" * 80}, id="brackets in a text"),
    ],
)
def test_what_can_be_read_is_kept(message: str | bytes, value: dict[str, Any]) -> None:
    assert parse_object(message) == value


def test_the_deepest_message_allowed_is_read() -> None:
    message = '{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert parse_object(message) == json.loads(message)


@pytest.mark.parametrize(
    ("text", "line"), [("a\r\nb", "a  b"), ("\x1b[31mred", " [31mred"), ("x" * 100, "x" * 79 + "…"), ("ok", "ok")]
)
def test_a_strangers_text_is_one_short_line(text: str, line: str) -> None:
    assert printable(text) == line
