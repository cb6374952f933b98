"""What each rule says of each tweet, by other means than ours: large numbers with a bit for each tweet.

A rule is taken as the JSON that it is written in. Each distinct test in it is made once for all tweets: text operators
as their reference is written (`columns`), everything else by json-logic-qubit, once for each distinct value of the
fields that it names. `and`, `or`, `if` and negation then combine the bits of what is true and of what failed, as Kleene
does.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

from tests.differential.columns import TextColumn, bits
from tests.differential.derived import DERIVED, MISSING, value_at
from tests.differential.writing import canonical
from tocsin.logic.reference import evaluate

_SUBJECTS: Final = {
    "word": "text", "all_words": "text", "contains": "text", "starts_with": "text", "ends_with": "text",
    "matches": "text", "hashtag": "hashtags", "mention": "mentions", "cashtag": "cashtags", "link": "links",
    "from": "user.username",
}  # fmt: skip
_SIGNS: Final = {"hashtag": "#", "mention": "@", "cashtag": "$"}
_EQUAL: Final = {"==": operator.eq, "===": operator.eq, "!=": operator.ne, "!==": operator.ne}
_PLAIN: Final = {**_EQUAL, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CONTAINING: Final = frozenset({"shouted", "either"})
"""The operators of the plugin: true if one of their texts occurs in the text."""


@dataclass(frozen=True, slots=True)
class Told:
    """The tweets of which something is true, and those on which it failed."""

    true: int
    failed: int = 0


Field: TypeAlias = tuple[str, str]
"""A path, and the JSON of the default, which stands for a value that is missing."""

Known: TypeAlias = dict[str, dict[str, bool | None]]
"""By condition and data, both as JSON, what json-logic-qubit says; None where it raises."""

Group: TypeAlias = tuple[str, Any, int]
"""Data as JSON and as it is, and the tweets that have it."""


class Oracle:
    """Tells of conditions what they say of tweets; `macros` and `lists` are what the conditions may name."""

    def __init__(
        self, conditions: Sequence[Any], macros: Mapping[str, Any], lists: Mapping[str, Sequence[str]]
    ) -> None:
        self._conditions = [canonical(condition, macros, lists) for condition in conditions]
        self._words: dict[Field, set[str]] = {}
        self._known: Known = {}
        for condition in self._conditions:
            self._note_words(condition)

    def _note_words(self, condition: Any) -> None:
        if isinstance(condition, list):
            for item in condition:
                self._note_words(item)
        elif isinstance(condition, dict):
            ((op, arguments),) = condition.items()
            if op in {"word", "all_words"}:
                field, patterns = subject(op, arguments)
                self._words.setdefault(field, set()).update(patterns)
            self._note_words(arguments)

    def told(self, tweets: Sequence[Mapping[str, Any]]) -> list[Told]:
        """Return what each condition says of the tweets."""
        chunk = _Chunk(tweets, self._words, self._known)
        return [chunk.told(condition) for condition in self._conditions]


class _Chunk:
    """A number of tweets, and what has been found out about them."""

    def __init__(self, tweets: Sequence[Mapping[str, Any]], words: Mapping[Field, set[str]], known: Known) -> None:
        self._tweets = tweets
        self._known = known
        self._words = words
        self._every = (1 << len(tweets)) - 1
        self._columns: dict[Field, TextColumn] = {}
        self._patterns: dict[tuple[str, Field, str], int] = {}
        self._groups: dict[tuple[str, ...], list[Group]] = {}
        self._by_field: dict[Field, list[Any]] = {}
        self._not_text: dict[Field, list[Group]] = {}
        self._leaves: dict[str, Told] = {}

    def told(self, condition: Any) -> Told:
        match condition:
            case {"and": [*terms]}:
                return self._joined([self.told(term) for term in terms], decisive=False)
            case {"or": [*terms]}:
                return self._joined([self.told(term) for term in terms], decisive=True)
            case {"!": [term]}:
                inner = self.told(term)
                return Told(self._every & ~inner.true & ~inner.failed, inner.failed)
            case {"!!": [term]}:
                return self.told(term)
            case {"if": [*terms]}:
                return self._chosen(terms)
            case None | bool() | int() | float() | str():
                return Told(self._every if condition else 0)
        written = json.dumps(condition, sort_keys=True)
        if written not in self._leaves:
            self._leaves[written] = self._leaf(condition)
        return self._leaves[written]

    def _joined(self, terms: Sequence[Told], *, decisive: bool) -> Told:
        some, every, failed = 0, self._every, 0
        for term in terms:
            some |= term.true if decisive else self._every & ~term.true & ~term.failed
            every &= term.true
            failed |= term.failed
        return Told(some, failed & ~some) if decisive else Told(every, failed & ~some)

    def _chosen(self, terms: Sequence[Any]) -> Told:
        waiting, true, failed = self._every, 0, 0
        for at in range(0, len(terms) - 1, 2):
            condition, value = self.told(terms[at]), self.told(terms[at + 1])
            here = waiting & condition.true
            true |= here & value.true
            failed |= (waiting & condition.failed) | (here & value.failed)
            waiting &= ~condition.true & ~condition.failed
        last = self.told(terms[-1]) if len(terms) % 2 else Told(0)
        return Told(true | (waiting & last.true), failed | (waiting & last.failed))

    def _leaf(self, condition: dict[str, Any]) -> Told:
        ((op, arguments),) = condition.items()
        if op in _SUBJECTS:
            return self._search(op, arguments)
        if op in _CONTAINING:
            return self._containing(arguments[:-1], arguments[-1])
        match op, arguments:
            case "in", [str() as needle, {"var": _} as variable] if needle:
                return self._occurs(needle, variable)
        return self._by_value(condition)

    def _search(self, op: str, arguments: Sequence[Any]) -> Told:
        field, patterns = subject(op, arguments)
        column = self._column(field)
        if op == "all_words":
            return Told(column.with_all_words(patterns), column.failed)
        some = 0
        for pattern in patterns:
            key = (op, field, pattern)
            if key not in self._patterns:
                self._patterns[key] = _found(op, column, pattern)
            some |= self._patterns[key]
        return Told(some, column.failed)

    def _containing(self, parts: Sequence[str], variable: Any) -> Told:
        column = self._column(_field(variable))
        some = 0
        for part in parts:
            some |= column.holding(part)
        return Told(some & column.is_text, self._every & ~column.is_text)

    def _occurs(self, needle: str, variable: Any) -> Told:
        """Return where a text occurs in a text or list, as it is; what else may be there the reference knows."""
        field = _field(variable)
        column = self._column(field)
        if field not in self._not_text:
            rest = self._every & ~column.is_text & ~column.is_list
            groups = [(written, data, mask & rest) for written, data, mask in self._grouped(variable)]
            self._not_text[field] = [group for group in groups if group[2]]
        others = self._by_reference({"in": [needle, variable]}, self._not_text[field])
        return Told(column.holding_as_it_is(needle) | others.true, others.failed)

    def _column(self, field: Field) -> TextColumn:
        if field not in self._columns:
            path, default = field
            values = [value_at(tweet, path) for tweet in self._tweets]
            if default != "null" and path not in DERIVED:
                instead = json.loads(default)
                values = [instead if value is MISSING else value for value in values]
            self._columns[field] = TextColumn(values, self._words.get(field, ()))
        return self._columns[field]

    def _by_value(self, condition: Any) -> Told:
        """Return what is told once for each distinct value; of two texts or whole numbers Python knows the order."""
        groups = self._grouped(condition)
        compared = _comparison(condition)
        if compared is None:
            return self._by_reference(condition, groups)
        true, rest = 0, []
        for value, group in zip(self._values(compared.field, groups), groups, strict=True):
            if type(value) is not compared.kind:
                rest.append(group)
            elif compared.holds(value):
                true |= group[2]
        others = self._by_reference(condition, rest)
        return Told(true | others.true, others.failed)

    def _values(self, field: Field, groups: Sequence[Group]) -> list[Any]:
        if field not in self._by_field:
            path, default = field
            values = [value_at(data, path) for _, data, _ in groups]
            self._by_field[field] = [json.loads(default) if value is MISSING else value for value in values]
        return self._by_field[field]

    def _by_reference(self, condition: Any, groups: Sequence[Group]) -> Told:
        true = failed = 0
        known = self._known.setdefault(json.dumps(condition), {})
        for written, data, mask in groups:
            if written not in known:
                try:
                    known[written] = bool(evaluate(condition, data))
                except Exception:  # noqa: BLE001 - whatever it raises, it has no value
                    known[written] = None
            holds = known[written]
            if holds:
                true |= mask
            elif holds is None:
                failed |= mask
        return Told(true, failed)

    def _grouped(self, condition: Any) -> list[Group]:
        """Return the distinct data that the fields of a condition have, each with the tweets that have it."""
        paths = tuple(sorted(set(_paths(condition))))
        if paths not in self._groups:
            rows: dict[str, tuple[Any, list[int]]] = {}
            for place, tweet in enumerate(self._tweets):
                data = _part_of(tweet, paths)
                rows.setdefault(json.dumps(data), (data, []))[1].append(place)
            self._groups[paths] = [
                (written, data, bits(found, len(self._tweets))) for written, (data, found) in rows.items()
            ]
        return self._groups[paths]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison of a field with constants of one kind: what it says of values of that kind."""

    field: Field
    kind: type
    holds: Callable[[Any], bool]


