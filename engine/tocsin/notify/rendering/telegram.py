"""Telegram: the few tags that its bots may send (core.telegram.org/bots/api, "HTML style")."""

from html import escape

from tocsin.notify.rendering.parts import Parts

_FOLDED_PAST = 900
"""A quote that is longer is folded until it is tapped."""


def telegram_text(parts: Parts) -> str:
    """Return the message below its title, which apprise sets in bold; `<br/>` is apprise's line break."""
    return "<br/>".join(line for line in _lines(parts) if line)


def _lines(parts: Parts) -> list[str]:
    reasons = parts.because
    details = " · ".join([f"<b>{parts.severity}</b>", parts.rule, *parts.details])
    return [
        *parts.body,
        _quote(parts.quote),
        f"<b>{parts.author}</b>" if parts.author else "",
        parts.counts,
        f'<a href="{escape(parts.url)}">{parts.link_text}</a>' if parts.url else "",
        f"<b>{parts.more}</b>" if parts.more else "",
        parts.stands_for,
        f"<b>Why:</b> {'; '.join(reasons)}" if reasons else "",
        f'<a href="{escape(parts.ack_url)}">Acknowledge</a>' if parts.ack_url else "",
        details,
        f"<code>{parts.identity}</code>",
    ]


def _quote(lines: list[str]) -> str:
    if not lines:
        return ""
    text = "<br/>".join(lines)
    return f"<blockquote{' expandable' if len(text) > _FOLDED_PAST else ''}>{text}</blockquote>"
