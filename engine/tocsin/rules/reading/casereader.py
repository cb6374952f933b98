"""Reads the `tests` of rules and the `fixtures` of a file, or tells what is wrong with them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.logic.vocabulary import Vocabulary, did_you_mean
from tocsin.model import Json
from tocsin.rules.cases import WORD, Case, Equivalent, Given, RuleTests, fields_of, holds, replaced, sample
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.duration import parse_duration
from tocsin.rules.reading.expectations import read_expectation
from tocsin.rules.reading.schema import Shape, fit, unknown_key, wrong_type
from tocsin.rules.reading.tweetfields import field_problems
from tocsin.rules.reading.words import words
from tocsin.rules.syntax.document import Document

_MOST_REPEATS: Final = 10_000
_NAME_MAX: Final = 60

_CASE_KEYS: Final = frozenset({"name", "tweet", "given", "each", "expect"})
_MARK_KEYS: Final = frozenset({"equivalent", "why"})


class CaseShape(Shape):
    """One entry of `tests`: a test, or (`equivalent`, `why`) a word about a mutant."""

    name: str = ""
    tweet: dict[str, Any] | None = None
    given: list[dict[str, Any]] | None = None
    each: Any = None
    expect: Any = None
    equivalent: str = ""
    why: str = ""


class GivenShape(Shape):
    """One entry of `given`."""

    tweet: dict[str, Any]
    at: str | None = None
    repeat: int = 1
    every: str | None = None


@dataclass(slots=True)
class CaseReader:
    """Reads the tests of one file's rules. `lookup` finds the words of `{list: name}`."""

    document: Document
    vocabulary: Vocabulary
    lookup: Callable[[str, Path], tuple[str, ...] | Problem]
    _fixtures: dict[str, dict[str, Json]] = field(default_factory=dict)
    _more: Collection[str] | None = None
    _problems: list[Problem] = field(default_factory=list)

    def read_fixtures(self, section: Mapping[str, Json]) -> list[Diagnostic]:
        """Take the file's fixtures, before any test is read; return what is wrong with them."""
        for name, value in section.items():
            at: Path = (self.document.file, "fixtures", name)
            if isinstance(value, dict):
                self._fixtures[name] = fields_of(value)
                self._check_fields(value, at)
            else:
                self._problems.append(wrong_type("a mapping of fields", value, at))
                self._fixtures[name] = {}
        return self._placed()

    def read(self, rule_id: str, tests: Json, more: Collection[str] | None) -> tuple[RuleTests, list[Diagnostic]]:
        """Return the tests of a rule, and what is wrong with them.

        `more` are the fields that the rule itself reads, None where that isn't known. What is no list of mappings is
        left out: the rule's shape speaks of it.
        """
        self._more = more
        cases: list[Case] = []
        marks: list[Equivalent] = []
        for index, value in enumerate(tests if isinstance(tests, list) else ()):
            at: Path = (self.document.file, "rules", rule_id, "tests", index)
            if not isinstance(value, dict):
                continue
            if value.keys() & _MARK_KEYS and not value.keys() & (_CASE_KEYS - {"name"}):
                marks += self._mark(value, at)
            else:
                cases += self._cases(value, at)
        return RuleTests(cases=tuple(cases), equivalents=tuple(marks)), self._placed()

    def _placed(self) -> list[Diagnostic]:
        problems, self._problems = self._problems, []
        return self.document.place(problems)

    def _mark(self, value: dict[str, Json], at: Path) -> Iterator[Equivalent]:
        shape, problems = fit(CaseShape, value, at)
        self._problems += problems
        if shape is None:
            return
        for key in sorted(_MARK_KEYS):
            if not value.get(key):
                hint = "name the mutant as `tocsin test --mutate` does, and say why nothing tells it from the rule"
                self._note("missing-key", f"{key!r} is missing", at, hint)
                return
        yield Equivalent(mutant=shape.equivalent, why=shape.why, span=self.document.span(at))

    def _cases(self, value: dict[str, Json], at: Path) -> list[Case]:
        shape, problems = fit(CaseShape, value, at)
        self._problems += [_among_case_keys(problem, value, at) for problem in problems]
        if value.keys() & _MARK_KEYS:
            key = next(iter(value.keys() & _MARK_KEYS))
            self._note("bad-test", "a test or a mark of a mutant, not both", (*at, key), "make it an entry of its own")
        given = self._all_given(value, at, problems)
        if "expect" not in value and not _is_meant("expect", problems):
            self._note("missing-key", "'expect' is missing", at, "write `expect: match` or `expect: no_match`")
        expectation, wrong = read_expectation(value.get("expect"), (*at, "expect"), _tweet_count(given))
        self._problems += wrong if "expect" in value else []
        each = self._each(value, given, at)
        if shape is None or expectation is None or not given:
            return []
        name = shape.name or _name(given)
        span = self.document.span(at)
        if each is None:
            return [Case(name=name, given=tuple(given), expect=expectation, span=span)]
        return [
            Case(
                name=name.replace(WORD, word) if WORD in name else f"{name} [{word}]",
                given=tuple(replace(item, fields=_with(item.fields, word)) for item in given),
                expect=expectation,
                span=span,
            )
            for word in each
        ]

    def _all_given(self, value: dict[str, Json], at: Path, problems: Sequence[Problem]) -> list[Given]:
        """Return the tweets of `tweet` or `given`; none where their shape is wrong, which is told elsewhere."""
        if ("tweet" in value) == ("given" in value):
            what = "both 'tweet' and 'given'" if "tweet" in value else "neither 'tweet' nor 'given'"
            hint = "write `tweet: {text: …}` for one, `given: [{tweet: …}]` for several"
            if not _is_meant("tweet", problems) and not _is_meant("given", problems):
                self._note("bad-test", what, at, hint)
            return []
        key, form = ("tweet", "a mapping of fields") if "tweet" in value else ("given", "a list")
        if value[key] is None:
            self._problems.append(wrong_type(form, None, (*at, key)))
        tweet = value.get("tweet")
        if "tweet" in value:
            return [Given(fields=self._fields(tweet, (*at, "tweet")))] if isinstance(tweet, dict) else []
        entries = value["given"]
        if entries == []:
            self._note("empty-list", "no tweets", (*at, "given"), "write `given: [{tweet: {text: …}}]`")
        found = [
            self._given(entry, (*at, "given", index))
            for index, entry in enumerate(entries if isinstance(entries, list) else ())
            if isinstance(entry, dict)
        ]
        return [given for given in found if given is not None]

    def _given(self, value: dict[str, Json], at: Path) -> Given | None:
        shape, problems = fit(GivenShape, value, at)
        self._problems += problems
        tweet = value.get("tweet")
        fields = self._fields(tweet, (*at, "tweet")) if isinstance(tweet, dict) else {}
        if shape is None:
            return None
        every = self._every(shape.every, (*at, "every"))
        if not 1 <= shape.repeat <= _MOST_REPEATS:
            self._note("bad-test", f"a tweet comes 1 to {_MOST_REPEATS:,} times", (*at, "repeat"), "")
        return Given(fields=fields, at=self._instant(shape.at, (*at, "at")), repeat=shape.repeat, every=every)

    def _every(self, text: str | None, at: Path) -> timedelta:
        try:
            return timedelta(seconds=1) if text is None else parse_duration(text)
        except ValueError as error:
            self._note("bad-time", str(error), at, "")
            return timedelta(seconds=1)

    def _instant(self, text: str | None, at: Path) -> timedelta | datetime | None:
        if text is None or text.strip() in {"0", "0s"}:
            return None if text is None else timedelta()
        try:
            return parse_duration(text)
        except ValueError:
            instant = _as_instant(text)
        if instant is None:
            hint = "write how long after the start, such as 10m, or an instant, such as 2026-01-01T12:00:00Z"
            self._note("bad-time", f"{text!r} is no time", at, hint)
        return instant

    def _fields(self, value: dict[str, Json], at: Path) -> dict[str, Json]:
        own = {key: item for key, item in value.items() if key != "fixture"}
        self._check_fields(own, at)
        if "fixture" not in value:
            return fields_of(own)
        name = value["fixture"]
        if not isinstance(name, str):
            self._problems.append(wrong_type("the name of a fixture", name, (*at, "fixture")))
        elif name not in self._fixtures:
            hint = did_you_mean(name, self._fixtures, "define it under 'fixtures:' of this file")
            self._note("unknown-fixture", f"no fixture {name!r}", (*at, "fixture"), hint)
        return {**self._fixtures.get(str(name), {}), **fields_of(own)}

    def _check_fields(self, value: Mapping[str, Json], at: Path) -> None:
        self._problems += field_problems(value, at, self.vocabulary.fields, self._more)

    def _each(self, value: dict[str, Json], given: Sequence[Given], at: Path) -> tuple[str, ...] | None:
        """Return the words of `each`, None without it."""
        used = any(holds(dict(item.fields), WORD) for item in given)
        if "each" not in value:
            if used:
                hint = "write `each: [one, two]` or `each: {list: name}`"
                self._note("bad-test", f"{WORD} stands for a word of 'each', which is missing", at, hint)
            return None
        found, wrong = words(value["each"], (*at, "each"), self.lookup)
        self._problems += wrong
        if given and not used:
            hint = f'put it where the words go: `text: "… {WORD} …"`'
            self._note("bad-test", f"no {WORD} in any text of the tweet", (*at, "each"), hint)
        return sample(found)

    def _note(self, code: str, message: str, at: Path, hint: str, *, on_key: bool = False) -> None:
        self._problems.append(Problem(code=code, message=message, at=at, hint=hint, on_key=on_key))


