"""What is shown of a tweet can't act on a terminal, and its marks stand where they belong."""

import click

from tocsin.cli.output.screen import TEXT_MAX, Screen

PLAIN, COLOURED = Screen(colour=False), Screen(colour=True)


def test_marks_stand_below_what_they_mark() -> None:
    assert PLAIN.marked("a hacked\nb", [(2, 8)]) == ["a hacked", "  ^^^^^^", "b"]


def test_a_wide_character_has_a_mark_as_wide() -> None:
    assert PLAIN.marked("障害 x", [(3, 4)]) == ["障害 x", "     ^"]


def test_what_is_left_out_of_a_hostile_text_moves_no_mark() -> None:
    lines = PLAIN.marked("\x1b[31m\u202eab", [(6, 8)])
    assert lines == ["[31mab", "    ^^"]


def test_in_colour_marks_are_underlined_where_they_stand() -> None:
    (line,) = COLOURED.marked("a b", [(2, 3)])
    assert click.unstyle(line) == "a b"
    assert line.startswith("a \x1b[")


def test_a_very_long_text_is_cut() -> None:
    lines = PLAIN.marked("x" * 10_000, [(0, 10_000)])
    assert [len(line) for line in lines] == [TEXT_MAX, TEXT_MAX, 1]
