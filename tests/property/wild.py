"""Rules and tweets as nobody would write them, by the thousand, from a seed: what an index could lose a match on.

Hypothesis finds small failures; this finds rare ones, because it is fast. Texts and patterns are put together from the
same few pieces, so that they meet.
"""

# ruff: noqa: RUF001 - letters of other scripts are meant

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tocsin.hookspecs import Operator
from tocsin.logic.evaluation.text import fold
from tocsin.logic.fields import DERIVED
from tocsin.logic.parse import Scope, with_trees
from tocsin.logic.vocabulary import standard_vocabulary

PIECES: Final = (
    "btc", "BTC", "Btc", "hack", "hacked", "ha", "a", "the", "moon", "c++", "a.b", "don't", "x_y", "1", "5", "05",
    "½", "İ", "I", "ı", "i", "i̇", "ß", "ẞ", "ss", "SS", "ﬁ", "fi", "ﬃ", "ŉ", "ǰ", "J̌", "e\u0301", "é", "É", "Å", "Å",
    "ΑΣ", "ας", "ασ", "Σ", "ς", "ſ", "K", "k", "Ａ", "ｂｔｃ", "ﷺ", "한글", "\u1112\u1161\u11ab", "速報", "速",
    "報です",
    "ｶﾞ", "ガ", "か\u3099", "ไทย", "ข่าว", "ำ", "عاجل", "عَاجِل", "ـ", "שלום", "हिन्दी", "🔥", "👨‍👩‍👧", "👩", "👍🏽", "👍",
    "\u200d", "\u200c", "\u0345", "ᾳ", "\u00ad", "\ufe0f", "\u0301", "\ud83d", "\ude00", "\u2028", "\x1c", "\u3000",
    " ", " ", " ", " ", "  ", "\t", "\n", "#", "@", "$", "_", ".", ":", "/", "-", "!", "’", "#btc", "@ann", "$TSLA",
    "＃btc", "RT @", "https://t.co/x", "http://News.Example.com/a?b", "example.com", "https://ｅxample.com.", "en",
    "None", "True",
)  # fmt: skip
_FIELDS: Final = (
    "text", "text", "text", "text", "lang", "user.username", "user.name", "user", "metrics.likes", "metrics.retweets",
    "hashtags", "mentions", "cashtags", "links", "is_retweet", "is_reply", "url", "tags", "tags.0", "tags.9", "absent",
    "deep.down.here", "entities.hashtags", "id",
)  # fmt: skip
_PLAIN_FIELDS: Final = tuple(name for name in _FIELDS if name not in DERIVED)
_TEXT: Final = (
    "word", "word", "word", "all_words", "contains", "starts_with", "ends_with", "hashtag", "mention", "cashtag",
    "link", "from",
)  # fmt: skip
EXPRESSIONS: Final = (
    "btc+", "^hacked?", r"\bbtc\b", "moon|hack", "ha[ck]+ed", r"hack\w*", r"(ha)?cked", "fi{2}n", "hac.ed", r"a\.b",
    "BTC", "hackI", "ßtraß", r"\x62tc", "(?i)btc", "J̌ab", "速報", r"moo\pLn", "the{0}moon", "[a[:alpha:]]cked",
)  # fmt: skip
_NUMBERS: Final = (0, 1, 2, 5, -1, 0.5, 5.0, 12.5, 1e300, 2**70, -0.0)
_LARGE: Final = (1e15, 999_999_999_999_999.875, -1e15, 999_999_999_999_999, 2**53)
_ALIKE: Final = ((1, True, 1.0, "1", "True"), (0, False, 0.0, -0.0, "", None), (5, 5.0, "5", "5.0"), (None, "None"))
"""Constants that some way of comparing takes for the same."""

_COMPARING: Final = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in"})

SHOUTED: Final = Operator(
    name="shouted", arguments=("text", "text"), result="truth", doc="", example="",
    function=lambda word, text: fold(word) in fold(text),
    terms=lambda arguments: (arguments[0],) if isinstance(arguments[0], str) and fold(arguments[0]) else None,
)  # fmt: skip
EITHER: Final = Operator(
    name="either", arguments=("text", "text", "text"), result="truth", doc="", example="",
    function=lambda one, other, text: fold(one) in fold(text) or fold(other) in fold(text),
    # A plugin says what it can of what it was given.
    terms=lambda arguments: tuple(arguments[:2]) if all(isinstance(a, str) and a.isascii() and a
                                                        for a in arguments[:2]) else None,
)  # fmt: skip
VOCABULARY: Final = standard_vocabulary().extended([SHOUTED, EITHER], {})
SCOPE: Final = with_trees(
    Scope(
        VOCABULARY,
        macros={
            "organic": ({"!": {"starts_with": "RT @"}}, ()),
            "coins": ({"word": [{"list": "coins"}]}, ()),
            "loud": ({"and": [{"macro": "coins"}, {">": [{"var": "metrics.likes"}, 1]}]}, ()),
        },
        lists={"coins": ("btc", "#btc", "速報", "ss", "moon hacked"), "names": ("ann", "@ann", "i̇")},
        check_fields=False,
    )
)


