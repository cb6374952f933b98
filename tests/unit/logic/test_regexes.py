"""Letters without which a regular expression can't match."""

import pytest

from tocsin.logic.regexes import necessary_letters


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("bitcoin", "bitcoi"),
        ("BitCoin", "bitcoi"),
        (r"\bbitcoin\b", "bitcoi"),
        (r"btc \d+ to the moon", "moo"),
        ("hacked?", "hack"),
        ("hacked*", "hack"),
        ("hacked+", "hacke"),
        ("hacke{2}d", "hac"),
        ("ab{0}cdef", "cde"),
        ("ha.ked", "ke"),
        ("ha[ck]+edly", "edl"),
        ("(very )?wrong", "wron"),
        (r"a\.bcd", "bc"),
        ("naïvely", "vel"),
        ("one|other", ""),
        ("(?i)bitcoin", ""),
        ("(?:bitcoin)", ""),
        ("((a)b)cdef", ""),
        (r"\x41bcdef", ""),
        (r"\pLbcdef", ""),
        (r"\Qa.b\E", ""),
        ("[a[:alpha:]]bcdef", ""),
        (r"[\]a]bcdef", ""),
        ("[]a]bcdef", "bcde"),
        ("(abc", ""),
        ("", ""),
        ("a", ""),
    ],
)
def test_letters_are_those_of_every_match(pattern: str, letters: str) -> None:
    assert necessary_letters(pattern) == letters
