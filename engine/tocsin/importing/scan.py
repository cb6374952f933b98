"""An X rule cut into tokens.

Source: X's "Build a rule" and "Operators" of the filtered stream, version 2.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from tocsin.importing.operators import ALIASES, OPERATORS, WITHOUT_VALUE
from tocsin.importing.query import Clause, Refusal
from tocsin.logic.evaluation.text import is_word_character
from tocsin.logic.vocabulary import did_you_mean

_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(~\d+)?')
_NAMED: Final = re.compile(r"([A-Za-z_]+):(?!//)")
_RUN: Final = re.compile(r"[^\s()\"]+")
_VALUE: Final = re.compile(r"\[[^\]]*\]|[^\s()\"]+")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_]{1,20}")
_CASHTAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_LOOKS_QUOTED: Final = "\u201c\u201d\u201e\u00ab\u00bb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token; only a clause has a `clause`, None where it was refused."""

    kind: Literal["(", ")", "-", "OR", "clause"]
    start: int
    end: int
    clause: Clause | None = None


def scan(rule: str) -> tuple[list[Token], list[Refusal]]:
    """Return the tokens of a rule, and what is wrong with single ones."""
    scanner = _Scanner(rule)
    while scanner.skip_space():
        scanner.take()
    return scanner.tokens, scanner.refusals


