"""Words that make no difference are proved so, and only those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.logic.ast import Call, Literal, Var
from tocsin.logic.evaluation.textcompile import text_test
from tocsin.logic.facts import Facts
from tocsin.proving.changes import changes
from tocsin.proving.equivalence import proof_of_equivalence

OPERATORS = ("word", "all_words", "contains", "starts_with", "ends_with", "hashtag", "from")


def proved(op: str, *patterns: str) -> list[str]:
    """Return the words that are proved to make no difference."""
    node = Call(op, (Var(Literal("text")), *map(Literal, patterns)))
    return [change.word or "" for change in changes(Call("and", (node,))) if proof_of_equivalence(change)]


@pytest.mark.parametrize(
    ("op", "patterns", "expected"),
    [
        ("word", ["crash", "flash crash"], ["flash crash"]),
        ("word", ["crash", "crashes"], []),
        ("word", ["CRASH", "crash"], ["CRASH", "crash"]),
        ("word", ["acmeair", "#acmeair"], []),
        ("word", ["速報", "地震速報"], ["地震速報"]),
        ("all_words", ["crash", "flash crash"], ["crash"]),
        ("contains", ["boycot", "boycott"], ["boycott"]),
        ("starts_with", ["RT", "RT @"], ["RT @"]),
        ("ends_with", ["!", "!!"], ["!!"]),
        ("hashtag", ["#a", "A", "b"], ["#a", "A"]),
        ("from", ["@a", "a"], ["@a", "a"]),
        ("matches", ["a", "ab"], []),
        ("link", ["x.example", "y.x.example"], []),
    ],
)
def test_a_word_that_another_covers_is_proved(op: str, patterns: list[str], expected: list[str]) -> None:
    assert proved(op, *patterns) == expected


@given(
    op=st.sampled_from(OPERATORS),
    patterns=st.lists(st.text("ab #@", min_size=1, max_size=3).filter(str.strip), min_size=2, max_size=3),
    text=st.text("ab #@\u200d", max_size=12),
)
def test_what_is_proved_makes_no_difference_to_any_text(op: str, patterns: list[str], text: str) -> None:
    for word in proved(op, *patterns):
        rest = list(patterns)
        rest.remove(word)
        forms = Facts({}).forms(text)
        assert text_test(op, patterns)(forms) == text_test(op, rest)(forms)
