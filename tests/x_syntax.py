"""A second reading of X's rules, for comparison: straight from the rule's text to true or false of one tweet.

It shares nothing with `tocsin.importing` and nothing with the engine's text operators: one regular expression cuts the
rule, a shunting-yard orders it, and texts are compared token by token.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))|(?P<or>OR)(?=[\s(]|$)|(?P<minus>-)
        |(?P<clause>(?:[A-Za-z_]+:)?"(?:[^"\\]|\\.)*"(?:~\d+)?|[A-Za-z_]+:\[[^\]]*\]|[^\s()"]+)
    )""",
    re.VERBOSE,
)
_BINDS = {"or": 1, "and": 2, "not": 3}


def x_matches(rule: str, data: Mapping[str, Any], untold: Callable[[str], bool] | None = None) -> bool:
    """Return whether X would deliver a tweet for a rule; `untold` answers for operators that tweets here can't."""
    output: list[bool] = []
    waiting: list[str] = []
    after_operand = False
    for found in _TOKEN.finditer(rule.rstrip()):
        kind = str(found.lastgroup)
        if kind in {"open", "minus", "clause"} and after_operand:
            _push("and", waiting, output)
        after_operand = kind in {"close", "clause"}
        match kind:
            case "open":
                waiting.append("(")
            case "close":
                while waiting[-1] != "(":
                    _apply(waiting.pop(), output)
                waiting.pop()
            case "or":
                _push("or", waiting, output)
            case "minus":
                waiting.append("not")
            case _:
                output.append(_holds(found["clause"], data, untold))
    while waiting:
        _apply(waiting.pop(), output)
    (result,) = output
    return result


def _push(operator: str, waiting: list[str], output: list[bool]) -> None:
    while waiting and waiting[-1] != "(" and _BINDS[waiting[-1]] >= _BINDS[operator]:
        _apply(waiting.pop(), output)
    waiting.append(operator)


def _apply(operator: str, output: list[bool]) -> None:
    last = output.pop()
    if operator == "not":
        output.append(not last)
    else:
        first = output.pop()
        output.append((first or last) if operator == "or" else (first and last))


def _holds(clause: str, data: Mapping[str, Any], untold: Callable[[str], bool] | None) -> bool:
    text = data.get("text") or ""
    user = data.get("user") or {}
    if clause[0] == '"' and clause[-1] == '"':
        return _says(text, _unquoted(clause))
    if clause[0] in "#@$":
        return _fold(clause[1:]) in _tags(data, clause[0])
    name, colon, value = clause.partition(":")
    if not colon:
        return _says(text, clause)
    value = _unquoted(value)
    is_flag = name in {"is", "has"}
    answer = _flag(f"{name}:{value}", data) if is_flag else _valued(name, value, data, text, user)
    if answer is None:
        assert untold is not None, clause
        return untold(clause)
    return answer


def _flag(flag: str, data: Mapping[str, Any]) -> bool | None:
    text = data.get("text") or ""
    match flag:
        case "is:retweet":
            return bool(re.match("RT @", text))
        case "is:reply":
            return bool(re.match("@", text))
        case "is:verified":
            return (data.get("user") or {}).get("verified") is True
        case "has:hashtags":
            return bool(_tags(data, "#"))
        case "has:mentions":
            return bool(_tags(data, "@"))
        case "has:cashtags":
            return bool(_tags(data, "$"))
        case "has:links":
            return bool(_links(data))
        case "has:media":
            return len(data.get("media") or []) > 0
        case _:
            return None


def _valued(name: str, value: str, data: Mapping[str, Any], text: str, user: Mapping[str, Any]) -> bool | None:
    match name:
        case "from":
            return _fold(value) == _fold(user.get("username", "")) or (value.isdigit() and user.get("id") == value)
        case "to":
            return re.match(rf"@{re.escape(_fold(value))}(?!\w)", _fold(text)) is not None
        case "retweets_of":
            return text.startswith("RT @") and _fold(text)[4:].partition(":")[0] == _fold(value) and ":" in text
        case "url":
            return any(_says(link, value) for link in _links(data))
        case "url_contains":
            return any(_fold(value) in _fold(link) for link in _links(data))
        case "lang":
            return data.get("lang") == value
        case "bio_name":
            return _says(user.get("name", ""), value)
        case "followers_count" | "min_followers":
            return _within(user.get("followers"), value)
        case "following_count":
            return _within(user.get("following"), value)
        case _:
            return None


def _within(number: int | None, wanted: str) -> bool:
    least, _, most = wanted.partition("..")
    return number is not None and int(least) <= number and (not most or number <= int(most))


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _says(text: str, wanted: str) -> bool:
    """Whether the tokens of a text hold those of a keyword or phrase, in a row; spaces are tokens."""
    if re.search("[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0e7f]", wanted):
        return _fold(wanted) in _fold(text)
    tokens, sought = _tokens(text), _tokens(wanted)
    return any(tokens[at : at + len(sought)] == sought for at in range(len(tokens) - len(sought) + 1))


def _tokens(text: str) -> list[str]:
    return [" " if token.isspace() else token for token in re.findall(r"\w+|\s+|[^\w\s]", _fold(text))]


def _tags(data: Mapping[str, Any], sign: str) -> set[str]:
    found = set(re.findall(rf"(?<![\w#@$])\{sign}(\w+)", _fold(data.get("text") or "")))
    if sign != "@":
        found = {tag for tag in found if not (tag if sign == "#" else tag[0]).isdecimal()}
    named = (data.get("entities") or {}).get({"#": "hashtags", "@": "mentions", "$": ""}[sign]) or []
    return found | {_fold(tag) for tag in named}


def _links(data: Mapping[str, Any]) -> list[str]:
    written = re.findall(r"(?i)https?://\S+", data.get("text") or "")
    return [*((data.get("entities") or {}).get("urls") or []), *(link.rstrip(".,!?)") for link in written)]
