"""Turns an alert into the message for one family of services; pure.

The only live links in a message are the tweet's own page, built from a checked user name and number, and our own by
which the alert is acknowledged.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tocsin.model import Alert, Fragment, Json, RichText
from tocsin.notify.escape import Family, clean, escape, escape_line, one_line, untrusted

BodyFormat: TypeAlias = Literal["text", "html", "markdown"]

DOCUMENT_VERSION = 1
"""The `tocsin` field of the JSON document; it goes up only when a field changes its meaning or goes away."""

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_TWEET_ID = re.compile(r"[0-9]{1,20}")
_TITLE_MAX = 240
_SUBJECT_MAX = 900
# In characters of the finished message, with room for what the service wraps around it.
# Source: apprise 2.2 `body_maxlen`; Discord counts the title in.
_MESSAGE_MAX: Mapping[Family, int] = {"slack": 30_000, "discord": 1_900, "telegram": 3_800, "mail": 30_000}
_PLAIN_MAX = 30_000
_CLIPS = (8_000, 3_000, 1_200, 500, 200, 60)
"""The lengths to which texts are cut, one after the other, until the message fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is handed to a service. `document` is set for the family json and is then all that is sent."""

    title: str
    body: str
    body_format: BodyFormat
    document: Mapping[str, Any] | None = None


def render(alert: Alert, family: Family, attempt: int = 1, ack_url: str | None = None) -> Message:
    """Return the alert as a message for a service of that family; nothing a tweet says is live in it.

    `ack_url` is where the alert is acknowledged, if it can be by a link.
    """
    title = _title(alert, family)
    if family == "json":
        body = escape(_clipped(alert.body, _CLIPS[0]), family).strip() or title
        return Message(
            title=title, body=body, body_format="text", document=document(alert, title, body, attempt, ack_url)
        )
    layout, body_format = _LAYOUTS[family]
    ack = _ACKNOWLEDGE[family].format(ack_url) if ack_url is not None else ""
    limit = _MESSAGE_MAX.get(family, _PLAIN_MAX) - len(title) - len(ack)
    body = ""
    for clip in _CLIPS:
        body = layout(_Parts(alert, family, clip))
        if len(body) <= limit:
            break
    return Message(title=title, body=body + ack, body_format=body_format)


def document(alert: Alert, title: str, body: str, attempt: int, ack_url: str | None = None) -> dict[str, Any]:
    """Return the JSON document of a webhook; docs/reference/delivery.md describes it field by field."""
    return {
        "tocsin": DOCUMENT_VERSION,
        "alert_id": alert.id,
        "rule": alert.rule_id,
        "key": alert.key,
        "severity": alert.severity.value,
        "at": alert.at.isoformat(),
        "title": title,
        "body": body,
        "labels": dict(alert.labels),
        "because": list(alert.because),
        "attempt": attempt,
        "url": tweet_url(alert),
        "ack_url": ack_url,
        "tweet": _as_json(alert.tweet.data),
    }


def tweet_url(alert: Alert) -> str | None:
    """Return the tweet's page; None unless its number, and the user name if there is one, are what X gives out."""
    tweet_id = str(alert.tweet.id)
    if not _TWEET_ID.fullmatch(tweet_id):
        return None
    username = _field(alert, "user", "username")
    if isinstance(username, str) and _USERNAME.fullmatch(username):
        return f"https://x.com/{username}/status/{tweet_id}"
    return f"https://x.com/i/status/{tweet_id}"


class _Parts:
    """The parts of a message, escaped for one family and cut to `clip` characters each."""

    def __init__(self, alert: Alert, family: Family, clip: int) -> None:
        self.alert = alert
        self.family: Family = family
        self.clip = clip
        self.url = tweet_url(alert)

    def text(self, value: RichText) -> list[str]:
        """Return the lines of a text."""
        return escape(_clipped(value, self.clip), self.family).strip().split("\n")

    @property
    def body(self) -> list[str]:
        """The rule's body; no lines if it has none."""
        return self.text(self.alert.body) if self.alert.body.plain().strip() else []

    @property
    def quote(self) -> list[str]:
        """The tweet's text; no lines where the title or the body already shows it."""
        text = _field(self.alert, "text")
        if not isinstance(text, str) or not text.strip():
            return []
        shown = one_line(self.alert.title.plain() + "\n" + self.alert.body.plain())
        return [] if one_line(text) in shown else self.text(untrusted(text))

    @property
    def author(self) -> str:
        """Who wrote it and how far it went, on one line."""
        name, username = _field(self.alert, "user", "name"), _field(self.alert, "user", "username")
        parts = [str(name)] if isinstance(name, str) and name.strip() else []
        if isinstance(username, str) and username.strip():
            parts.append(f"@{username}")
        counts = [f"{value:,} {what}" for what, value in _metrics(self.alert)]
        return self.line(" · ".join([" ".join(parts)] * bool(parts) + counts))

    @property
    def because(self) -> str:
        """What made the rule true, on one line."""
        return self.line("Why: " + "; ".join(self.alert.because)) if self.alert.because else ""

    @property
    def footer(self) -> str:
        """Severity, rule, labels and the alert's id, on one line."""
        alert = self.alert
        labels = [f"{name}={value}" for name, value in alert.labels.items()]
        key = [f"key {alert.key}"] if alert.key else []
        return self.line(" · ".join([alert.severity.value, alert.rule_id, *key, *labels, f"alert {alert.id}"]))

    def line(self, text: str) -> str:
        """Return untrusted text on one line."""
        return escape_line(_clipped(untrusted(text), self.clip), self.family)