class _Scanner:
    def __init__(self, rule: str) -> None:
        self._rule = rule
        self._at = 0
        self.tokens: list[Token] = []
        self.refusals: list[Refusal] = []

    def skip_space(self) -> bool:
        while self._at < len(self._rule) and self._rule[self._at].isspace():
            self._at += 1
        return self._at < len(self._rule)

    def take(self) -> None:
        match self._rule[self._at]:
            case "(":
                self._sign("(")
            case ")":
                self._sign(")")
            case "-":
                self._sign("-")
            case '"':
                self._phrase()
            case "#" | "@" | "$":
                self._tag()
            case _:
                named = _NAMED.match(self._rule, self._at)
                if named is not None:
                    self._operator(named)
                else:
                    self._keyword()

    def _sign(self, kind: Literal["(", ")", "-"]) -> None:
        self.tokens.append(Token(kind=kind, start=self._at, end=self._at + 1))
        self._at += 1

    def _clause(self, operator: str, value: str, start: int, end: int) -> None:
        clause = Clause(operator=operator, value=value, start=start, end=end)
        self.tokens.append(Token(kind="clause", start=start, end=end, clause=clause))
        self._at = end
        if self._rule[end : end + 1] == '"':
            self._refuse("needs-space", "a quotation mark inside a word", end, end + 1, "put a space before the phrase")
            self._skip_quoted()

    def _broken(self, reason: str, message: str, start: int, end: int, hint: str) -> None:
        """Note a clause that can't be used; it keeps its place, so that what stands around it is still read."""
        self._refuse(reason, message, start, end, hint)
        self.tokens.append(Token(kind="clause", start=start, end=end))
        self._at = end

    def _refuse(self, reason: str, message: str, start: int, end: int, hint: str) -> None:
        self.refusals.append(Refusal(reason=reason, message=message, start=start, end=end, hint=hint))

    def _phrase(self) -> None:
        start = self._at
        quoted = self._quoted(start)
        if quoted is None:
            return
        text, near, end = quoted
        if near:
            self._clause("~", f"{text}{near}", start, end)
        elif not text.strip():
            self._broken("missing-value", "an empty phrase", start, end, "write what to look for, or take it out")
        else:
            self._clause("phrase", " ".join(text.split()), start, end)

    def _quoted(self, at: int) -> tuple[str, str, int] | None:
        """Return the text of a quotation, what follows a `~`, and where it ends; None once refused."""
        found = _QUOTED.match(self._rule, at)
        if found is None:
            self._broken("unclosed-quote", "no closing quotation mark", at, len(self._rule), 'close it with "')
            return None
        return re.sub(r"\\(.)", r"\1", found[1]), found[2] or "", found.end()

    def _skip_quoted(self) -> None:
        found = _QUOTED.match(self._rule, self._at)
        self._at = len(self._rule) if found is None else found.end()

    def _tag(self) -> None:
        start, sign = self._at, self._rule[self._at]
        found = _RUN.match(self._rule, start + 1)
        name = found[0] if found is not None else ""
        end = start + 1 + len(name)
        problem = _tag_problem(sign, name)
        if problem:
            self._broken("bad-value" if name else "missing-value", problem, start, end, _TAG_HINTS[sign])
        else:
            self._clause(sign, name, start, end)

    def _operator(self, named: re.Match[str]) -> None:
        start = self._at
        name = named[1].lower()
        name = ALIASES.get(name, name)
        value, end = "", named.end()
        if self._rule[end : end + 1] == '"':
            quoted = self._quoted(end)
            if quoted is None:
                return
            value, end = f"{quoted[0]}{quoted[1]}", quoted[2]
        elif (found := _VALUE.match(self._rule, end)) is not None:
            value, end = found[0], found.end()
        if name in {"is", "has"}:
            self._flag(f"{name}:{value.lower()}", start, end)
        elif f"{name}:" not in OPERATORS:
            names = [known for known in OPERATORS if known.endswith(":")]
            hint = did_you_mean(f"{name}:", names, "put it in quotation marks if a text with a colon is meant")
            self._broken("unknown-operator", f"X has no operator {named[1]}:", start, end, hint)
        elif not value.strip():
            self._broken("missing-value", f"{name}: has no value", start, end, "write the value right after the colon")
        else:
            self._clause(f"{name}:", " ".join(value.split()), start, end)

    def _flag(self, name: str, start: int, end: int) -> None:
        name = ALIASES.get(name, name)
        if name in OPERATORS:
            self._clause(name, "", start, end)
            return
        known = [flag for flag in WITHOUT_VALUE if flag.partition(":")[0] == name.partition(":")[0]]
        hint = did_you_mean(name, known, f"there are {', '.join(sorted(known))}")
        self._broken("unknown-operator", f"X has no operator {name}", start, end, hint)

    def _keyword(self) -> None:
        start = self._at
        found = _RUN.match(self._rule, start)
        word = found[0] if found is not None else self._rule[start]
        end = start + len(word)
        if word == "OR":
            self.tokens.append(Token(kind="OR", start=start, end=end))
            self._at = end
        elif any(mark in word for mark in _LOOKS_QUOTED):
            hint = 'X knows only the straight one: "big dog"'
            self._broken("needs-quotes", "a typographic quotation mark", start, end, hint)
        elif not _is_one_token(word):
            hint = f'X cuts words at punctuation; write "{word}" with quotation marks'
            self._broken("needs-quotes", f"a keyword with punctuation in it: {word}", start, end, hint)
        else:
            self._clause("keyword", word, start, end)


_TAG_HINTS: Final = {
    "#": "a hashtag has letters, digits and _, and not digits alone",
    "@": "a name has letters, digits and _",
    "$": "a cashtag has letters and digits; one with a dot can't be told apart from the one before the dot",
}


def _tag_problem(sign: str, name: str) -> str:
    """Return what is wrong with a tag, an empty text if nothing is."""
    if not name:
        return f"nothing after {sign}"
    if sign == "@":
        return "" if _ACCOUNT.fullmatch(name) else f"no name of an account: @{name}"
    if sign == "$":
        return "" if _CASHTAG.fullmatch(name) else f"no cashtag: ${name}"
    is_tag = all(is_word_character(char) for char in name) and not name.isdecimal()
    return "" if is_tag else f"no hashtag: #{name}"


def _is_one_token(word: str) -> bool:
    """Whether X takes a word as one token: letters, digits, marks and _, or an emoji."""
    return all(is_word_character(char) for char in word) or all(_is_of_emoji(char) for char in word)


def _is_of_emoji(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk", "Mn", "Me"} or char == "\u200d"
