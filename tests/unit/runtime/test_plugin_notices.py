"""Who is told of plugins that are not used, and how often."""

from tocsin.runtime.plugin_notices import AGAIN, Told

HOUR_S = AGAIN.total_seconds()


def test_each_problem_is_told_once_an_hour() -> None:
    told = Told()
    problems = {"plugin a": "plugin a was left out", "plugin b: transform t": "it rests"}
    assert told.news(problems, 0) == ["plugin a was left out", "it rests"]
    assert told.news(problems, HOUR_S - 1) == []
    assert told.news(problems, HOUR_S) == ["plugin a was left out", "it rests"]


def test_one_that_comes_and_goes_is_told_no_more_often() -> None:
    told = Told()
    assert told.news({"a": "it rests (5 failures)"}, 0) == ["it rests (5 failures)"]
    assert told.news({}, 60) == []
    assert told.news({"a": "it rests (10 failures)"}, 120) == []


def test_a_new_one_is_told_at_once() -> None:
    told = Told()
    told.news({"a": "a rests"}, 0)
    assert told.news({"a": "a rests", "b": "b rests"}, 5) == ["b rests"]