def _among_case_keys(problem: Problem, value: Mapping[str, Json], at: Path) -> Problem:
    """Return the problem of an unknown key with the keys of a test, those of a mark left out."""
    if problem.code != "unknown-key" or len(problem.at) != len(at) + 1 or value.keys() & _MARK_KEYS:
        return problem
    return unknown_key(str(problem.at[-1]), problem.at, _CASE_KEYS, frozenset())


def _is_meant(key: str, problems: Sequence[Problem]) -> bool:
    """Whether a key that is missing seems to be there, misspelt, which has been told."""
    return any(problem.code == "unknown-key" and f"{key!r}?" in problem.hint for problem in problems)


def _as_instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _tweet_count(given: Sequence[Given]) -> int | None:
    return sum(item.repeat for item in given) if given else None


def _name(given: Sequence[Given]) -> str:
    """Return what a test without a name is called: what its first tweet says, or what else is set."""
    fields = given[0].fields
    text = fields.get("text")
    name = text if isinstance(text, str) else ", ".join(f"{key} {value}" for key, value in fields.items())
    name = " ".join(name.split()) or "a neutral tweet"
    return name if len(name) <= _NAME_MAX else name[: _NAME_MAX - 1] + "…"


def _with(fields: Mapping[str, Json], word: str) -> dict[str, Json]:
    return {key: replaced(value, WORD, word) for key, value in fields.items()}
