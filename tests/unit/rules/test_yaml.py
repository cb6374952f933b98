"""The strict YAML reader: what scalars mean, where things stand, and what it refuses before it can hurt."""

from pathlib import Path

import pytest

from tocsin.logic.ast import FieldRef
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.syntax.yaml import MAX_SIZE_BYTES, parse_document, read_document


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse_document(text, "f").problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),
        ("2026-11-24", "2026-11-24"),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("007", 7),
        ("~", None),
        ("null", None),
        ("True", True),
        ("tRue", "tRue"),
        ("'no'", "no"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    assert parse_document(f"a: {written}", "f").value == {"a": meant}


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off"])
def test_a_bare_word_that_yaml_1_1_takes_for_a_truth_value_is_refused(word: str) -> None:
    assert codes(f"a: {word}") == ["ambiguous-scalar"]


def test_what_stands_under_an_x_key_is_the_users_own() -> None:
    assert codes("x-notes: {agreed: yes}") == []


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse_document("{on: 1, 12: 2, true: 3}", "f").value == {"on": 1, "12": 2, "true": 3}


def test_json_is_read_as_it_is() -> None:
    document = parse_document('{"text":"\\ud83d\\ude00 \\/ \\u00e9","n":[1.5e2,true,null]}', "f")
    assert document.value == {"text": "😀 / é", "n": [150.0, True, None]}
    assert document.problems == ()


def test_columns_behind_an_escaped_emoji_are_those_of_the_file() -> None:
    text = '{"a": "\\ud83d\\ude00", "b": 1}'
    document = parse_document(text, "f")
    assert document.keys["f", "b"] == Span("f", 1, text.index('"b"') + 1, 3)


def test_every_value_and_key_has_its_place() -> None:
    document = parse_document("rules:\n  one:\n    when: {word: [地震, b]}\n", "f")
    assert document.span(("f", "rules", "one", "when", "word", 1)) == Span("f", 3, 23, 1)
    assert document.span(("f", "rules", "one"), on_key=True) == Span("f", 2, 3, 3)


def test_a_path_without_a_place_is_shown_at_the_nearest_thing_around_it() -> None:
    document = parse_document("a:\n  b: 1\n", "f")
    assert document.span(("f", "a", "b", "c", 3)) == Span("f", 2, 6, 1)


def test_plain_dotted_scalars_are_fields_only_within_expressions() -> None:
    document = parse_document("when: [.text, '.text', .5, ..., .é]", "f")
    assert document.value == {"when": [".text", ".text", 0.5, "...", ".é"]}
    assert isinstance(document.value, dict)
    expression = document.expression(document.value["when"], ("f", "when"))
    assert expression == ["text", ".text", 0.5, "...", ".é"]
    assert isinstance(expression, list)
    assert [isinstance(item, FieldRef) for item in expression] == [True, False, False, False, False]


def test_an_alias_repeats_its_value() -> None:
    assert parse_document("a: &x [1, 2]\nb: *x", "f").value == {"a": [1, 2], "b": [1, 2]}


def test_reading_goes_on_behind_mistakes_of_meaning() -> None:
    assert codes("a: 1\na: 2\nb: no\nc: !!str 3\nd:\n  - #tag\n") == [
        "duplicate-key",
        "ambiguous-scalar",
        "yaml-tag",
        "unquoted-tag",
    ]


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        ("[" * 100_000, "too-deep"),
        ('{"a":' * 100_000, "too-deep"),
        ("- " * 100_000, "too-deep"),
        (
            "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)),
            "too-large",
        ),
        ("a: &a {b: *a}", "alias-cycle"),
        ("a: &a {x: 1}\n" + "b: {<<: [" + "*a, " * 1000 + "*a]}", "merge-key"),
        ("- x\n" * 210_000, "too-large"),
        ("a: " + "9" * 5000, "not-json"),
        ("a: 1e999", "not-json"),
    ],
    ids=["brackets", "braces", "dashes", "aliases", "cycle", "merges", "items", "digits", "exponent"],
)
def test_bombs_are_refused(bomb: str, code: str) -> None:
    assert code in codes(bomb)


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(10 * MAX_SIZE_BYTES)
    document = read_document(path, "large.yaml")
    assert document.is_broken
    assert [problem.code for problem in document.problems] == ["too-large"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a: \xff\xfe", "bad-encoding"),
        (b"a: \x07", "bad-character"),
        (b"\x00", "bad-character"),
        (b'a: "\\q"', "bad-escape"),
    ],
)
def test_what_is_not_text_is_a_diagnostic(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    assert [problem.code for problem in read_document(path, "odd.yaml").problems] == [code]


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfrules: {}\n")
    assert read_document(path, "bom.yaml").value == {"rules": {}}


def test_a_file_that_cannot_be_read_is_a_diagnostic(tmp_path: Path) -> None:
    assert [problem.code for problem in read_document(tmp_path, "folder").problems] == ["no-such-file"]
