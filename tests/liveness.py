"""Finds what acts in a message, by the documented rules of each service, knowing nothing of how we escape.

Each function takes what arrived and returns the live things in it, in order: mentions, links, markup, tags, headers.
"""

import html.parser
import re
import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any, TypeAlias

Live: TypeAlias = tuple[str, str]

# What clients make a link of, given only text: an address with its scheme, a host whose last label has two letters or
# more, four numbers, an address of mail, a scheme that needs no slashes.
_LINKS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,30}://\S+)"
    r"|(?P<bare>\b(?:mailto|tel|sms|javascript|vbscript|data|file|matrix|xmpp|magnet|skype|geo|bitcoin):[^\s\[\]]+)"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<numbers>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]))"
    r"|(?P<host>(?<![\w.@-])(?:[\w-]{1,63}\.)+[^\W\d_]{2,}(?!\w))",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_OWN_HOSTS = ("https://x.com/",)


def in_text(text: str) -> Iterator[Live]:
    """Yield what acts in plain text: links as clients find them, and characters that act on the text around them."""
    # Clients normalise hosts as browsers do (UTS 46): full-width letters and ideographic full stops among them.
    for match in _LINKS.finditer(unicodedata.normalize("NFKC", text).replace("\u3002", ".")):
        yield "link", match[0] if match[0].startswith(_OWN_HOSTS) else f"{match.lastgroup} {match[0]}"
    for match in _CONTROLS.finditer(text):
        yield "control", repr(match[0])


def in_slack(attachment: dict[str, Any]) -> list[Live]:
    """Source: docs.slack.dev, "Formatting message text"."""
    live = [("title", kind) for kind, _ in [*_slack_brackets(attachment["title"]), *in_text(attachment["title"])]]
    text: str = attachment["text"]
    live += _slack_brackets(text)
    for starts_quote, line in _lines(re.sub(r"<[^>\n]*>", " ", text), r"(?:>|&gt;) ?"):
        live += [("quote", "")] if starts_quote else []
        words = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        live += [("mark", sign) for sign in re.findall(r"(?<!\w)([*_~`])(?=\S)[^\n]*?\S?\1(?!\w)", words)]
        live += [("emoji", name) for name in re.findall(r":[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:", words)]
        live += [("mention", name) for name in re.findall(r"@(?:channel|here|everyone|group)\b", words, re.IGNORECASE)]
        live += in_text(words)
    return live


def _slack_brackets(text: str) -> list[Live]:
    """Yield what stands in brackets and is a mention or a link; Slack shows anything else as it is."""
    return [("brackets", inner) for inner in re.findall(r"<([@#!][^>\n]*|\w+:[^>\n]*|[^>\n|]*\|[^>\n]*)>?", text)]


_DISCORD_MENTIONS = re.compile(
    r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[^>\n]+:\d+>|<a?:\w+:\d+>|<t:-?\d+(?::\w)?>|<id:\w+>|<sound:\S+>"
)
_DISCORD_LINK = re.compile(r"(?<!\\)<(\w+:[^>\s]+)>")


def in_discord(content: str) -> list[Live]:
    """Source: discord.com/developers/docs/reference, "Message Formatting"; support.discord.com, "Markdown Text 101"."""
    live = [("mention", found) for found in _DISCORD_MENTIONS.findall(content)]
    for starts_quote, line in _lines(content, r">(?:>>)? ?"):
        live += [("quote", "")] if starts_quote else []
        if found := re.match(r"\s*(#{1,3}|-#|[-*+]|\d+\.)(?= )", line):
            live.append(("line", found[1]))
        rest = re.sub(r"^-# ", "", line)
        live += [("link", inner) for inner in _DISCORD_LINK.findall(rest)]
        rest = _DISCORD_LINK.sub(" ", rest)
        inert = re.sub(r"\\[!-/:-@\[-`{-~]", "\u241b", rest)
        live += [("mark", sign) for sign in re.findall(r"\*\*|__|~~|\|\||[*_`]", inert)]
        live += [("masked link", found) for found in re.findall(r"\]\s*\([^)]*\)", inert)]
        # Escaped or not, an address is one for Discord.
        live += in_text(rest.replace("\\", ""))
    return live


class Tags(html.parser.HTMLParser):
    """The tags of a document with their attributes, what is written outside of tags, comments and declarations."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.live: list[Live] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; line breaks are text."""
        if tag == "br":
            self.text += "\n"
            return
        # Telegram's `expandable` only says that a quote is long.
        said = (f"{name}={value}" for name, value in sorted(attrs, key=str) if name != "expandable")
        self.live.append((tag, " ".join(said)))
        self.text += " "

    def handle_endtag(self, tag: str) -> None:
        """Note an end."""
        if tag == "br":
            return
        self.live.append((f"/{tag}", ""))
        self.text += " "

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.live.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self.live.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        """Note a processing instruction."""
        self.live.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        """Note an unknown declaration."""
        self.live.append(("declaration", data))


def in_telegram(payload: dict[str, Any]) -> list[Live]:
    """Source: core.telegram.org/bots/api, "Formatting options"; td/telegram/MessageEntity.cpp for commands."""
    tags = Tags(payload["text"])
    live = [*tags.live, ("parse mode", payload["parse_mode"])]
    live += [("mention", name) for name in re.findall(r"(?<!\w)@\w+", tags.text)]
    live += [("command", name) for name in re.findall(r"(?<![\w/<>])/\w{1,64}(?![\w/<>])", tags.text)]
    return [*live, *in_text(tags.text)]


def in_matrix(content: dict[str, Any]) -> list[Live]:
    """Source: spec.matrix.org, "m.room.message msgtypes", "Push rules", "URIs"; both forms of the message."""
    tags = Tags(content["formatted_body"])
    live = [*tags.live, ("mentions", str(content.get("m.mentions")))]
    for text in (tags.text, content["body"]):
        live += [("mention", name) for name in re.findall(r"@room\b|@[\w.=/-]+(?=:)", text, re.IGNORECASE)]
        live += [("alias", name) for name in re.findall(r"(?<!\w)[#!][\w.=/+-]+:[\w\[]\S*", text)]
        live += in_text(text)
    return live


def in_mail(mail: EmailMessage) -> list[Live]:
    """Source: RFC 5322 and 2045 for headers and parts, HTML for the one, plain text for the other."""
    live: list[Live] = [("header", name.lower()) for name in mail]
    live += [(f"header {name}", str(mail[name])) for name in ("from", "to", "cc", "bcc")]
    live += [("subject", kind) for kind, _ in in_text(str(mail["subject"]))]
    live += [("defect", str(defect)) for part in mail.walk() for defect in part.defects]
    for part in mail.iter_parts():
        live.append(("part", part.get_content_type()))
        text: str = part.get_content()
        if part.get_content_subtype() == "html":
            tags = Tags(text)
            live += tags.live
            text = tags.text
        live += in_text(text.replace("\r\n", "\n"))
    return live


def in_plain(title: str, message: str) -> list[Live]:
    """What acts in plain text of services that know mentions."""
    found = re.findall(r"(?<!\w)@\w+", f"{title}\n{message}")
    return [*(("mention", name) for name in found), *in_text(title), *in_text(message)]


def _lines(text: str, quote: str) -> Iterator[tuple[bool, str]]:
    """Yield each line without the sign of a quote, and whether a quote begins there, however many lines it has."""
    was_quote = False
    for line in text.replace("\r\n", "\n").split("\n"):
        found = re.match(quote, line)
        yield found is not None and not was_quote, line[found.end() :] if found else line
        was_quote = found is not None
