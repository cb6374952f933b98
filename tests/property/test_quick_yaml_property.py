"""What the short way through YAML reads, the long way reads the same; and it reads what rules are written in."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.model import Json
from tocsin.rules.diagnostics.diagnostic import Span
from tocsin.rules.syntax.document import split_lines
from tocsin.rules.syntax.quick import read_quickly
from tocsin.rules.syntax.yaml import parse_document, read_thoroughly

ROOT = Path(__file__).parents[2]
PACKS = sorted((ROOT / "rules").glob("*.yaml"))
FILES = [*PACKS, *sorted((ROOT / "tests").rglob("*.yaml")), *sorted((ROOT / "docs").rglob("*.yaml"))]

WORD = st.text(alphabet="ab1.-+/ _~#:é🔥\u00a0\u3000\u0301", max_size=6) | st.sampled_from(
    ["yes", "No", "null", "~", "true", ".text", ".5", "0x1f", "1e9999", "-", "-x", "12:30", "<<", "2026-01-01", "“a”"]
)  # fmt: skip
QUOTED = st.builds(
    "{0}{1}{0}".format,
    st.sampled_from("'\""),
    WORD | st.sampled_from(["\\n", "\\\\b", "\\x41", "it''s", ".text", "\\", "{a: b}", " # no", "\\u00e9", "\\t"]),
)
SCALAR = WORD | QUOTED
KEY = st.sampled_from(["when", "a", "b", '"=="', "'c d'", "on", "1", "rule-1", "x.y", "k ", "- a"]) | WORD


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case _:
            return str(value)


def _block(value: object, indent: str, end: str) -> str:
    """Return a value as it stands behind a key or dash: collections in blocks, those within them in brackets."""
    match value:
        case dict() if value:
            return "".join(f"\n{indent}{key}:{_block(item, indent + '  ', end)}" for key, item in value.items())
        case list() if value:
            return "".join(f"\n{indent}- {_flow(item)}{end}" for item in value)
        case _:
            return f" {_flow(value)}{end}"


def _collections(scalars: st.SearchStrategy[str], keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    )


TAME = st.sampled_from(
    ["a", "b-1", "acme air", "地震", "12", "-3.5", "null", ".lang", '"yes"', "'it is'", '"a\\\\b"', "x: y"]
)
NAMES = st.sampled_from(["when", "a", "b", '"=="', "'c d'", "on", "1", "rule-1", "x.y"])
ENDS = st.sampled_from(["", "", "  ", " # a note", " # it's", "\n# a note", "\n"])
ANY = st.builds(_block, _collections(SCALAR, KEY), st.sampled_from(["", "  "]), ENDS)
USUAL = st.builds(_block, st.dictionaries(NAMES, _collections(TAME, NAMES), min_size=1, max_size=4), st.just(""), ENDS)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return a text in the usual forms, a few characters at one place written otherwise."""
    text: str = draw(USUAL)
    place = draw(st.integers(0, len(text)))
    more: str = draw(st.sampled_from(["", *" \n#:-,[]{}'\"\\.a1\t&*|>!%"]))
    return text[:place] + more + text[place + draw(st.integers(0, 2)) :]


NOISE = st.text(alphabet="[]{}:,-#&*!|>'\"%@`\\ \n\tab1.~<=\r\u00a0\u2028\ufeff", max_size=40)


def _where(value: Json, at: tuple[str | int, ...]) -> Json:
    for step in at[1:]:
        value = value[step]  # type: ignore[index]
    return value


def check_same(text: str) -> bool:
    """Whether the short way takes a text; that it is read as the long way reads it is checked."""
    quick = read_quickly(text, split_lines(text))
    if quick is None:
        return False
    thorough = read_thoroughly(text, "f")
    assert thorough.problems == ()
    # As text: 1, 1.0 and true are equal, and the order of keys counts.
    assert repr(quick.value) == repr(thorough.value)
    for way, key in quick.keys.items():
        assert thorough.keys["f", *way] == Span("f", key.line, key.column, key.width)
    for at, place in thorough.places.items():
        found = _where(thorough.value, at)
        assert not isinstance(found, str) or re.match(r"\.[A-Za-z]", found) is None or place.is_plain
    return True


@settings(max_examples=examples(500), deadline=None)
@given(mutated() | USUAL | ANY | NOISE)
def test_the_short_way_reads_what_the_long_way_reads(text: str) -> None:
    check_same(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_read_the_same_either_way(path: Path) -> None:
    check_same(path.read_text(encoding="utf-8"))


def test_most_rule_files_take_the_short_way() -> None:
    taken = [check_same(path.read_text(encoding="utf-8")) for path in PACKS]
    assert sum(taken) >= len(taken) / 2


def test_places_that_were_not_kept_are_found_when_they_are_asked_for() -> None:
    text = "rules:\n  one:\n    labels: {team: care}\n    when: {word: [a, b]}\n"
    document, thorough = parse_document(text, "f"), read_thoroughly(text, "f")
    assert dict(document.keys) == dict(thorough.keys)
    assert dict(document.places) == dict(thorough.places)
    assert document.span(("f", "rules", "one", "labels", "team"), on_key=True) == Span("f", 3, 14, 4)