def _chat(parts: _Parts) -> str:
    link = [f"<{parts.url}>"] if parts.url else []
    quote = [f"> {line}" for line in parts.quote]
    return _joined([*parts.body, *quote, parts.author, *link, parts.because, parts.footer])


def _text(parts: _Parts) -> str:
    quote = [f"  {line}" for line in parts.quote]
    return _joined([*parts.body, *quote, parts.author, parts.url or "", parts.because, parts.footer])


def _telegram(parts: _Parts) -> str:
    link = [f'<a href="{parts.url}">Open the tweet</a>'] if parts.url else []
    quote = [f"<i>{line}</i>" for line in parts.quote if line.strip()]
    return "<br/>".join(filter(None, [*parts.body, *quote, parts.author, *link, parts.because, parts.footer]))


def _mail(parts: _Parts) -> str:
    sections = []
    if parts.body:
        sections.append(f"<p>{'<br>'.join(parts.body)}</p>")
    if parts.quote:
        style = "margin:0 0 1em;padding-left:1em;border-left:3px solid #b0b0b0"
        sections.append(f'<blockquote style="{style}">{"<br>".join(parts.quote)}</blockquote>')
    if parts.author:
        sections.append(f"<p>{parts.author}</p>")
    if parts.url:
        # The address is shown, for the text part that apprise makes of this.
        sections.append(f'<p><a href="{parts.url}">{parts.url}</a></p>')
    if parts.because:
        sections.append(f"<p>{parts.because}</p>")
    sections.append(f'<p style="color:#707070"><small>{parts.footer}</small></p>')
    return "\n".join(sections)


_LAYOUTS: Mapping[Family, tuple[Callable[[_Parts], str], BodyFormat]] = {
    "slack": (_chat, "markdown"),
    "discord": (_chat, "markdown"),
    "telegram": (_telegram, "html"),
    "mail": (_mail, "html"),
    "plain": (_text, "text"),
}


_ACKNOWLEDGE: Mapping[Family, str] = {
    "slack": "\nAcknowledge: <{}>",
    "discord": "\nAcknowledge: <{}>",
    "telegram": '<br/><a href="{}">Acknowledge</a>',
    "mail": '\n<p>Acknowledge: <a href="{0}">{0}</a></p>',
    "plain": "\nAcknowledge: {}",
}


def _title(alert: Alert, family: Family) -> str:
    """Return the title; where it is a field of its own (Slack, mail), it is plain text and not markup."""
    # "json": plain text without the zero-width spaces that chats need; a mail has no mentions.
    as_text: Family = "plain" if family == "slack" else "json" if family == "mail" else family
    title = escape_line(_clipped(alert.title, _TITLE_MAX), as_text)
    title = title or escape_line(untrusted(f"{alert.rule_id}: {alert.severity.value}"), as_text)
    return _subject(title) if family == "mail" else title


def _subject(title: str) -> str:
    """Return as much of the title as fits a header line once encoded: past 998 bytes mail servers refuse the mail."""
    length = 0
    for position, character in enumerate(title):
        # apprise writes it as one quoted-printable word: three characters for each byte but letters and digits.
        length += 1 if character.isascii() and character.isalnum() else 3 * len(character.encode())
        if length > _SUBJECT_MAX:
            return title[:position] + "…"
    return title


def _clipped(text: RichText, limit: int) -> RichText:
    """Return at most `limit` characters of the text, the last an ellipsis if any were left out."""
    kept: list[Fragment] = []
    room = limit
    for fragment in text.fragments:
        if len(fragment.text) > room:
            kept.append(Fragment(clean(fragment.text[: max(0, room - 1)]), fragment.trusted))
            kept.append(Fragment("…", trusted=True))
            break
        kept.append(fragment)
        room -= len(fragment.text)
    return RichText(tuple(kept))


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line.strip())


def _field(alert: Alert, *path: str) -> Any:
    value: Any = alert.tweet.data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _metrics(alert: Alert) -> list[tuple[str, int]]:
    metrics = [(name, _field(alert, "metrics", name)) for name in ("retweets", "likes", "replies", "quotes")]
    return [(n, v) for n, v in metrics if isinstance(v, int) and not isinstance(v, bool) and 0 < v < 10**12]


def _as_json(value: Any) -> Json:
    """Return plain JSON: mappings as dicts, numbers that JSON hasn't (NaN, infinities) as null."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
