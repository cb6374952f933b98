"""The quick way from a tweet to the rules that are true of it: one function, written for the postings of an index.

It reads each field once, looks up what is there, and calls what a term leaves open where it leaves something. Only
values of the usual kinds are looked at here; for all others the postings name their rules the long way, and those, like
the ones whose residual raises, are handed back to be evaluated whole.

Nothing of a rule is in the source as text: what it needs it has as a global of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from types import CodeType
from typing import Any, Final, TypeAlias

from tocsin.logic.evaluation.exact import is_derived
from tocsin.logic.evaluation.fast import FIRST
from tocsin.logic.evaluation.text import find_word, fold
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.postings import UNUSUAL, BoundPostings, KeyPostings, PartPostings, Postings, Read, Unusual
from tocsin.matching.rows import Row, numbers_in, without

Find: TypeAlias = Callable[[Any, Facts], tuple[list[int], list[int]]]
"""From the tweet's data and its facts to the numbers of rules that are true of it, and of those that may be.

What the numbers stand for is in `matching.told`. Neither are in order, and one may be there more than once.
"""


def make_find(
    postings: Sequence[Postings],
    always: Row | None,
    count: int,
    vocabulary: Vocabulary,
    gone: AbstractSet[int] = frozenset(),
) -> Find:
    """Return the function that looks into all of these postings.

    `always` are rules without a term; `count` is how many rules there are in all. The rules in the places `gone` are
    not evaluated; they may be among those that are handed back.
    """
    writer = _Writer(vocabulary, count, gone)
    for each in postings:
        match each:
            case KeyPostings():
                writer.keys(each)
            case PartPostings():
                writer.parts(each)
            case BoundPostings():
                writer.bounds(each)
            case _:
                raise TypeError(type(each).__name__)
    if always is not None:
        writer.found(1, writer.constant(always))
    return writer.made()


class _Odd:
    """Stands for a value that has to be read the long way."""


_ODD: Final = _Odd()

_NAMES: Final[dict[str, Any]] = {
    "__builtins__": {},
    "Exception": Exception,
    "ODD": _ODD,
    "UNUSUAL": UNUSUAL,
    "Unusual": Unusual,
    "bisect_left": bisect_left,
    "bisect_right": bisect_right,
    "dict": dict,
    "find_word": find_word,
    "fold": fold,
    "int": int,
    "numbers_in": numbers_in,
    "str": str,
    "type": type,
    "without": without,
}

_BEGINNING: Final = """\
def find(data, facts):
    if type(data) is not dict:
        return [], everything
    found = []
    doubtful = []
    add = found.append
    extend = found.extend
    text = data.get('text')"""

_IN_TEXT: Final = {"hashtags": "#", "mentions": "@", "cashtags": "$", "links": "://"}
"""What the folded text has to hold for a tweet without entities to have anything in a derived field."""

_SIGNS: Final = frozenset("#@$")

_BEYOND: Final = {
    ">": ("{value} > {edge}", "[:bisect_left({bounds}, {value})]", 0),
    ">=": ("{value} >= {edge}", "[:bisect_right({bounds}, {value})]", 0),
    "<": ("{value} < {edge}", "[bisect_right({bounds}, {value}):]", -1),
    "<=": ("{value} <= {edge}", "[bisect_left({bounds}, {value}):]", -1),
}


class _Writer:
    """Writes the source, line by line, and keeps the objects that it names."""

    def __init__(self, vocabulary: Vocabulary, count: int, gone: AbstractSet[int]) -> None:
        self._vocabulary = vocabulary
        self._passes_over = bool(gone)
        self._lines = [_BEGINNING]
        self._space = {**_NAMES, "everything": range(count), "gone": gone}
        self._constants = 0
        self._fields: dict[str, str] = {"text": "text"}
        self._heads: dict[str, str] = {}
        self._forms: dict[str, int] = {}

    def made(self) -> Find:
        self._line(1, "return found, doubtful")
        exec(_code("\n".join(self._lines)), self._space)  # noqa: S102 - written here, see above
        # Taken out: a function among its own globals would be a circle, and indexes are let go of without a collector.
        find: Find = self._space.pop("find")
        return find

    def constant(self, value: object) -> str:
        name = f"k{self._constants}"
        self._constants += 1
        self._space[name] = value
        return name

    def keys(self, postings: KeyPostings) -> None:
        match postings.kind:
            case "word":
                self._words(postings)
            case "equal":
                self._equal(postings)
            case "name":
                self._names(postings)
            case _:
                self._any_keys(postings)

    def parts(self, postings: PartPostings) -> None:
        value = self._value(postings.path, postings.read)
        scan = self.constant(postings.automaton.found)
        looked_in = self._folded(value) if postings.kind == "part" else value
        self._line(1, f"if type({value}) is str:")
        self._line(2, f"for part in {scan}({looked_in}):")
        self.found(3, f"{self.constant(postings.rows)}[part]")
        self._otherwise(value, postings)

    def bounds(self, postings: BoundPostings) -> None:
        value = self._value(postings.path, postings.read)
        self._line(1, f"if type({value}) is int:")
        for sign, beside in postings.by_sign.items():
            comparison, cut, place = _BEYOND[sign]
            edge, bounds, rows = map(self.constant, (beside.bounds[place], beside.bounds, beside.rows))
            self._line(2, f"if {comparison.format(value=value, edge=edge)}:")
            self._line(3, f"for first in {rows}{cut.format(bounds=bounds, value=value)}:")
            self.found(4, "first")
        self._otherwise(value, postings)

    def found(self, depth: int, row: str) -> None:
        """Write what becomes of the rules of a term that holds."""
        self._line(depth, f"row = {row}")
        self._line(depth, "while row:")
        self._line(depth + 1, "test = row[0]")
        for deeper, line in (
            (1, "if test is None:"),
            (2, f"extend(row[{FIRST}:])"),
            (2, "row = row[1]"),
            (1, "else:"),
            (2, "try:"),
            (3, f"row = test({'without(row, gone)' if self._passes_over else 'row'}, data, facts, add)"),
            (2, "except Exception:"),
            (3, "doubtful.extend(numbers_in(row))"),
            (3, "row = row[1]"),
        ):
            self._line(depth + deeper, line)

    def _words(self, postings: KeyPostings) -> None:
        value = self._value(postings.path, postings.read)
        known, by_key = self.constant(postings.known.__and__), self.constant(postings.by_key)
        seen = self._seen(value)
        self._line(1, f"if type({value}) is str:")
        self._line(2, f"hits = {known}({seen}.runs)")
        self._line(2, "if hits:")
        self._line(3, f"mixed = {seen}.mixed")
        self._line(3, "for key in hits:")
        # A run of letters beside a mark may be a part of a word, of concern only to those that wait for runs.
        self._line(4, f"if key not in mixed or find_word(key, {self._folded(value)}):")
        self.found(5, f"{by_key}[key]")
        self._line(4, "else:")
        self.found(5, f"{self.constant(postings.of_runs.get)}(key)")
        self._otherwise(value, postings)

    def _names(self, postings: KeyPostings) -> None:
        value = self._value(postings.path, postings.read)
        self._line(1, f"if type({value}) is str:")
        self._line(2, f"key = {value}.lower() if {value}.isascii() else fold({value})")
        self.found(2, f"{self.constant(postings.by_key.get)}(key.removeprefix('@'))")
        self._otherwise(value, postings)

    def _equal(self, postings: KeyPostings) -> None:
        value = self._value(postings.path, postings.read)
        self._line(1, f"if type({value}) is str:")
        self.found(2, f"{self.constant(postings.by_key.get)}({value})")
        self._otherwise(value, postings, even_nothing="None" in postings.by_key)

    def _any_keys(self, postings: KeyPostings) -> None:
        value = self._value(postings.path, postings.read)
        known, by_key, keys = map(self.constant, (postings.known.__and__, postings.by_key, postings.keys))
        disjoint = self.constant(postings.known.isdisjoint)
        depth = 1
        if value.startswith("facts."):
            seen, folded, wanted = self._seen("text"), self._folded("text"), self.constant(_IN_TEXT[postings.path])
            in_text = f"{wanted} in {folded}"
            if postings.kind in _SIGNS and postings.path != "links":
                # In ASCII, the name of a tag is a run of letters of the text; a link isn't, nor the key of what is set.
                in_text += f" and not ({folded}.isascii() and {disjoint}({seen}.runs))"
            self._line(1, f"if data.get('entities') or ({in_text}):")
            depth = 2
        self._line(depth, "try:")
        self._line(depth + 1, f"if {value} is ODD:")
        self._line(depth + 2, "raise Unusual")
        self._line(depth + 1, f"hits = {known}({keys}({value}, facts))")
        self._line(depth, "except UNUSUAL:")
        self._line(depth + 1, f"doubtful.extend({self.constant(postings.numbers)}(facts))")
        self._line(depth, "else:")
        self._line(depth + 1, "for key in hits:")
        self.found(depth + 2, f"{by_key}[key]")

    def _otherwise(self, value: str, postings: Postings, *, even_nothing: bool = False) -> None:
        self._line(1, "else:" if even_nothing else f"elif {value} is not None:")
        self._line(2, f"doubtful.extend({self.constant(postings.numbers)}(facts))")

    def _value(self, field: str, read: Read) -> str:
        """Return a name of the value of a field, having written how it is read."""
        if field not in self._fields:
            self._fields[field] = self._read(field, read)
        return self._fields[field]

    def _read(self, field: str, read: Read) -> str:
        name = f"v{len(self._fields)}"
        head, dot, rest = field.partition(".")
        if is_derived(field, self._vocabulary):
            # Tags and links are looked for only where there may be some.
            derived = f"facts.derived({self.constant(field)})"
            if field in _IN_TEXT:
                return derived
            self._line(1, f"{name} = {derived}")
        elif not dot:
            self._line(1, f"{name} = data.get({self.constant(field)})")
        elif "." in rest:
            self._line(1, f"{name} = {self.constant(_read_or_odd(read))}(facts)")
        else:
            if head not in self._heads:
                self._heads[head] = f"h{len(self._heads)}"
                self._line(1, f"{self._heads[head]} = data.get({self.constant(head)})")
            inner = self._heads[head]
            self._line(1, f"{name} = {inner}.get({self.constant(rest)}) if type({inner}) is dict else"
                          f" None if {inner} is None else ODD")  # fmt: skip
        return name

    def _seen(self, value: str) -> str:
        """Return a name of the forms of a value that is a text."""
        return f"s{self._form(value)}"

    def _folded(self, value: str) -> str:
        """Return a name of a text, folded; empty if the value is none."""
        return f"f{self._form(value)}"

    def _form(self, value: str) -> int:
        """Return the number that both names have, having written what they stand for."""
        if value not in self._forms:
            number = self._forms[value] = len(self._forms)
            at_hand = " = facts.text" if value == "text" else ""
            self._line(1, f"s{number}{at_hand} = facts.forms({value}) if type({value}) is str else None")
            self._line(1, f"f{number} = s{number}.folded if s{number} else ''")
        return self._forms[value]

    def _line(self, depth: int, text: str) -> None:
        self._lines.append("    " * depth + text)


def _read_or_odd(read: Read) -> Read:
    def value(facts: Facts) -> Any:
        try:
            return read(facts)
        except UNUSUAL:
            return _ODD

    return value


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    return compile(source, "<index>", "exec")
