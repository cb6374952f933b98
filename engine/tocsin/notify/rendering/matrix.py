"""Matrix: the tags that its clients show (spec.matrix.org, "m.room.message msgtypes", formatted_body)."""

from html import escape

from tocsin.notify.rendering.parts import Parts
from tocsin.notify.rendering.words import COLOUR, SIGN


def matrix_text(parts: Parts) -> str:
    """Return the whole message. It brings its title along: apprise would make the title a heading of the first rank."""
    severity = parts.alert.severity
    head = f"{SIGN[severity]} <strong>{parts.title}</strong>"
    return "".join([f"<p>{head}</p>", *_blocks(parts)])


def _blocks(parts: Parts) -> list[str]:
    reasons = parts.because
    blocks = [
        _paragraph(parts.body),
        f"<blockquote>{'<br/>'.join(parts.quote)}</blockquote>" if parts.quote else "",
        _paragraph([f"<strong>{parts.author}</strong>" if parts.author else "", parts.counts, *_links(parts)]),
        _paragraph([f"<strong>{parts.more}</strong>" if parts.more else "", parts.stands_for]),
        _paragraph([f"<strong>Why:</strong> {'; '.join(reasons)}"] if reasons else []),
        _paragraph([_last_line(parts)]),
    ]
    return [block for block in blocks if block]


def _links(parts: Parts) -> list[str]:
    """Return the links with their addresses shown: the plain text that apprise makes of this keeps no other."""
    ack = f"Acknowledge: {_link(parts.ack_url)}" if parts.ack_url else ""
    return [(f"{parts.link_text}: " if parts.alert.folded else "") + _link(parts.url) if parts.url else "", ack]


def _link(url: str) -> str:
    return f'<a href="{escape(url)}">{escape(url)}</a>'


def _last_line(parts: Parts) -> str:
    colour = COLOUR[parts.alert.severity]
    loud = f'<font color="{colour}" data-mx-color="{colour}"><strong>{parts.severity}</strong></font>'
    return " · ".join([loud, parts.rule, *parts.details, f"<code>{parts.identity}</code>"])


def _paragraph(lines: list[str]) -> str:
    kept = [line for line in lines if line.strip()]
    return f"<p>{'<br/>'.join(kept)}</p>" if kept else ""
