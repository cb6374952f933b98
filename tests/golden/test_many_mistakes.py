"""Many mistakes at once: each is told once, at its own place, and none brings others along."""

import time
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import Loaded, load_rules

FOLDER = Path(__file__).parent
TWENTY_FIVE = [
    (2, 22, "missing-plugin"),
    (4, 16, "wrong-type"),
    (5, 16, "list-file"),
    (8, 15, "unknown-field"),
    (10, 25, "macro-cycle"),
    (12, 3, "bad-id"),
    (13, 15, "bad-severity"),
    (14, 26, "unknown-macro"),
    (14, 49, "unknown-list"),
    (16, 16, "unknown-name"),
    (16, 39, "unknown-filter"),
    (19, 11, "unknown-operator"),
    (20, 12, "wrong-arity"),
    (23, 20, "unquoted-tag"),
    (24, 14, "unknown-destination"),
    (25, 3, "duplicate-rule"),
    (27, 13, "unknown-key"),
    (28, 14, "ambiguous-scalar"),
    (29, 20, "curly-quotes"),
    (31, 12, "syntax"),
    (36, 7, "two-keys"),
    (37, 11, "bad-template"),
    (39, 21, "bad-pattern"),
    (40, 3, "no-condition"),
    (41, 19, "dotted-operator"),
]


def load(path: Path) -> Loaded:
    return load_rules([path], standard_vocabulary(), destinations={"oncall", "email"}, installed={})


def told(path: Path) -> list[tuple[int, int, str]]:
    return [(d.span.line, d.span.column, d.code) for d in load(path).diagnostics]


def test_twenty_five_different_mistakes_are_twenty_five_diagnostics() -> None:
    """A syntax error in the middle, macros and lists that are broken themselves: none of it hides or adds one."""
    begun = time.process_time()
    found = told(FOLDER / "twenty-five-mistakes.yaml")
    print(f"25 mistakes: {time.process_time() - begun:.3f} s")
    assert found == TWENTY_FIVE
    assert len({code for _, _, code in found}) == 25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "macros:\n  loud: {gt: [.metrics.like, 10]}\nrules:\n"
            + "".join(f"  r{n}: {{when: {{and: [{{macro: loud}}, {{word: x}}]}}}}\n" for n in range(5)),
            [(2, 15, "unknown-field")],
        ),
        (
            "lists: {words: {file: nowhere.txt}}\nrules:\n"
            + "".join(
                f"  r{n}: {{when: {{word: {{list: words}}}}, match: {{users: {{list: words}}}}}}\n" for n in range(5)
            ),
            [(1, 23, "list-file")],
        ),
        (
            "macros:\n  a: {macro: b}\n  b: {macro: c}\n  c: {macro: a}\nrules:\n  r: {when: {macro: b}}\n",
            [(4, 14, "macro-cycle")],
        ),
        (
            "macros:\n  empty:\nrules:\n  a: {when: {macro: empty}}\n  b: {when: {macro: empty}}\n",
            [(2, 9, "wrong-type")],
        ),
        ("rules:\n  a:\n    wen: {word: [a, {list: nowhere}]}\n    severity: high\n", [(3, 5, "unknown-key")]),
        (
            "rules:\n  a:\n    when: {contain: [{gt: [.nothing, no]}]}\n",
            [(3, 12, "unknown-operator"), (3, 38, "ambiguous-scalar")],
        ),
        ("rules:\n  a: {when: [{wrod: x}]}\n", [(2, 15, "unknown-operator")]),
        (
            "rules:\n  a: {severity: no, title: {{ text }}, when: {word: x}}\n",
            [(2, 17, "ambiguous-scalar"), (2, 28, "unquoted-template")],
        ),
        (
            "rules:\noutage:\n  when: {word: x}\nother:\n  when: {word: x}\n",
            [(2, 1, "unknown-key"), (4, 1, "unknown-key")],
        ),
    ],
    ids=[
        "broken macro",
        "missing list",
        "cycle",
        "empty macro",
        "unknown key",
        "unknown operator",
        "list",
        "scalars",
        "flat",
    ],
)
def test_a_mistake_is_told_where_it_is_and_not_where_it_shows(
    text: str, expected: list[tuple[int, int, str]], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert told(tmp_path / "a.yaml") == expected


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ('    title: "Outage\n    when: {word: x}\n', (5, 12)),
        ("    when: {word: [x}\n", (5, 18)),
        ("    when: {word: x}\n   severity: high\n", (6, 4)),
        ("\twhen: {word: x}\n", (5, 1)),
        ("    title: Outage: all\n    when: {word: x}\n", (5, 12)),
        ("    when: {word: x}\n    severity high\n", (6, 5)),
    ],
    ids=["quote", "bracket", "indentation", "tab", "colon in a text", "no colon"],
)
def test_behind_a_mistake_of_syntax_the_other_rules_are_read(
    broken: str, place: tuple[int, int], tmp_path: Path
) -> None:
    before = "rules:\n  first: {when: {wrod: x}}\n  # the broken one\n  second:\n"
    after = '  third: {title: "Outage", when: {wrod: x}}\n'
    (tmp_path / "a.yaml").write_text(before + broken + after, encoding="utf-8")
    last = len((before + broken).splitlines()) + 1
    assert told(tmp_path / "a.yaml") == [
        (2, 18, "unknown-operator"),
        (*place, "syntax"),
        (last, 35, "unknown-operator"),
    ]


def test_a_macro_or_list_that_cannot_be_read_is_not_missed_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "macros:\n  broken: {not: [.is_retweet}\nlists:\n  words: [a, b\n"
        "rules:\n  r: {when: {and: [{macro: broken}, {word: {list: words}}]}}\n",
        encoding="utf-8",
    )
    assert told(tmp_path / "a.yaml") == [(2, 17, "syntax"), (4, 10, "syntax")]


def test_a_file_that_cannot_be_read_leaves_the_others_to_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("[", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("rules: {b: {when: {and: [{macro: of-a}, {wrod: x}]}}}", encoding="utf-8")
    assert [code for _, _, code in told(tmp_path)] == ["syntax", "unknown-operator"]