class Wild:
    """Writes conditions and tweets; the same seed, the same ones."""

    def __init__(self, seed: int, *, is_plain: bool = False) -> None:
        """Start anew; `is_plain` leaves out what JSON-logic doesn't know: text operators, macros, lists, plugins."""
        self._rng = Random(seed)
        self._is_plain = is_plain
        self._last: Any = True

    def condition(self) -> Any:
        """Return a condition that can be parsed; now and then nearly the one before."""
        if self._rng.random() < 0.1:
            return self._sibling(self._last)
        self._last = self._new_condition()
        return self._last

    def _sibling(self, condition: Any) -> Any:
        """Return the same condition with constants in the place of others that are alike."""
        if isinstance(condition, list):
            return [self._sibling(item) for item in condition]
        if not isinstance(condition, dict):
            return condition
        ((op, arguments),) = condition.items()
        if op not in _COMPARING or not isinstance(arguments, list):
            return {op: self._sibling(arguments)}
        return {op: [self._sibling(item) if isinstance(item, dict) else self._alike(item) for item in arguments]}

    def _alike(self, constant: Any) -> Any:
        if isinstance(constant, list):
            return [self._alike(item) for item in constant]
        groups = [group for group in _ALIKE if any(constant is one or repr(constant) == repr(one) for one in group)]
        return self._rng.choice(groups[0]) if groups else constant

    def _new_condition(self) -> Any:
        found = self._condition(self._rng.choice((0, 1, 1, 2, 3)))
        # Something that can be looked up, or most rules would be candidates for every tweet.
        return (
            {"and": [self._leaf(), found]}
            if self._rng.random() < 0.3
            else found
            if self._is_plain or self._rng.random() < 0.4
            else {"and": [found, self._search()]}
        )

    def tweet(self) -> dict[str, Any]:
        """Return what a tweet's data could be, fields missing and of odd types now and then."""
        rng = self._rng
        data: dict[str, Any] = {"id": str(rng.randrange(3)), "text": self._often(self._text)}
        if rng.random() < 0.6:
            data["lang"] = self._often(lambda: rng.choice(("en", "ja", "None")))
        if rng.random() < 0.6:
            data["metrics"] = self._often(
                lambda: {
                    name: self._often(lambda: rng.choice((*_NUMBERS, 0.07, "1", "5", "5.0")))
                    for name in ("likes", "retweets")
                }
            )
        if rng.random() < 0.6:
            data["user"] = self._often(lambda: {name: self._often(self._text) for name in ("username", "name")})
        if rng.random() < 0.4:
            data["entities"] = {name: [self._text() for _ in range(2)] for name in ("hashtags", "mentions", "urls")}
        if rng.random() < 0.3:
            data["tags"] = [self._odd() for _ in range(rng.randrange(3))]
        if rng.random() < 0.2:
            data["deep"] = {"down": {"here": self._odd()}}
        return data

    def _condition(self, depth: int) -> Any:
        rng = self._rng
        if depth == 0:
            return self._leaf()

        def inner() -> Any:
            return self._condition(depth - 1)

        several = [inner() for _ in range(rng.randint(1, 3))]
        shapes: list[Callable[[], Any]] = [
            lambda: {"and": several},
            lambda: {"and": several},
            lambda: {"or": several},
            lambda: {"or": several},
            lambda: {"!": [inner()]},
            lambda: {"!!": [inner()]},
            lambda: {"if": [inner() for _ in range(rng.randint(1, 5))]},
            lambda: {rng.choice(("some", "all", "none")): [self._variable(), self._condition(0)]},
            lambda: {"!!": [{rng.choice(("filter", "map")): [self._variable(), self._condition(0)]}]},
            lambda: {"in": [self._text(), {"cat": [self._variable(), self._variable()]}]},
            lambda: {"in": [self._odd_scalar(), {"merge": [self._variable(), self._variable()]}]},
            lambda: {"==": [{"substr": [self._variable(), rng.randrange(-2, 3), 2]}, self._text(2)]},
            lambda: {"reduce": [self._variable(), {"+": [{"var": "accumulator"}, {"var": "current"}]}, 0]},
            lambda: {"missing_some": [rng.randrange(3), rng.choices(_PLAIN_FIELDS, k=2)]},
            lambda: {
                ">": [
                    {rng.choice(("-", "*", "/", "%", "min", "max")): [self._variable(), rng.choice(_NUMBERS)]},
                    rng.choice(_NUMBERS),
                ]
            },
            lambda: {"==": [inner(), rng.choice((True, False, None))]},
        ]
        sugar: list[Callable[[], Any]] = [
            lambda: {"?:": (several * 3)[:3]},
            lambda: {"not": inner()},
            lambda: {rng.choice(("gt", "lte", "eq", "ne")): [self._variable(), {"if": several}]},
            lambda: {"between": [rng.choice(_NUMBERS), self._variable(), rng.choice(_NUMBERS)]},
        ]
        return rng.choice(shapes if self._is_plain else [*shapes, *sugar])()

    def _leaf(self) -> Any:
        rng = self._rng
        plain: list[Callable[[], Any]] = [
            self._comparison, self._comparison, self._sum, self._variable, self._odd_scalar,
            lambda: {"in": [self._text(), self._variable()]},
            lambda: {"in": [self._variable(), [self._odd_scalar() for _ in range(rng.randrange(4))]]},
            lambda: {"missing": [rng.choice(_PLAIN_FIELDS)]},
        ]  # fmt: skip
        if self._is_plain:
            return rng.choice(plain)()
        whole: list[Callable[[], Any]] = [
            *plain, self._search, self._search, self._search, self._search,
            lambda: {"macro": rng.choice(("organic", "coins", "loud"))},
            lambda: {"shouted": [rng.choice(PIECES), self._variable_of_text()]},
            lambda: {"either": [rng.choice(PIECES), rng.choice(PIECES), {"var": "text"}]},
            lambda: {"matches": [self._variable_of_text(), rng.choice(EXPRESSIONS)]},
        ]  # fmt: skip
        return rng.choice(whole)()

    def _variable_of_text(self) -> Any:
        return {"var": "text"} if self._rng.random() < 0.9 else {"var": ["text", self._text()]}

    def _search(self) -> Any:
        rng = self._rng
        subject = [self._variable()] if rng.random() < 0.5 else []
        patterns: list[Any] = [self._pattern() for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.1:
            patterns.append({"list": rng.choice(("coins", "names"))})
        return {rng.choice(_TEXT): [*subject, *patterns]}

    def _comparison(self) -> Any:
        rng = self._rng
        sides = [self._variable(), self._odd_scalar()]
        rng.shuffle(sides)
        if rng.random() < 0.15:
            return {rng.choice(("<", "<=")): [rng.choice(_NUMBERS), self._variable(), rng.choice(_NUMBERS)]}
        return {rng.choice(("==", "==", "!=", "===", "!==", "<", "<=", ">", ">=")): sides}

    def _sum(self) -> Any:
        rng = self._rng
        numbers: tuple[Any, ...] = ({"var": "metrics.likes"}, {"var": "metrics.retweets"}, {"var": "id"}, 1, 0.5, -3)
        parts = [*rng.choices(numbers, k=rng.randint(1, 3)), {"var": ["metrics.likes", 2]}][: rng.randint(1, 4)]
        if rng.random() < 0.1:
            parts.append(rng.choice(_LARGE))
        bound = rng.choice(_LARGE if parts[-1] in _LARGE and rng.random() < 0.8 else _NUMBERS)
        return {rng.choice((">", ">=", "<", "<=")): rng.sample([{"+": parts}, bound], k=2)}

    def _variable(self) -> Any:
        rng = self._rng
        name = rng.choice(_PLAIN_FIELDS if self._is_plain else _FIELDS)
        return {"var": name} if rng.random() < 0.7 else {"var": [name, self._odd_scalar()]}

    def _pattern(self) -> str:
        while not (pattern := self._text(3)).strip():
            pass
        return pattern

    def _text(self, most: int = 7) -> str:
        return "".join(self._rng.choices(PIECES, k=self._rng.randint(1, most)))

    def _odd_scalar(self) -> Any:
        rng = self._rng
        return rng.choice(
            (self._text(2), rng.choice(_NUMBERS), None, True, False, "", "1", "5.0", "None", "True", "en")
        )

    def _odd(self) -> Any:
        rng = self._rng
        return rng.choice(
            (self._odd_scalar(), self._text(), [self._text(2), self._odd_scalar()], {"likes": self._odd_scalar()})
        )

    def _often(self, usual: Callable[[], Any]) -> Any:
        return usual() if self._rng.random() < 0.85 else self._odd()