def _comparison(condition: Any) -> _Comparison | None:
    """Return a condition as a comparison of texts or of whole numbers, which Python compares as it should be."""
    ((op, arguments),) = condition.items()
    variables = [argument for argument in arguments if isinstance(argument, dict)]
    constants = [argument for argument in arguments if not isinstance(argument, dict)]
    kinds = {type(constant) for constant in constants}
    if op not in _PLAIN or len(variables) != 1 or "var" not in variables[0]:
        return None
    if kinds != {int} and not (kinds == {str} and op in _EQUAL):
        return None
    at, compared = arguments.index(variables[0]), _PLAIN[op]
    before, behind = constants[:at], constants[at:]
    if len(constants) == 1:
        (constant,) = constants
        holds = (lambda value: compared(value, constant)) if behind else (lambda value: compared(constant, value))
        return _Comparison(_field(variables[0]), kinds.pop(), holds)
    return _Comparison(
        _field(variables[0]),
        kinds.pop(),
        lambda value: all(compared(left, right) for left, right in pairwise([*before, value, *behind])),
    )


def subject(op: str, arguments: Sequence[Any]) -> tuple[Field, list[str]]:
    """Return the field that a text operator looks at, and its patterns."""
    if isinstance(arguments[0], dict):
        return _field(arguments[0]), list(arguments[1:])
    return (_SUBJECTS[op], "null"), list(arguments)


