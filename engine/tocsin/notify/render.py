"""Turns an alert into the message for one family of services; pure.

The only live links in a message are the tweet's own page, built from a checked user name and number, and the link by
which an alert is acknowledged, which tocsin made.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from tocsin.model import Alert
from tocsin.notify.escape import Family, escape
from tocsin.notify.rendering.cutting import cut
from tocsin.notify.rendering.discord import discord_text
from tocsin.notify.rendering.links import tweet_url, with_own_link
from tocsin.notify.rendering.mail import mail_html, subject
from tocsin.notify.rendering.matrix import matrix_text
from tocsin.notify.rendering.message import BodyFormat, Message
from tocsin.notify.rendering.parts import Parts, is_quoted
from tocsin.notify.rendering.plain import plain_text, scant_text, spaced_text
from tocsin.notify.rendering.sizes import CLIP_MAX, CLIP_MIN, SIZES, Size, fitted
from tocsin.notify.rendering.slack import slack_text
from tocsin.notify.rendering.telegram import telegram_text
from tocsin.notify.rendering.webhook import DOCUMENT_VERSION, document
from tocsin.notify.rendering.words import SIGN

__all__ = ["DOCUMENT_VERSION", "BodyFormat", "Message", "document", "render", "tweet_url"]

_Layout: TypeAlias = Callable[[Parts], str]

_LAYOUTS: Final[Mapping[Family, tuple[_Layout, BodyFormat]]] = {
    "slack": (slack_text, "markdown"),
    "discord": (discord_text, "markdown"),
    "telegram": (telegram_text, "html"),
    "matrix": (matrix_text, "html"),
    "mail": (mail_html, "html"),
    "plain": (plain_text, "text"),
}
_OF_TITLE: Final[Mapping[Family, Family]] = {
    "slack": "plain",
    "discord": "discord",
    "telegram": "telegram",
    "matrix": "plain",
    "mail": "json",
    "plain": "plain",
    "json": "json",
}
"""What a title is written for: plain text where it is a field of its own, in a mail without zero-width spaces."""
_DOCUMENT_BODY_MAX = 32_000
_BREAK = "\r\n"
"""What apprise puts between title and body where a service knows no titles."""


def render(
    alert: Alert, family: Family, attempt: int = 1, *, ack_url: str | None = None, size_max: int | None = None
) -> Message:
    """Return the alert as a message for a service of that family; nothing a tweet says is live in it.

    `ack_url` is where this alert is acknowledged. `size_max` are the characters that this service takes, title
    included, where they are fewer than its family's.
    """
    quoted = is_quoted(alert)
    # Half of a small message is left for what is below its title.
    title = _title(alert, family, CLIP_MAX if size_max is None else max(CLIP_MIN, size_max // 2))
    if family == "json":
        whole = with_own_link(alert.body, tweet_url(alert))
        body = escape(cut(whole, _DOCUMENT_BODY_MAX), family).strip() or title
        made = document(alert, title, body, attempt, ack_url)
        return Message(title=title, body=body, body_format="text", document=made)
    layout, body_format = _LAYOUTS[family]
    size = SIZES[family]
    if size_max is not None and size_max < size.limit:
        size = Size(size_max - len(_BREAK), "characters")
    body = fitted(lambda clip: layout(Parts(alert, family, clip, ack_url, quoted=quoted)), size, title)
    if family == "plain" and size.of(title + body) > size.limit:
        body = scant_text(Parts(alert, family, CLIP_MIN, quoted=quoted), size.limit - len(title))
    message = Message(title=title, body=body, body_format=body_format)
    if family == "mail":
        return replace(message, title=subject(title), text=_text_part(alert, ack_url, quoted=quoted))
    return replace(message, has_title=family == "matrix")


def _title(alert: Alert, family: Family, clip: int) -> str:
    title = Parts(alert, _OF_TITLE[family], clip, quoted=False).title
    match family:
        case "slack" | "telegram" | "matrix":
            return f"{SIGN[alert.severity]} {title}"
        case "discord":
            return f"**{SIGN[alert.severity]} {title}**"
        case _:
            return title


def _text_part(alert: Alert, ack_url: str | None, *, quoted: bool) -> str:
    return fitted(lambda clip: spaced_text(Parts(alert, "json", clip, ack_url, quoted=quoted)), SIZES["mail"], "")
