"""Mistakes in X rules: all at once, each at its place, whatever the text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.importing.parse import MAX_LENGTH, parse_query
from tocsin.importing.translate import translate


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("", ["empty 0"]),
        ("   ", ["empty 0"]),
        ("(cat", ["unclosed-group 0"]),
        ("cat)", ["unopened-group 3"]),
        ("cat ) dog )", ["unopened-group 4", "unopened-group 10"]),
        ("cat ()", ["empty-group 4"]),
        ("OR cat", ["dangling-or 0"]),
        ("cat OR", ["dangling-or 4"]),
        ("cat OR OR dog", ["dangling-or 4"]),
        ("(OR cat) dog", ["dangling-or 1"]),
        ("cat -", ["nothing-to-negate 4"]),
        ("cat - dog", ["nothing-to-negate 4"]),
        ("--cat", ["nothing-to-negate 0"]),
        ("-OR cat", ["nothing-to-negate 0"]),
        ('cat "big dog', ["unclosed-quote 4"]),
        ('cat ""', ["missing-value 4"]),
        ('cat"dog" -', ["needs-space 3", "nothing-to-negate 9"]),
        ("\u201cbig dog\u201d", ["needs-quotes 0", "needs-quotes 5"]),
        ("covid-19 c++", ["needs-quotes 0", "needs-quotes 9"]),
        ("https://example.com", ["needs-quotes 0"]),
        ("form:alice", ["unknown-operator 0"]),
        ("cat is:retwet has:meda", ["unknown-operator 4", "unknown-operator 14"]),
        ("from: cat", ["missing-value 0"]),
        ("# @ $", ["missing-value 0", "missing-value 2", "missing-value 4"]),
        ("#123 @a-b $5", ["bad-value 0", "bad-value 5", "bad-value 10"]),
        ("(" * 30 + "cat" + ")" * 30, ["too-deep 24"]),
        ("a" * (MAX_LENGTH + 1), [f"too-long {MAX_LENGTH}"]),
    ],
)
def test_every_mistake_is_told_with_its_place(rule: str, found: list[str]) -> None:
    result = parse_query(rule)
    assert result.query is None
    assert [f"{refusal.reason} {refusal.start}" for refusal in result.refusals] == found
    assert all(refusal.hint for refusal in result.refusals)


@pytest.mark.parametrize(
    "clause",
    ["from:a.b", "from:" + "a" * 21, "to:123", "retweets_of:123", "lang:english", "followers_count:many",
     "followers_count:9..5", "min_followers:-1"],
)  # fmt: skip
def test_a_value_that_x_would_not_take_is_told_with_what_it_takes(clause: str) -> None:
    query = parse_query(f"cat {clause}").query
    assert query is not None
    (refusal,) = translate(query).refusals
    assert (refusal.reason, refusal.start, refusal.end) == ("bad-value", 4, 4 + len(clause))
    assert refusal.hint


@given(st.text(alphabet='ab ()"-OR#@$:~\\é速😀\n', max_size=40))
def test_any_text_is_read_or_refused(rule: str) -> None:
    result = parse_query(rule)
    assert (result.query is None) is bool(result.refusals)
    assert all(0 <= refusal.start < refusal.end <= max(1, len(rule)) for refusal in result.refusals)
