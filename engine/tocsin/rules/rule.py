"""Reads one rule of a file: its shape, condition, templates and destinations."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast

from tocsin.logic.ast import Array, Call, Expr, Literal, Path
from tocsin.logic.parse import Scope, parse
from tocsin.logic.problems import Problem
from tocsin.logic.stream_filter import filter_condition
from tocsin.logic.vocabulary import suggest
from tocsin.model import DestinationName, Json, RuleId, Severity
from tocsin.rules.definitions import Definitions
from tocsin.rules.diagnostics import Diagnostic
from tocsin.rules.document import Document
from tocsin.rules.ruleset import MatchBlock, Rule
from tocsin.rules.schema import LATER_RULE_KEYS, RuleShape, fit, wrong_type
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE, Template, parse_template
from tocsin.rules.words import words

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_FORMULA = re.compile(r"[<>=]|\b(and|or|not|in|contains)\b|\{\{")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReader:
    """Reads the rules of all files against one scope.

    `destinations` are the names that `notify` may use, None where they are not known.
    """

    scope: Scope
    definitions: Definitions
    destinations: Collection[str] | None

    def read(self, document: Document, rule_id: str, value: Json) -> tuple[Rule | None, list[Diagnostic]]:
        """Return the rule, or None and everything that is wrong with it."""
        at: Path = (document.file, "rules", rule_id)
        shape, problems = fit(RuleShape, value, at, LATER_RULE_KEYS)
        if not _ID.fullmatch(rule_id):
            problems.append(_bad_id(rule_id, at))
        if not isinstance(value, dict):
            return None, document.place(problems)
        problems += [
            wrong_type(expected, None, (*at, key))
            for key, expected in _CLAUSES.items()
            if key in value and value[key] is None
        ]
        match = self._match(value.get("match"), (*at, "match"), problems)
        when = self._when(document, value.get("when"), (*at, "when"), problems)
        if not value.keys() & {"match", "when"} and not any("'when'?" in problem.hint for problem in problems):
            problems.append(_no_condition(at))
        notify = self._notify(value.get("notify"), (*at, "notify"), problems)
        diagnostics = document.place(problems)
        title = self._template(document, value, "title", DEFAULT_TITLE, at, diagnostics)
        body = self._template(document, value, "body", DEFAULT_BODY, at, diagnostics)
        condition = _both(match, when, at)
        if diagnostics or shape is None or condition is None or title is None or body is None:
            return None, diagnostics
        rule = Rule(
            id=RuleId(rule_id),
            title=title,
            body=body,
            description=shape.description,
            severity=Severity(shape.severity),
            labels=shape.labels,
            condition=condition,
            match=match,
            only_match=when is None,
            notify=notify,
            enabled=shape.enabled,
            span=document.span(at, on_key=True),
            tests=tuple(cast("list[Json]", shape.tests)),
        )
        return rule, []

    def _match(self, value: Json, at: Path, problems: list[Problem]) -> MatchBlock | None:
        if not isinstance(value, dict):
            return None
        lists: dict[str, tuple[str, ...]] = {"keywords": (), "users": ()}
        for name in lists:
            if name in value:
                lists[name], wrong = words(value[name], (*at, name), self.definitions.words)
                problems += wrong
        language, min_retweets = value.get("language"), value.get("min_retweets")
        block = MatchBlock(
            keywords=lists["keywords"],
            users=lists["users"],
            language=language if isinstance(language, str) and language else None,
            min_retweets=min_retweets if isinstance(min_retweets, int) else 0,
        )
        if not value:
            hint = "name keywords, users, language or min_retweets, or leave 'match' out"
            problems.append(Problem(code="no-condition", message="this matches every tweet", at=at, hint=hint))
        return block

    def _when(self, document: Document, value: Json, at: Path, problems: list[Problem]) -> Expr | None:
        if value is None:
            return None
        expression, unclear = self.definitions.resolved(document.expression(value, at), at)
        parsed = parse(expression, self.scope, at)
        problems += [*unclear, *(_for_shorthand(document, problem) for problem in parsed.problems)]
        if _is_constant(parsed.expr):
            problems.append(_constant(value, at, self.scope.macros))
        return parsed.expr

    def _notify(self, value: Json, at: Path, problems: list[Problem]) -> tuple[DestinationName, ...]:
        if value is None:
            return ()
        names, wrong = words(value, at)
        problems += wrong
        problems += unknown_destinations(value, at, self.destinations)
        return tuple(DestinationName(name) for name in names)

    def _template(
        self, document: Document, value: dict[str, Json], key: str, default: str, at: Path, found: list[Diagnostic]
    ) -> Template | None:
        source = value.get(key, default)
        if not isinstance(source, str):
            return None
        labels = value.get("labels")
        fields = self.scope.vocabulary.fields
        template, wrong = parse_template(source, fields, labels if isinstance(labels, Mapping) else ())
        if (*at, key) in document.mistaken:
            return template
        for problem in wrong:
            span = document.span_of((*at, key), problem.name, after_line=problem.line - 1)
            found.append(
                Diagnostic(span=span, severity="error", code=problem.code, message=problem.message, hint=problem.hint)
            )
        return template


def unknown_destinations(value: Json, at: Path, known: Collection[str] | None) -> list[Problem]:
    """Return a problem for each name, in one text or a list of texts, that is none of the destinations."""
    if known is None:
        return []
    items = value if isinstance(value, list) else [value]
    problems: list[Problem] = []
    for index, name in enumerate(items):
        if not isinstance(name, str) or name in known:
            continue
        near = suggest(name, known)
        hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
        place = (*at, index) if isinstance(value, list) else at
        message = f"no destination {name!r} in the configuration"
        problems.append(Problem(code="unknown-destination", message=message, at=place, hint=hint))
    return problems


_CLAUSES = {"match": "filters", "when": "a condition", "notify": "a destination"}


def _both(match: MatchBlock | None, when: Expr | None, at: Path) -> Expr | None:
    if match is None:
        return when
    filtered = filter_condition(match.keywords, match.users, match.language, match.min_retweets or None, (*at, "match"))
    return filtered if when is None else Call("and", (filtered, when), at)


def _bad_id(rule_id: str, at: Path) -> Problem:
    near = re.sub(r"[^a-z0-9]+", "-", rule_id.lower()).strip("-")
    hint = f"try {near!r}" if near else "use a-z, 0-9 and -"
    message = f"the id {rule_id!r} has more in it than a-z, 0-9 and -"
    return Problem(code="bad-id", message=message, at=at, hint=hint, on_key=True)


def _for_shorthand(document: Document, problem: Problem) -> Problem:
    """Return the problem with the likelier remedy where text with a dot in front was taken for a field: `.com`."""
    place = document.places.get(problem.at)
    if problem.code != "unknown-field" or place is None or not place.is_plain or "did you mean" in problem.hint:
        return problem
    return replace(problem, hint="quote it if text is meant")


def _is_constant(expr: Expr | None) -> bool:
    """Whether a condition can't depend on the tweet; a bare true or false is taken as meant.

    Null is what an empty macro stands for, which is told where the macro is.
    """
    return isinstance(expr, Array) or (
        isinstance(expr, Literal) and not isinstance(expr.value, bool) and expr.value is not None
    )


def _constant(value: Json, at: Path, macros: Collection[str]) -> Problem:
    hint = "say what to look for: `when: {word: [outage]}`"
    if isinstance(value, list):
        hint = "put the list under 'and' or 'or'"
    elif isinstance(value, str) and value in macros:
        hint = f"to use the macro, write {{macro: {value}}}"
    elif isinstance(value, str) and _FORMULA.search(value):
        hint = "conditions are JSON-logic: `when: {gt: [.metrics.likes, 100]}`"
    return Problem(code="constant-condition", message="this is the same for every tweet", at=at, hint=hint)


def _no_condition(at: Path) -> Problem:
    hint = "say when it is true: `when: {word: [outage]}`"
    return Problem(code="no-condition", message="neither 'match' nor 'when'", at=at, hint=hint, on_key=True)
