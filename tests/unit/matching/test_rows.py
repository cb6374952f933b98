"""Rows: what waits for a term, side by side, and generated code that goes through it."""

from typing import Any

from tocsin.bench.contenders import compiled, indexed, looped
from tocsin.logic.evaluation.fast import Template, build_template
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.matching.rows import Row, Rows, Waiting, anew, joined, numbers_in, numbers_of, without

TWEET = {"text": "btc is up", "lang": "en", "metrics": {"likes": 7}}


def asking(condition: Any, number: int) -> Waiting:
    built = build_template(compiled([condition])[0].rule.condition, standard_vocabulary())
    assert built is not None
    template, constants = built
    return number, template, tuple(constant.value for constant in constants)


def laid_out(*waiting: Waiting) -> Row:
    row = Rows().of(waiting)
    assert row is not None
    return row


def likes(bound: int, number: int) -> Waiting:
    return asking({">": [{"var": "metrics.likes"}, bound]}, number)


def asked(row: Row) -> list[int]:
    found: list[int] = []
    test: Template = row[0]
    test(row, TWEET, Facts(TWEET), found.append)
    return found


def test_what_is_of_one_kind_is_one_row_and_asked_in_one_call() -> None:
    row = laid_out(*(likes(bound, 100 + bound) for bound in (3, 9, 5)))
    assert row[1] is None
    assert asked(row) == [103, 105]


def test_each_kind_has_a_row_and_all_numbers_are_there() -> None:
    row = laid_out(likes(3, 1), (2, None, ()), asking({"==": [{"var": "lang"}, "en"]}, 3), likes(4, 4), (5, None, ()))
    assert sorted(numbers_of(row)) == [1, 2, 3, 4, 5]
    behind, last = row[1], row[1][1]
    assert [set(numbers_in(each)) for each in (row, behind, last)] == [{3}, {2, 5}, {1, 4}]
    assert last[1] is None


def test_joined_rows_have_the_numbers_of_both() -> None:
    row = joined(laid_out(likes(3, 1), (2, None, ())), laid_out((3, None, ()), likes(4, 4)))
    assert sorted(numbers_of(row)) == [1, 2, 3, 4]


def test_entries_that_are_gone_are_not_asked() -> None:
    row = laid_out(likes(3, 1), likes(4, 2), likes(5, 3))
    assert asked(without(row, frozenset({2}))) == [1, 3]
    assert asked(without(row, frozenset({1, 2, 3}))) == []
    assert without(row, frozenset({9})) is row


def test_a_value_made_anew_is_of_its_type() -> None:
    for value in ("", "ü", "word", 0, 5000, True, 2.5, None):
        assert (anew(value), type(anew(value))) == (value, type(value))


def test_an_entry_that_raises_leaves_the_others_of_its_row_what_they_are() -> None:
    conditions = [{"and": [{"word": "btc"}, {">": [{"var": "metrics.likes"}, bound]}]} for bound in range(12)]
    index, loop = indexed(compiled(conditions)), looped(compiled(conditions))
    for likes_seen in (7, "7", "many", None, [7], True, 7.5):
        tweet = {"text": "btc", "metrics": {"likes": likes_seen}}
        assert list(index(tweet)) == list(loop(tweet))
    assert list(index({"text": "btc", "metrics": "none"})) == list(loop({"text": "btc", "metrics": "none"}))
