"""Makes untrusted text harmless for one family of services; pure.

What a rule's author wrote (`Fragment.trusted`) keeps its meaning; what a tweet filled in is shown and does nothing: it
is no link, no mention, no markup, no header. Text is taken as a whole, not fragment by fragment, because the danger can
lie across a border: the template `@{{ user.username }}` and an account named `everyone`.

Links in tweets are written as the security trade writes them, `https[:]//evil[.]example/a`: visible, certain with every
client's own link finder, and easily undone by a reader who means to. A zero-width character would be neither.
"""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape as html_escape
from typing import Literal, TypeAlias, get_args

from tocsin.model import Fragment, RichText

Family: TypeAlias = Literal["slack", "discord", "telegram", "matrix", "mail", "plain", "json"]
FAMILIES: tuple[Family, ...] = get_args(Family)

ZERO_WIDTH = "\u200b"
"""Stands behind an `@` and its like (and between a `<` of the template and what follows) to take the mention out of it.

`clean` removes it from all input, so wherever one occurs it is ours.
"""

_LINE_BREAKS = re.compile(r"\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
_ESCAPE_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# Controls but newline and tab; soft hyphen; bidi marks, embeddings, overrides and isolates; zero-width space and word
# joiner, invisible operators, BOM; interlinear marks; tag characters. The joiners U+200C and U+200D stay: Persian and
# emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")

_LIVE = re.compile(
    r"(?P<scheme>://)"
    r"|(?P<bare_scheme>\b(?:mailto|tel|sms|javascript|vbscript|data|file|magnet|xmpp|skype|geo|bitcoin):"
    r"|\b(?:matrix|callto|facetime|sips?|smsto|webcal|blob|intent|market|view-source|search-ms|ms-[a-z]{1,30}):(?=\S))"
    r"|(?P<dot>(?<=[^\s.])\.(?=_*[^\W\d_]{2})|(?<=[A-Za-z0-9])[\u3002\uff0e\uff61](?=[A-Za-z]{2}))"
    r"|(?P<address>(?<=\d)\.(?=\d{1,3}\.\d{1,3}\.\d{1,3}(?!\d)))"
    r"|(?P<emoji>:(?=(?!\d*:)[\w+'-]{1,100}:))"
    r"|(?P<command>(?<![\w/])/(?=\w))"
    r"|(?P<alias>[#!](?=[^\s:#!]{1,255}:[\w\[]))"
    # The full-width and small signs too: who normalises a text (NFKC) makes plain ones of them.
    r"|(?P<at>[@\uff20\ufe6b])",
    re.IGNORECASE,
)
_REACH = {"scheme": (1, 1), "bare_scheme": (0, 1), "dot": (1, 2), "address": (1, 1)}
"""How many characters around a match belong to the link or mention: untrusted there counts as untrusted within."""

# Slack has no escape for its formatting characters: they become look-alikes. Backslashes too, or one could
# cancel ours. What stays is CommonMark, which apprise turns into Slack's `&lt;` and so on.
_SLACK = str.maketrans(
    {c: "\\" + c for c in "<>()[]!#"} | {"*": "\u2217", "~": "\u223c", "`": "\u02cb", "\\": "\u2216", "|": "\u2223"}
)
_DISCORD = str.maketrans({c: "\\" + c for c in "\\*_~`|<>#-+[]():"})
_PARTED_IN: Mapping[str, frozenset[Family]] = {
    "at": frozenset({"slack", "discord", "telegram", "matrix", "plain"}),
    # `:name:` is a picture in Slack and in many services that take plain text.
    "emoji": frozenset({"slack", "plain"}),
    # `/name` is a command to a bot, sent by a tap (td/telegram/MessageEntity.cpp).
    "command": frozenset({"telegram"}),
    # `#room:server` and `!room:server` lead into a room.
    "alias": frozenset({"matrix"}),
}
"""Which signs are parted from the word behind them by a zero-width space, and where."""


def clean(text: str) -> str:
    """Return the text without terminal sequences, control, bidi and invisible characters; line breaks as `\\n`."""
    text = _LINE_BREAKS.sub("\n", text)
    text = _ESCAPE_SEQUENCES.sub("", text)
    return _UNENCODABLE.sub("\ufffd", _INVISIBLE.sub("", text)).replace("\t", " ")


def one_line(text: str) -> str:
    """Return the text on one line, runs of white space as one space: fit for a title or a header."""
    return " ".join(clean(text).split())


def printable_json(text: str) -> str:
    """Return JSON in which what can't be printed is written as an escape, so that no terminal acts on it: `\\u009b`.

    It means the same; newlines stay, of which only JSON on several lines has any.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)


def untrusted(text: str) -> RichText:
    """Return text of a tweet as a value that will be escaped."""
    return RichText((Fragment(text, trusted=False),))


def escape(text: RichText, family: Family) -> str:
    """Return the text for a service of that family; newlines stay, apart from them no control character is left.

    `mail`, `matrix` and `telegram` give HTML, `slack` CommonMark as apprise reads it, `discord` its Markdown, `plain`
    and `json` plain text. Trusted text keeps the markup of chat services; in HTML it is text like any other.
    """
    characters, trusted = _flatten(text)
    pieces: list[str] = []
    position = 0
    for match in _LIVE.finditer(characters):
        start, end = match.span()
        if _is_authors_own(match, trusted):
            continue
        pieces.append(_escape_stretch(characters, trusted, position, start, family))
        pieces.append(_defused(match, family))
        position = end
    pieces.append(_escape_stretch(characters, trusted, position, len(characters), family))
    return "".join(pieces)


def escape_line(text: RichText, family: Family) -> str:
    """Return the text as `escape` does, on one line."""
    return escape(RichText(tuple(Fragment(_folded(f.text), f.trusted) for f in text.fragments)), family).strip()


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", clean(text))


def _flatten(text: RichText) -> tuple[str, Sequence[bool]]:
    characters: list[str] = []
    trusted: list[bool] = []
    for fragment in text.fragments:
        cleaned = clean(fragment.text)
        characters.append(cleaned)
        trusted.extend([fragment.trusted] * len(cleaned))
    return "".join(characters), trusted


def _is_authors_own(match: re.Match[str], trusted: Sequence[bool]) -> bool:
    before, after = _REACH.get(match.lastgroup or "", (0, 1))
    return all(trusted[max(0, match.start() - before) : match.end() + after])


def _defused(match: re.Match[str], family: Family) -> str:
    match match.lastgroup:
        case "scheme":
            return "[:]//"
        case "bare_scheme":
            return match[0][:-1] + "[:]"
        case "dot" | "address":
            return "[.]"
        case group:
            sign = _hostile(match[0], family)
            return sign + ZERO_WIDTH if family in _PARTED_IN[group or "at"] else sign


def _escape_stretch(characters: str, trusted: Sequence[bool], start: int, end: int, family: Family) -> str:
    """Escape `characters[start:end]`, run by run of equal trust."""
    pieces: list[str] = []
    while start < end:
        stop = start + 1
        while stop < end and trusted[stop] == trusted[start]:
            stop += 1
        run = characters[start:stop]
        if trusted[start]:
            pieces.append(_trusted(run, family, is_followed=stop < len(characters) and not trusted[stop]))
        else:
            pieces.append(_hostile(run, family))
        start = stop
    return "".join(pieces)


def _trusted(run: str, family: Family, *, is_followed: bool) -> str:
    if family in ("mail", "matrix", "telegram"):
        return html_escape(run)
    # "<{{ x }}>" must not let x say "!channel".
    if is_followed and family in ("slack", "discord") and run[-1] in "<!&#":
        return run + ZERO_WIDTH
    return run


def _hostile(run: str, family: Family) -> str:
    match family:
        case "slack":
            # Within a word an underscore formats nothing, and user names are full of them.
            return re.sub(r"(?<![^\W_])_|_(?![^\W_])", "\u02cd", run).translate(_SLACK)
        case "discord":
            return re.sub(r"(?m)^(\s*\d+)\.(?=\s)", r"\1\\.", run.translate(_DISCORD))
        case "mail" | "matrix" | "telegram":
            return html_escape(run)
        case "plain" | "json":
            return run
