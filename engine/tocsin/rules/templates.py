"""Titles and bodies: Jinja2, cut down to what can't surprise anybody at 3 a.m.

This module, `sandbox`, `templatechecks` and `plaintemplates` are the only importers of jinja2.

What the author wrote and what a tweet filled in leave here as separate fragments, so that each destination can escape
the second and keep the first. Output, `if` and one level of `for` are all there is: no calls, no assignments, no
multiplication, so that a template can't run code, can't loop for long and can't build a long text.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from jinja2 import TemplateSyntaxError

from tocsin.hookspecs import Filter, Type
from tocsin.model import Fragment, RichText
from tocsin.rules.plaintemplates import Plain, filled_in, plain_of
from tocsin.rules.sandbox import (
    CLOSE,
    MARKS,
    MAX_LENGTH,
    OPEN,
    Filters,
    clip,
    filter_names,
    fragments_of,
    generator,
    stripped,
    tree_of,
)
from tocsin.rules.templatechecks import Checker, TemplateProblem, syntax_problem

__all__ = [
    "ALERT_NAMES", "DEFAULT_BODY", "DEFAULT_TITLE", "MAX_LENGTH", "MAX_SOURCE", "NO_FILTERS", "Checked", "Filters",
    "Template", "TemplateProblem", "filter_names", "parse_template",
]  # fmt: skip

DEFAULT_TITLE = "{{ rule }}: {{ text | clip(120) }}"
DEFAULT_BODY = "{{ text }}\n\n{{ user.name }} ({{ user.username }}){% if url %}\n{{ url }}{% endif %}"

ALERT_NAMES: Mapping[str, Type] = {
    "rule": "text",
    "severity": "text",
    "labels": "object",
    "key": "text",
    "because": "list",
}
"""What templates may name beside the fields of the tweet."""

NO_FILTERS: Final[Mapping[str, Filter]] = MappingProxyType({})

MAX_SOURCE = 10_000
"""The longest template, in characters."""


@dataclass(frozen=True)
class Template:
    """A checked template; equal to any other of the same source."""

    source: str
    names: frozenset[str] = field(default=frozenset(), compare=False)
    filters: Filters = field(default=(), compare=False)

    def render(self, context: Mapping[str, Any]) -> RichText:
        """Return the text for one alert. Never raises, and never gives more than `MAX_LENGTH` characters.

        `context` holds the tweet's fields at the top level and the names of `ALERT_NAMES`. What is missing or null
        renders as nothing. Should the template fail all the same, the result is a plain title with a note.
        """
        try:
            if self._constant is not None:
                return self._constant
            if self._plain is not None:
                fragments = filled_in(self._plain, context, stripped, MAX_LENGTH)
                if fragments is not None:
                    return RichText(fragments)
            return self.render_by_jinja(context)
        except Exception as error:  # noqa: BLE001  a filter may raise anything, and an alert must not be lost for it
            return _fallback(context, error)

    def render_by_jinja(self, context: Mapping[str, Any]) -> RichText:
        """Return the same as `render`, by the way that every template can take; raises what its filters raise."""
        return fragments_of("".join(self._pieces(context)))

    @cached_property
    def _plain(self) -> Plain | None:
        # A plugin may have a filter of the same name as one of ours.
        return None if self.filters else _plain(self.source)

    @cached_property
    def _constant(self) -> RichText | None:
        return self.render_by_jinja({}) if self._plain is not None and self._plain.is_constant else None

    @cached_property
    def _generate(self) -> Callable[[Mapping[str, Any]], Iterator[str]]:
        return generator(self.source, self.filters)

    def _pieces(self, context: Mapping[str, Any]) -> Iterator[str]:
        left = MAX_LENGTH
        present = {name: value for name, value in context.items() if value is not None}
        for piece in self._generate(present):
            if len(piece) > left:
                # Never cut within the marks of an expression: what lies in it would pass as the author's.
                closing = CLOSE if piece.startswith(OPEN) and left > 0 else ""
                yield f"{piece[:left]}{closing}…"
                return
            left -= len(piece)
            yield piece


@lru_cache(maxsize=1_024)
def _plain(source: str) -> Plain | None:
    return plain_of(tree_of(source), clip)


Checked: TypeAlias = tuple[Template | None, tuple[TemplateProblem, ...]]
"""A template, or None and all that is wrong with it."""


def parse_template(
    source: str, fields: Mapping[str, Type], labels: Collection[str] = (), filters: Mapping[str, Filter] = NO_FILTERS
) -> Checked:
    """Return the template, or None and all that is wrong with it.

    `fields` are the declared fields of a tweet by dotted path; `labels` the labels that its rule has; `filters` those
    of plugins, guarded, by name.
    """
    source = MARKS.sub("", source)
    if len(source) > MAX_SOURCE:
        return None, (TemplateProblem("bad-template", f"longer than {MAX_SOURCE:,} characters", "shorten it", 1),)
    try:
        tree = tree_of(source)
    except TemplateSyntaxError as error:
        return None, (syntax_problem(source, error),)
    except RecursionError:
        return None, (TemplateProblem("bad-template", "nested too deep", "simplify it", 1),)
    known: dict[str, Type] = {**fields, **ALERT_NAMES}
    known.update({f"labels.{label}": "text" for label in labels})
    checker = Checker(known, filters)
    checker.check(tree, frozenset(), loops=0)
    if checker.problems:
        return None, tuple(dict.fromkeys(checker.problems))
    return Template(source, frozenset(checker.names), tuple(sorted(checker.filters.items()))), ()


def _fallback(context: Mapping[str, Any], error: Exception) -> RichText:
    return RichText(
        (
            Fragment(f"{context.get('rule', '')}: ", trusted=True),
            Fragment(MARKS.sub("", clip(context.get("text"), 120)), trusted=False),
            Fragment(f" [the template failed: {type(error).__name__}]", trusted=True),
        )
    )
