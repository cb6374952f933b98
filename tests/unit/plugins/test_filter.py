"""Filters of plugins in templates: known to the check, contained, and never trusted."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.hookspecs import Filter
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Fragment
from tocsin.plugins.faults import Faults
from tocsin.plugins.filter import guarded_filter
from tocsin.rules.templates import parse_template
from tocsin.testing import EPOCH

FIELDS = standard_vocabulary().fields


def render(source: str, function: Callable[..., Any], **context: Any) -> tuple[tuple[Fragment, ...], list[str]]:
    """Return the fragments of the template with the filter `shout`, and the failures told."""
    faults = Faults()
    shout = guarded_filter("p", Filter(name="shout", function=function, doc="d", example="e"), faults)
    template, problems = parse_template(source, FIELDS, (), {"shout": shout})
    assert template is not None, problems
    return template.render(context).fragments, [entry.error for entry in faults.taken(EPOCH)]


def test_what_a_filter_gives_counts_as_filled_in() -> None:
    fragments, told = render("! {{ text | shout('?') }}", lambda value, sign: value.upper() + sign, text="hello")
    assert fragments == (Fragment("! ", trusted=True), Fragment("HELLO?", trusted=False))
    assert told == []


def test_what_is_missing_comes_as_none() -> None:
    assert render("{{ url | shout }}", lambda value: str(value))[0] == (Fragment("None", trusted=False),)


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (lambda value: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda value: exec("raise SystemExit(2)"), "raised SystemExit: 2"),
        (lambda value: exec("raise KeyboardInterrupt"), "raised KeyboardInterrupt"),
        (lambda: None, "raised TypeError: "),
        (lambda value: object(), "returned a object; return plain JSON values"),
        (lambda value: [object()], "returned a object at .0; return plain JSON values"),
        (lambda value: type("Text", (str,), {})("evil"), "returned a Text; return plain JSON values"),
    ],
)
def test_one_that_fails_leaves_the_value_as_it_was(function: Callable[..., Any], error: str) -> None:
    fragments, told = render("{{ text | shout }}", function, text="hello")
    assert fragments == (Fragment("hello", trusted=False),)
    assert len(told) == 1
    assert told[0].startswith(error)


def test_a_filter_cannot_change_the_lists_of_the_tweet() -> None:
    links = ["https://example.org"]
    render("{{ entities.urls | shout }}", lambda value: value.clear(), entities={"urls": links})
    assert links == ["https://example.org"]


def test_a_filter_that_nobody_brings_is_a_mistake_with_the_nearest_name() -> None:
    shout = Filter(name="shout", function=str, doc="d", example="e")
    _, problems = parse_template("{{ text | shuot }}", FIELDS, (), {"shout": shout})
    assert [(problem.code, problem.hint) for problem in problems] == [("unknown-filter", "did you mean 'shout'?")]
    _, problems = parse_template("{{ text | shout }}", FIELDS)
    assert [problem.code for problem in problems] == ["unknown-filter"]