def _field(variable: Any) -> Field:
    path, *default = variable["var"] if isinstance(variable["var"], list) else [variable["var"]]
    return path, json.dumps(default[0] if default else None)


def _found(op: str, column: TextColumn, pattern: str) -> int:
    match op:
        case "word":
            return column.with_word(pattern)
        case "contains":
            return column.holding(pattern)
        case "starts_with" | "ends_with":
            return column.at_edge(pattern, end=op == "ends_with")
        case "matches":
            return column.matching(pattern)
        case "from":
            return column.named(pattern)
        case "link":
            return column.linked(pattern)
        case _:
            return column.with_tag(_SIGNS[op], pattern)


def _paths(condition: Any) -> list[str]:
    """Return the fields of the tweet that a condition names; those of the elements of lists come to nothing there."""
    if isinstance(condition, list):
        return [path for item in condition for path in _paths(item)]
    if not isinstance(condition, dict):
        return []
    ((op, arguments),) = condition.items()
    if op == "var":
        return [str(arguments[0] if isinstance(arguments, list) else arguments)]
    if op == "missing":
        return [str(name) for name in arguments]
    return _paths(arguments)


def _part_of(tweet: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return of a tweet what stands at some paths, derived fields among it."""
    part: dict[str, Any] = {}
    for path in paths:
        if path in DERIVED:
            part[path] = DERIVED[path](tweet)
            continue
        *parents, name = path.split(".")
        source: Mapping[str, Any] = tweet
        target = part
        for key in parents:
            inner = source.get(key, MISSING)
            if not isinstance(inner, dict):
                if inner is not MISSING:
                    target[key] = inner
                source = {}
                break
            target = target.setdefault(key, {})
            source = inner
        if name in source:
            target[name] = source[name]
    return part
